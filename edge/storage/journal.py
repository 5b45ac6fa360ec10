"""The edge's durable list of its own check-ins: one file, precious, apart from all that can be pulled again.

A check-in is on disk when `append` returns: WAL with synchronous=FULL. A second connection reads, remembers acks
and moves the WAL into the file (synchronous=NORMAL, which syncs exactly there), out of a scan's way. Rows are
never taken away: the hub counts on a journal without gaps.

A file that was restored from an old copy gives sequences out that the hub knows already, and the hub passes such
rows over. Such a journal is *renewed*: the same rows, in the same place, under a new id. All of them are sent
again, and the hub passes over those whose check-in's id it knows. So nothing is lost, whichever rows were new, and
a row that is being appended meanwhile needs no care; a new file would begin without the rows that the hub lacks.
"""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import aiosqlite

from contract.facts import Position
from contract.limits import Use
from contract.messages import Ack, CheckIn, JournalRow, decode, encode
from edge.core.checkin import use_of
from edge.ports import CannotRecord
from edge.storage.errors import StorageError, is_damage

FORMAT: Final = 1
"""PRAGMA user_version of a journal; a newer one is left alone."""
_CREATE: Final = """
BEGIN;
CREATE TABLE journal (id BLOB NOT NULL);
CREATE TABLE checkin (sequence INTEGER PRIMARY KEY AUTOINCREMENT, counted INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE ack (number INTEGER PRIMARY KEY, upto INTEGER, epoch INTEGER, sequence INTEGER);
INSERT INTO journal VALUES (x'{id}');
PRAGMA user_version = {format};
COMMIT;
"""
_APPEND: Final = "INSERT INTO checkin (counted, body) VALUES (?, ?)"
_ROWS_AFTER: Final = "SELECT sequence, body FROM checkin WHERE sequence > ? ORDER BY sequence LIMIT ?"
_LAST_SEQUENCE: Final = "SELECT coalesce(max(sequence), 0) FROM checkin"
_LAST_ACK: Final = "SELECT upto, epoch, sequence FROM ack ORDER BY number DESC LIMIT 1"
# In one go, so that the lock is not held while the event loop is elsewhere. A hub that has less than it once
# acked, within one epoch, takes back what it said.
_ACKNOWLEDGE: Final = """
BEGIN IMMEDIATE;
DELETE FROM ack WHERE epoch = {ack.epoch:d} AND upto > {ack.upto:d};
INSERT INTO ack (upto, epoch, sequence) VALUES ({ack.upto:d}, {ack.epoch:d}, {ack.sequence:d});
DELETE FROM ack WHERE number <= (SELECT max(number) FROM ack) - {kept:d};
COMMIT;
"""
_RENEW: Final = """
BEGIN IMMEDIATE;
UPDATE journal SET id = x'{id}';
DELETE FROM ack;
COMMIT;
"""
_PASSED: Final = "SELECT coalesce(max(upto), 0) FROM ack WHERE epoch = ? AND sequence <= ?"
_USES_AFTER: Final = "SELECT sequence, body FROM checkin WHERE counted AND sequence > ?"

_ACKS_KEPT: Final = 100
_CHECKPOINT_EVERY: Final = 256
"""Check-ins between two checkpoints; each takes two or three pages of the WAL."""
_CHECKPOINT_PAGES_KEEPER: Final = 1_000
_CHECKPOINT_PAGES_RECORDER: Final = 10_000
"""A scan pays for a checkpoint only where the keeper could make none (40 MB of WAL)."""
_BUSY_S: Final = 5.0


class JournalError(StorageError, CannotRecord):
    """The journal could not be opened, read or written; a check-in that was to be kept is not in it."""


@dataclass(frozen=True, slots=True)
class _Identity:
    id: bytes
    acked: Ack | None


class SqliteJournal:
    """Implements ports.Journal."""

    def __init__(
        self,
        recorder: aiosqlite.Connection,
        keeper: aiosqlite.Connection,
        identity: _Identity,
        set_aside: str | None,
        new_id: Callable[[], bytes],
    ) -> None:
        self._recorder = recorder
        self._keeper = keeper
        self._id = identity.id
        self._acked = identity.acked
        self._set_aside = set_aside
        self._new_id = new_id
        self._appended = 0
        self._checkpoint: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, path: Path, new_id: Callable[[], bytes]) -> "SqliteJournal":
        """The journal in `path`, made with an id of its own where there is none; a damaged one is set aside.

        JournalError: it cannot be opened, or a newer Doorward wrote it.
        """
        try:
            identity, set_aside = await asyncio.to_thread(_prepare, path, new_id)
            recorder = await _connect(path, "FULL", _CHECKPOINT_PAGES_RECORDER)
            keeper = await _connect(path, "NORMAL", _CHECKPOINT_PAGES_KEEPER)
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"the journal {path} cannot be opened: {error}") from error
        return cls(recorder, keeper, identity, set_aside, new_id)

    async def close(self) -> None:
        if self._checkpoint is not None:
            await asyncio.wait({self._checkpoint})
        await self._keeper.close()
        await self._recorder.close()

    @property
    def id(self) -> bytes:
        return self._id

    @property
    def set_aside(self) -> str | None:
        return self._set_aside

    @property
    def acked(self) -> Ack | None:
        return self._acked

    async def append(self, checkin: CheckIn) -> int:
        try:
            row = await self._recorder.execute_insert(_APPEND, (checkin.counted, encode(checkin)))
        except sqlite3.Error as error:
            raise JournalError(f"a check-in cannot be written to the journal: {error}") from error
        assert row is not None
        self._appended += 1
        if self._appended % _CHECKPOINT_EVERY == 0:
            self._begin_checkpoint()
        return int(row[0])

    async def rows_after(self, sequence: int, limit: int) -> list[JournalRow]:
        return [JournalRow(*row) for row in await self._read(_ROWS_AFTER, sequence, limit)]

    async def last_sequence(self) -> int:
        return int((await self._read(_LAST_SEQUENCE))[0][0])

    async def acknowledge(self, ack: Ack) -> None:
        """Losing the last of these to a power cut costs no more than sending rows again."""
        if ack == self._acked or ack.journal != self._id:
            return
        await self._keep(_ACKNOWLEDGE.format(ack=ack, kept=_ACKS_KEPT), "an ack")
        self._acked = ack

    async def renew(self) -> None:
        journal_id = self._new_id()
        await self._keep(_RENEW.format(id=journal_id.hex()), "a new id")
        self._id = journal_id
        self._acked = None

    async def uses_not_known_passed(self, position: Position | None) -> list[tuple[int, Use]]:
        """Those after the last ack that a replica at `position` has passed: rather too many than too few."""
        passed = 0
        if position is not None:
            passed = (await self._read(_PASSED, position.epoch, position.sequence))[0][0]
        rows = await self._read(_USES_AFTER, passed)
        return await asyncio.to_thread(lambda: [each for row in rows if (each := _use_of(*row))])

    async def _keep(self, script: str, what: str) -> None:
        try:
            await self._keeper.executescript(script)
        except sqlite3.Error as error:
            if self._keeper.in_transaction:
                await self._keeper.rollback()
            raise JournalError(f"{what} cannot be written to the journal: {error}") from error

    async def _read(self, statement: str, *values: object) -> list[Any]:
        try:
            return list(await self._keeper.execute_fetchall(statement, values))
        except sqlite3.Error as error:
            raise JournalError(f"the journal cannot be read: {error}") from error

    def _begin_checkpoint(self) -> None:
        if self._checkpoint is None or self._checkpoint.done():
            self._checkpoint = asyncio.create_task(self._move_wal())

    async def _move_wal(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # what stays in the WAL is taken along by the next one
            await self._keeper.execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")


def _use_of(sequence: int, body: bytes) -> tuple[int, Use] | None:
    checkin = decode(body, CheckIn)
    if checkin.customer is None or checkin.membership is None:
        return None
    return sequence, use_of(checkin)


def _prepare(path: Path, new_id: Callable[[], bytes]) -> tuple[_Identity, str | None]:
    """A sound journal in `path`, and the name of the damaged file that had to make way for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _check_or_create(path, new_id), None
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    set_aside = _make_way(path)
    return _check_or_create(path, new_id), set_aside


def _check_or_create(path: Path, new_id: Callable[[], bytes]) -> _Identity:
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        (found,) = connection.execute("PRAGMA user_version").fetchone()
        if found > FORMAT:
            raise JournalError(f"{path} was written by a newer Doorward: install that one, or move the file away")
        if found == 0:
            _create(connection, path, new_id())
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise _damaged(verdict)
        (journal_id,) = connection.execute("SELECT id FROM journal").fetchone()
        ack = connection.execute(_LAST_ACK).fetchone()
        return _Identity(journal_id, None if ack is None else Ack(journal_id, *ack))
    finally:
        connection.close()


def _create(connection: sqlite3.Connection, path: Path, journal_id: bytes) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(_CREATE.format(id=journal_id.hex(), format=FORMAT))
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


async def _connect(path: Path, synchronous: str, checkpoint_pages: int) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=_BUSY_S)
    await connection.execute_fetchall(f"PRAGMA synchronous = {synchronous}")
    await connection.execute_fetchall(f"PRAGMA wal_autocheckpoint = {checkpoint_pages}")
    return connection
