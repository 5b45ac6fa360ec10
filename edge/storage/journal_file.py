"""The journal's file before it is used: made, checked, brought up to date or set aside. Blocking: called from a
thread."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contract.messages import Ack
from edge.ports import CannotRecord
from edge.storage import journal_tables as sql
from edge.storage.errors import StorageError, is_damage


class JournalError(StorageError, CannotRecord):
    """The journal could not be opened, read or written; a check-in that was to be kept is not in it."""


@dataclass(frozen=True, slots=True)
class Identity:
    id: bytes
    acked: Ack | None


def prepare(path: Path, new_id: Callable[[], bytes]) -> tuple[Identity, str | None]:
    """A sound journal in `path`, and the name of the damaged file that had to make way for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _check_or_create(path, new_id), None
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    set_aside = _make_way(path)
    return _check_or_create(path, new_id), set_aside


def _check_or_create(path: Path, new_id: Callable[[], bytes]) -> Identity:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found > sql.FORMAT:
            raise JournalError(f"{path} was written by a newer Doorward: install that one, or move the file away")
        if found == 0:
            _create(connection, path, new_id())
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise _damaged(verdict)
        if found in sql.UPGRADE:
            connection.execute("PRAGMA synchronous = FULL")
            connection.executescript(sql.UPGRADE[found])
        (journal_id,) = connection.execute("SELECT id FROM journal").fetchone()
        ack = connection.execute(sql.LAST_ACK).fetchone()
        return Identity(journal_id, None if ack is None else Ack(journal_id, *ack))
    finally:
        connection.close()


def _create(connection: sqlite3.Connection, path: Path, journal_id: bytes) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(sql.CREATE.format(id=journal_id.hex()))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # SQLite syncs the file, not the name that a power cut could take away
    finally:
        os.close(folder)


def _damaged(verdict: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(verdict)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _make_way(path: Path) -> str:
    """Rename a damaged journal, its WAL with it, so that what can be read of it is not lost."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for suffix in ("-wal", ""):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.rename(aside.with_name(aside.name + suffix))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    return aside.name
