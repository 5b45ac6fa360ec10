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
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import aiosqlite

from contract.effects import passage_of, use_of
from contract.facts import Position
from contract.messages import Ack, CheckIn, JournalRow, Void, decode_journaled, encode
from edge.core.used_steps import UsedStep
from edge.storage import journal_tables as sql
from edge.storage.journal_file import Identity, JournalError, prepare

__all__ = ["JournalError", "SqliteJournal"]

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

    def __init__(
        self,
        recorder: aiosqlite.Connection,
        keeper: aiosqlite.Connection,
        identity: Identity,
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
            identity, set_aside = await asyncio.to_thread(prepare, path, new_id)
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

    async def append(self, row: CheckIn | Void) -> int:
        values = (_makes_facts(row), encode(row), *_step_used_up(row))
        try:
            inserted = await self._recorder.execute_insert(sql.APPEND, values)
        except sqlite3.Error as error:
            raise JournalError(f"a check-in cannot be written to the journal: {error}") from error
        assert inserted is not None
        self._appended += 1
        if self._appended % _CHECKPOINT_EVERY == 0:
            self._begin_checkpoint()
        return int(inserted[0])

    async def rows_after(self, sequence: int, limit: int) -> list[JournalRow]:
        return [JournalRow(*row) for row in await self._read(sql.ROWS_AFTER, sequence, limit)]

    async def last_sequence(self) -> int:
        return int((await self._read(sql.LAST_SEQUENCE))[0][0])

    async def acknowledge(self, ack: Ack) -> None:
        """Losing the last of these to a power cut costs no more than sending rows again."""
        if ack == self._acked or ack.journal != self._id:
            return
        await self._keep(sql.ACKNOWLEDGE.format(ack=ack, kept=_ACKS_KEPT), "an ack")
        self._acked = ack

    async def renew(self) -> None:
        journal_id = self._new_id()
        await self._keep(sql.RENEW.format(id=journal_id.hex()), "a new id")
        self._id = journal_id
        self._acked = None

    async def own_rows_not_known_passed(self, position: Position | None) -> list[tuple[int, CheckIn | Void]]:
        """Those after the last ack that a replica at `position` has passed: rather too many than too few."""
        passed = 0
        if position is not None:
            passed = (await self._read(sql.PASSED, position.epoch, position.sequence))[0][0]
        rows = await self._read(sql.OWN_ROWS_AFTER, passed)
        return await asyncio.to_thread(lambda: [(sequence, decode_journaled(body)) for sequence, body in rows])

    async def newest_own_rows(self) -> list[CheckIn | Void]:
        rows = await self._read(sql.NEWEST_OWN_ROWS, _NEWEST_ROWS)
        return await asyncio.to_thread(lambda: [decode_journaled(body) for (body,) in rows])

    async def used_steps(self) -> list[UsedStep]:
        return [UsedStep(*row) for row in await self._read(sql.USED_STEPS)]

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


def _makes_facts(row: CheckIn | Void) -> bool:
    return isinstance(row, Void) or use_of(row) is not None or passage_of(row) is not None


def _step_used_up(row: CheckIn | Void) -> tuple[str, bytes, int] | tuple[None, None, None]:
    """By being shown, whatever came of it."""
    if isinstance(row, Void) or row.step is None:
        return None, None, None
    return row.reader, row.code_hash, row.step


async def _connect(path: Path, synchronous: str, checkpoint_pages: int) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None, timeout=_BUSY_S)
    await connection.execute_fetchall(f"PRAGMA synchronous = {synchronous}")
    await connection.execute_fetchall(f"PRAGMA wal_autocheckpoint = {checkpoint_pages}")
    return connection
