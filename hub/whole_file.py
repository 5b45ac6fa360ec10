"""A file that is there whole or not at all, and never over one that is there. Must not know what is in it."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def create(path: Path, data: bytes, mode: int) -> bool:
    """Makes the file, on disk when this returns; False where there is one already. OSError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
            _sync_folder(path.parent)
            return True
        return False
    finally:
        draft.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
