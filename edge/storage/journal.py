"""The edge's durable list of its own check-ins: one file, precious, apart from all that can be pulled again.

A check-in is on disk when `append` returns: WAL with synchronous=FULL. A second connection reads, remembers acks
and moves the WAL into the file (synchronous=NORMAL, which syncs exactly there), out of a scan's way. Rows leave
from the beginning alone, long after the hub has acked them: it counts on a journal without gaps.

A file that was restored from an old copy gives sequences out that the hub knows already, and the hub passes such
rows over. Such a journal is *renewed*: the same rows, in the same place, under a new id. All of them are sent
again, and the hub passes over those whose check-in's id it knows. So nothing is lost, whichever rows were new, and
a row that is being appended meanwhile needs no care; a new file would begin without the rows that the hub lacks.

A journal that cannot be opened, or turns out to be damaged, *is broken*: it takes nothing, and says what it can,
until it is *healed*: opened again, the damaged file set aside and what can be read of it saved into a new one.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import aiosqlite

from contract.facts import Position
from contract.instants import to_us
from contract.messages import Ack, CheckIn, Journaled, JournalRow, Void
from edge.core.losses import Damage
from edge.core.used_steps import UsedStep
from edge.storage import journal_tables as sql
from edge.storage.errors import is_damage, word_of
from edge.storage.journal_file import Identity, JournalError, NewerJournalError, prepare, read_only, why_not_opened
from edge.storage.journal_values import own_row, values_of

__all__ = ["JournalError", "SqliteJournal"]

KEPT_DAYS: Final = 30
"""How long acked rows can be sent again, to a hub that was put back from a backup."""
BYTES_MAX: Final = 256 * 1024 * 1024
"""Of rows together; acked ones leave earlier where there are more."""
_FORGOTTEN_AT_ONCE: Final = 200
"""Rows in one transaction: an append may have to wait for it."""
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US: Final = 86_400_000_000
_ACKS_KEPT: Final = 100
_NEWEST_ROWS: Final = 2_000
"""More than a busy edge redeems in the time in which something can be undone."""
_CHECKPOINT_EVERY: Final = 256
"""Check-ins between two checkpoints; each takes two or three pages of the WAL."""
_CHECKPOINT_PAGES_KEEPER: Final = 1_000
_CHECKPOINT_PAGES_RECORDER: Final = 10_000
"""A scan pays for a checkpoint only where the keeper could make none (40 MB of WAL)."""
_BUSY_S: Final = 5.0


class SqliteJournal:
    """Implements ports.Journal."""

    def __init__(self, path: Path, new_id: Callable[[], bytes], now: Callable[[], datetime]) -> None:
        self._path = path
        self._new_id = new_id
        self._now = now
        self._identity = Identity(bytes(16))
        self._recorder: aiosqlite.Connection | None = None
        self._keeper: aiosqlite.Connection | None = None
        self._fault: JournalError | None = None
        self._doubted = False
        self._damage: Damage | None = None
        self._appended = 0
        self._checkpoint: asyncio.Task[None] | None = None

    @classmethod
    async def open(
        cls, path: Path, new_id: Callable[[], bytes], now: Callable[[], datetime] = lambda: _LONG_AGO
    ) -> "SqliteJournal":
        """The journal in `path`, made with an id of its own where there is none; a damaged one is set aside. One
        that cannot be opened is broken. `now`, as far as it is known: when damage was found.

        JournalError: a newer Doorward wrote it.
        """
        journal = cls(path, new_id, now)
        try:
            await journal._begin()
        except NewerJournalError:
            raise
        except JournalError:
            pass
        return journal

    async def close(self) -> None:
        if self._checkpoint is not None:
            await asyncio.wait({self._checkpoint})
        for connection in (self._keeper, self._recorder):
            if connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    await connection.close()
        self._keeper = self._recorder = None

    @property
    def id(self) -> bytes:
        return self._identity.id

    @property
    def first(self) -> int:
        return self._identity.first

    @property
    def begins(self) -> int:
        return self._identity.begins

    @property
    def set_aside(self) -> str | None:
        return None if self._damage is None else self._damage.set_aside

    @property
    def damage(self) -> Damage | None:
        return self._damage

    @property
    def acked(self) -> Ack | None:
        return self._identity.acked

    @property
    def fault(self) -> str | None:
        return None if self._fault is None else self._fault.why

    @property
    def is_broken(self) -> bool:
        return self._recorder is None or self._doubted

    async def heal(self) -> None:
        await self.close()
        await self._begin()

    async def answer(self) -> None:
        """Returns once all that was to be written before is written or has failed: on a disk that hangs, never."""
        if self._recorder is not None:
            with contextlib.suppress(sqlite3.Error, ValueError):
                await self._recorder.execute_fetchall("SELECT 1")

    async def append(self, row: Journaled) -> int:
        if self._recorder is None:
            raise self._fault or JournalError("the journal is being opened again")
        try:
            inserted = await self._recorder.execute_insert(sql.APPEND, values_of(row))
        except (sqlite3.Error, ValueError) as error:  # ValueError: the connection was closed, to be healed
            self._fault = self._error("a check-in cannot be written to the journal", error)
            raise self._fault from error
        assert inserted is not None
        self._fault = None
        self._appended += 1
        if self._appended % _CHECKPOINT_EVERY == 0:
            self._begin_checkpoint()
        return int(inserted[0])

    async def rows_after(self, sequence: int, limit: int) -> list[JournalRow]:
        return [JournalRow(*row) for row in await self._read(sql.ROWS_AFTER, sequence, limit)]

    async def last_sequence(self) -> int:
        return 0 if self._keeper is None else int((await self._read(sql.LAST_SEQUENCE))[0][0])

    async def acknowledge(self, ack: Ack) -> None:
        """Losing the last of these to a power cut costs no more than sending rows again."""
        if ack == self.acked or ack.journal != self.id:
            return
        script = sql.ACKNOWLEDGE.format(ack=ack, feed=ack.feed.encode().hex(), kept=_ACKS_KEPT)
        await self._keep(script, "an ack")
        self._identity = replace(self._identity, acked=ack)

    async def renew(self) -> None:
        journal_id = self._new_id()
        await self._keep(sql.RENEW.format(id=journal_id.hex()), "a new id")
        ((first,),) = await self._read(sql.FIRST_SEQUENCE)
        self._identity = Identity(journal_id, None, first, first)

    async def forget(self, at: datetime, position: Position | None) -> int:
        today = to_us(at) // _DAY_US
        acked = 0 if self.acked is None else self.acked.upto
        await self._change(sql.NOTE_ACKED_BY, today, acked)
        # Up to the end of a day: of the one that began 30 days ago, some rows were acked less than 30 days ago.
        await self._change(sql.FORGET_DAYS, today - KEPT_DAYS - 1)
        ((old,),) = await self._read(sql.ACKED_BY, today - KEPT_DAYS - 1)
        ((size,),) = await self._read(sql.BYTES)
        upto = min(acked, await self._passed(position), acked if size > BYTES_MAX else old)
        dropped = await self._change(sql.FORGET, upto, _FORGOTTEN_AT_ONCE)
        if dropped:
            ((first,),) = await self._read(sql.FIRST_SEQUENCE)
            self._identity = replace(self._identity, first=first)
        return dropped

    async def own_rows_not_known_passed(self, position: Position | None) -> list[tuple[int, CheckIn | Void]]:
        """Those after the last ack that a replica at `position` has passed: rather too many than too few."""
        if self._keeper is None:
            return []
        rows = await self._read(sql.OWN_ROWS_AFTER, await self._passed(position))
        own = await asyncio.to_thread(lambda: [(sequence, own_row(body)) for sequence, body in rows])
        return [(sequence, row) for sequence, row in own if row is not None]

    async def newest_own_rows(self) -> list[CheckIn | Void]:
        rows = await self._read(sql.NEWEST_OWN_ROWS, _NEWEST_ROWS)
        own = await asyncio.to_thread(lambda: [own_row(body) for (body,) in rows])
        return [row for row in own if row is not None]

    async def used_steps(self) -> list[UsedStep]:
        return [] if self._keeper is None else [UsedStep(*row) for row in await self._read(sql.USED_STEPS)]

    async def _passed(self, position: Position | None) -> int:
        """The last row of which a replica at `position` holds what it brought about, as far as acks tell."""
        if position is None:
            return 0
        return int((await self._read(sql.PASSED, position.feed, position.epoch, position.sequence))[0][0])

    async def _begin(self) -> None:
        """Open the file to write, or where that cannot be, to read it as far as possible: then JournalError."""
        try:
            now_us = to_us(self._now())
            self._identity, damage = await asyncio.to_thread(
                prepare, self._path, self._new_id, now_us, self._doubted
            )
            self._recorder = await _connect(self._path, "FULL", _CHECKPOINT_PAGES_RECORDER)
            self._keeper = await _connect(self._path, "NORMAL", _CHECKPOINT_PAGES_KEEPER)
        except (OSError, sqlite3.Error) as error:
            await self.close()
            await self._open_to_read()
            text = f"the journal {self._path} cannot be opened: {error}"
            self._fault = JournalError(text, why_not_opened(self._path, error))
            raise self._fault from error
        self._damage = damage or self._damage
        self._doubted = False
        self._fault = None

    async def _open_to_read(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            address, self._identity = await asyncio.to_thread(read_only, self._path)
            self._keeper = await aiosqlite.connect(address, uri=True, isolation_level=None)
            return
        self._identity = Identity(self._new_id())

    async def _keep(self, script: str, what: str) -> None:
        keeper = self._the_keeper()
        try:
            await keeper.executescript(script)
        except (sqlite3.Error, ValueError) as error:
            if not isinstance(error, ValueError) and keeper.in_transaction:
                await keeper.rollback()
            raise self._error(f"{what} cannot be written to the journal", error) from error

    async def _change(self, statement: str, *values: object) -> int:
        """How many rows it changed."""
        keeper = self._the_keeper()
        try:
            async with keeper.execute(statement, values) as cursor:
                return cursor.rowcount
        except (sqlite3.Error, ValueError) as error:
            raise self._error("the journal cannot be put in order", error) from error

    async def _read(self, statement: str, *values: object) -> list[Any]:
        keeper = self._the_keeper()
        try:
            return list(await keeper.execute_fetchall(statement, values))
        except (sqlite3.Error, ValueError) as error:
            raise self._error("the journal cannot be read", error) from error

    def _the_keeper(self) -> aiosqlite.Connection:
        if self._keeper is None:
            raise self._fault or JournalError("the journal is being opened again")
        return self._keeper

    def _error(self, what: str, error: Exception) -> JournalError:
        """Also takes note of damage: the journal is to be healed then."""
        self._doubted = self._doubted or is_damage(error)
        return JournalError(f"{what}: {error}", word_of(error))

    def _begin_checkpoint(self) -> None:
        if self._checkpoint is None or self._checkpoint.done():
            self._checkpoint = asyncio.create_task(self._move_wal())

    async def _move_wal(self) -> None:
        # What stays in the WAL is taken along by the next one.
        with contextlib.suppress(sqlite3.Error, ValueError):
            await self._the_keeper().execute_fetchall("PRAGMA wal_checkpoint(PASSIVE)")


async def _connect(path: Path, synchronous: str, checkpoint_pages: int) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=_BUSY_S)
    await connection.execute_fetchall(f"PRAGMA synchronous = {synchronous}")
    await connection.execute_fetchall(f"PRAGMA wal_autocheckpoint = {checkpoint_pages}")
    return connection
