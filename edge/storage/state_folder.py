"""The edge's state folder, for one process at a time."""

import fcntl
import os
from pathlib import Path
from typing import Final

from edge.storage.errors import StorageError

STATE_DIR: Final = Path("/var/lib/doorward")


class StateFolderError(StorageError):
    """A folder that cannot be used; the text says why."""


def default_state_dir() -> Path:
    """systemd's, where it started this; it names several with colons between them."""
    return Path(os.environ.get("STATE_DIRECTORY", "").partition(":")[0] or STATE_DIR)


def claim(state_dir: Path) -> int:
    """A descriptor that holds the folder for this process alone, until it is closed or the process ends."""
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StateFolderError(f"the state folder {str(state_dir)!r} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise StateFolderError(f"{str(state_dir)!r}: another edge runs on it; stop that one first") from error
    return descriptor
