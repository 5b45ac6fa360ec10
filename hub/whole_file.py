"""A file that is there whole or not at all, and never over one that is there. Must not know what is in it."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def create(path: Path, data: bytes, mode: int) -> bool:
    """Makes the file, on disk when this returns; False where there is one already. OSError."""
    try:
        with created(path, mode) as file:
            file.write(data)
    except FileExistsError:
        return False
    return True


@contextmanager
def created(path: Path, mode: int) -> Iterator[IO[bytes]]:
    """What to write into: when the block has ended it is the file, and on disk.

    FileExistsError: there is one already. Another OSError, or whatever the block raises: there is none.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _name(draft, path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """The names in it, on disk. OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError as error:
        # File systems of USB sticks (FAT, exFAT) have no second name for a file.
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        draft.rename(path)
