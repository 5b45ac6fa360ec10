"""An SQLite hub's database as one file: copied while others write, put in another's place while nobody does."""

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import IO, Final

from hub import whole_file
from hub.backup.archive import NoBackup
from hub.errors import HubError

_WAIT_S: Final = 2.0
_BESIDE: Final = ("", "-wal", "-shm", "-journal")


class InUse(HubError):
    """Others have the database open."""


def copy_to(database: Path, file: IO[bytes]) -> None:
    """All that is committed when it begins, through a copy beside the database, which needs as much room again.

    In one step: in pieces it would begin anew with each write of another process. Writers do not wait for it.
    """
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=database.parent) as folder:
        copy = Path(folder) / "copy.db"
        copy.touch(mode=0o600)
        source = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        with copy.open("rb") as copied:
            shutil.copyfileobj(copied, file, 1 << 20)


def write_draft(file: IO[bytes], draft: Path) -> None:
    """NoBackup: it is no whole SQLite database."""
    with whole_file.created(draft, 0o600) as target:
        shutil.copyfileobj(file, target, 1 << 20)
    try:
        with closing(sqlite3.connect(draft)) as connection:
            answers = connection.execute("PRAGMA quick_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise NoBackup("the backup's database is damaged: take another backup") from error
    if answers != [("ok",)]:
        raise NoBackup("the backup's database is damaged: take another backup")


def make_single(database: Path) -> None:
    """What stands in its write-ahead log comes into the file. InUse: somebody else has it open.

    One that is damaged is left as it is.
    """
    try:
        with closing(sqlite3.connect(database, timeout=_WAIT_S)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise InUse(
            f"{database} is in use: stop `web`, `worker` and what else has it open, then restore"
        ) from error
    except sqlite3.DatabaseError:
        return


def swap(draft: Path, database: Path, aside: Path) -> None:
    """`draft`, a single file, takes the place of `database`, which is kept as `aside` where there is one.

    So is a log that was left of it: SQLite would play it into the new file.
    """
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    for ending in _BESIDE:
        path = database.with_name(database.name + ending)
        if path.exists():
            path.rename(aside.with_name(aside.name + ending))
    draft.rename(database)
    whole_file.sync_folder(database.parent)


def remove(draft: Path) -> None:
    for ending in _BESIDE:
        draft.with_name(draft.name + ending).unlink(missing_ok=True)
