"""The journal's file before it is used: made, checked, brought up to date or set aside. Blocking: called from a
thread."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from contract.messages import Ack
from edge.core.losses import Damage
from edge.journal_port import CannotRecord
from edge.storage import journal_tables as sql
from edge.storage.errors import StorageError, damaged, is_damage, word_of
from edge.storage.salvage import connect
from edge.storage.schema import understand
from edge.storage.set_aside import begin_anew, take_up
from edge.storage.small_file import sync_folder
from edge.storage.write_ahead_log import is_cut


class JournalError(StorageError, CannotRecord):
    """The journal could not be opened, read or written; a check-in that was to be kept is not in it."""


class NewerJournalError(JournalError):
    """A newer Doorward wrote it."""


class _DamagedFile(Exception):
    """`is_cut`: it is not known either how many rows there were."""

    def __init__(self, is_cut: bool) -> None:
        super().__init__("the journal's file is damaged")
        self.is_cut = is_cut


@dataclass(frozen=True, slots=True)
class Identity:
    """What a journal is: its id, the hub's last ack, the first row that it holds and the first it ever had."""

    id: bytes
    acked: Ack | None = None
    first: int = 1
    begins: int = 1


def prepare(
    path: Path, new_id: Callable[[], bytes], now_us: int, doubted: bool = False
) -> tuple[Identity, Damage | None]:
    """A sound journal in `path`, and what became of the damaged one that had to make way for it.

    `doubted`: SQLite has found damage in it lately, so that it is looked through more closely. sqlite3.Error,
    OSError: not now, on a full disk perhaps; a damaged one still stands where it stood.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    take_up(path)
    try:
        return _check_or_create(path, new_id, doubted), None
    except _DamagedFile as error:
        damage = begin_anew(path, error.is_cut, new_id, now_us)
    return _check_or_create(path, new_id, doubted), damage


def read_only(path: Path) -> tuple[str, Identity]:
    """The address of a journal that nothing can be written to, for SQLite, and what it is. sqlite3.Error."""
    # Where the WAL's index cannot be made, the file itself still says all that a checkpoint has moved into it.
    for how in ("mode=ro", "immutable=1"):
        address = f"{path.absolute().as_uri()}?{how}"
        with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True)) as connection:
            return address, _identity(connection)
    raise sqlite3.OperationalError("unable to open database file")


def why_not_opened(path: Path, error: Exception) -> str:
    """SQLite says of a read-only disk only that it cannot open the file."""
    read_only_disk = path.parent.is_dir() and not os.access(path.parent, os.W_OK)
    return "read_only" if read_only_disk else word_of(error)


def _check_or_create(path: Path, new_id: Callable[[], bytes], doubted: bool) -> Identity:
    if _is_cut(path):
        raise _DamagedFile(True)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return _checked_or_created(connection, path, new_id, doubted)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if is_damage(error):
            raise _DamagedFile(False) from error
        raise
    finally:
        connection.close()


def _is_cut(path: Path) -> bool:
    """Asked of one who may not write: SQLite would move what it can read of the log into the file, and forget the
    rest, so that nobody could tell at the next attempt."""
    if not path.with_name(f"{path.name}-wal").exists():
        return False
    page = None
    with closing(connect(path)) as connection:
        with suppress(sqlite3.Error, UnicodeDecodeError):
            page = connection.execute(sql.PAGE_OF_APPENDS).fetchone()
        return is_cut(path, page and page[0])


def _checked_or_created(
    connection: sqlite3.Connection, path: Path, new_id: Callable[[], bytes], doubted: bool
) -> Identity:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > sql.FORMAT:
        raise NewerJournalError(f"{path} was written by a newer Doorward: install that one, or move the file away")
    if found == 0:
        sql.create(connection, new_id())
        sync_folder(path.parent)  # SQLite syncs the file, not the name that a power cut could take away
    check = "PRAGMA integrity_check(1)" if doubted else "PRAGMA quick_check(1)"
    (verdict,) = connection.execute(check).fetchone()
    if verdict != "ok":
        raise damaged(verdict)
    if found in sql.UPGRADE:
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(sql.UPGRADE[found])
    understand(connection, sql.OF_AN_OPEN_ONE)
    return _identity(connection)


def _identity(connection: sqlite3.Connection) -> Identity:
    journal_id, begins = connection.execute(sql.IDENTITY).fetchone()
    ack = connection.execute(sql.LAST_ACK).fetchone()
    (first,) = connection.execute(sql.FIRST_SEQUENCE).fetchone()
    return Identity(journal_id, None if ack is None else Ack(journal_id, *ack), first, begins)
