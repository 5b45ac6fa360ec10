"""The names of replica files in their folder, `replica.N.db` with N rising, and what belongs to each. Blocking."""

from contextlib import suppress
from pathlib import Path
from typing import Final

PATTERN: Final = "replica.*.db"
_DAMAGED: Final = "damaged-replica.db"


def read_only_address(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"


def number(path: Path) -> int:
    digits = path.name.removeprefix("replica.").removesuffix(".db")
    return int(digits) if digits.isdecimal() else 0


def next_path(folder: Path) -> Path:
    newest = max(map(number, folder.glob(PATTERN)), default=0)
    return folder / f"replica.{newest + 1}.db"


def delete(path: Path) -> None:
    """With its WAL. OSError."""
    for suffix in ("-wal", "-shm", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def set_aside(path: Path) -> str | None:
    """The name that a damaged file has now. None: it cannot be moved, and will be found damaged again."""
    try:
        path.replace(path.with_name(_DAMAGED))
        delete(path)
    except OSError:
        return None
    return _DAMAGED


def try_to_delete(path: Path) -> None:
    """What cannot be deleted now is deleted at another start."""
    with suppress(OSError):
        delete(path)
