"""The journal's file before it is used: made, checked, brought up to date or set aside. Blocking: called from a
thread."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from contract.messages import Ack
from edge.core.losses import Damage
from edge.journal_port import CannotRecord
from edge.storage import journal_tables as sql
from edge.storage.errors import StorageError, is_damage, word_of
from edge.storage.salvage import save
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


def prepare(path: Path, new_id: Callable[[], bytes], doubted: bool = False) -> tuple[Identity, Damage | None]:
    """A sound journal in `path`, and what became of the damaged one that had to make way for it.

    `doubted`: SQLite has found damage in it lately, so that it is looked through more closely.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _check_or_create(path, new_id, doubted), None
    except _DamagedFile as error:
        is_cut = error.is_cut
    aside = _make_way(path)
    _check_or_create(path, new_id, doubted)
    try:
        damage = save(aside, path)
        if is_cut:
            damage = replace(damage, lost=None)
    except (sqlite3.Error, UnicodeDecodeError):  # nothing can be read of it, or not all that can fits on the disk
        damage = Damage(aside.name, 0, None, None)
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
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return _checked_or_created(connection, path, new_id, doubted)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if is_damage(error):
            raise _DamagedFile(is_cut(path)) from error
        raise
    finally:
        connection.close()


def _checked_or_created(
    connection: sqlite3.Connection, path: Path, new_id: Callable[[], bytes], doubted: bool
) -> Identity:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if found > sql.FORMAT:
        raise NewerJournalError(f"{path} was written by a newer Doorward: install that one, or move the file away")
    if found == 0:
        _create(connection, path, new_id())
    check = "PRAGMA integrity_check(1)" if doubted else "PRAGMA quick_check(1)"
    (verdict,) = connection.execute(check).fetchone()
    if verdict != "ok":
        raise _damaged(verdict)
    if is_cut(path):
        raise _damaged("commits of its log cannot be read")
    if found in sql.UPGRADE:
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(sql.UPGRADE[found])
    return _identity(connection)


def _identity(connection: sqlite3.Connection) -> Identity:
    journal_id, begins = connection.execute("SELECT id, begins FROM journal").fetchone()
    ack = connection.execute(sql.LAST_ACK).fetchone()
    (first,) = connection.execute(sql.FIRST_SEQUENCE).fetchone()
    return Identity(journal_id, None if ack is None else Ack(journal_id, *ack), first, begins)


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


def _make_way(path: Path) -> Path:
    """Rename a damaged journal, its WAL with it, so that what can be read of it is not lost."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for suffix in ("-wal", ""):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.rename(aside.with_name(aside.name + suffix))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    return aside
