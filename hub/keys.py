"""The hub's three key files, apart from its database: made once, read at start, never printed.

`organization.key` hashes card codes (edges have it too), `card.key` encrypts them, `django.key` signs sessions.
Must not know Django: settings are built from this.
"""

import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hub.errors import HubError

KEY_BYTES: Final = 32
NAMES: Final = ("organization", "card", "django")


class KeyFileError(HubError):
    """A key file is missing, damaged, not its owner's alone, or cannot be made; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys' bytes, kept out of every repr."""

    organization: bytes = field(repr=False)
    card: bytes = field(repr=False)
    django: bytes = field(repr=False)


def path_of(folder: Path, name: str) -> Path:
    return folder / f"{name}.key"


def load(folder: Path) -> Keys:
    """All keys in `folder`. KeyFileError: one is missing, damaged or open to others."""
    return Keys(*(_read(path_of(folder, name)) for name in NAMES))


def create_missing(folder: Path) -> list[Path]:
    """Makes the keys that are not there yet (mode 0600, in a folder of mode 0700); returns their paths.

    KeyFileError: the folder or a file cannot be made there.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
        missing = [path for path in (path_of(folder, name) for name in NAMES) if not path.exists()]
        return [path for path in missing if _create(path)]
    except OSError as error:
        raise KeyFileError(
            f"keys cannot be made in {folder} ({error.strerror}): "
            "set DOORWARD_DATA to a folder that you may write to"
        ) from error


def _read(path: Path) -> bytes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise KeyFileError(
                f"{path} may be read by others (mode {mode:04o}); it should be its owner's alone: chmod 600 {path}"
            )
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except FileNotFoundError as error:
        raise KeyFileError(
            f"{path} is missing: run `doorward-hub init`, put it back from a backup, "
            f"or set DOORWARD_DATA to the hub's folder (now it is {path.parent.parent})"
        ) from error
    except (OSError, ValueError) as error:
        raise KeyFileError(f"{path} cannot be read as a key: put it back from a backup") from error
    if len(key) != KEY_BYTES:
        raise KeyFileError(f"{path} should hold {2 * KEY_BYTES} hex digits: put it back from a backup")
    return key


def _create(path: Path) -> bool:
    """Whole or not at all, and never over a key that somebody else has just made."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
            return True
        return False
    finally:
        draft.unlink()
