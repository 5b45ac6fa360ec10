"""The edge's copy of its feed: one folder, files `replica.N.db` with N rising, the highest complete one in use.

Decisions read through a connection of their own that cannot write; pages are written by threads through another.
A fresh replica is a file beside the old one; a large one is loaded and recounted by a process of its own. Nothing
is ever renamed into use, so that no stale WAL can meet another database. What is damaged can be pulled again: it
is set aside, and there is no whole replica until then.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

import aiosqlite

from contract.facts import Position
from contract.feed import Row
from contract.gathering import StoredRow
from contract.high_water import Mark
from edge.core.floors import is_below
from edge.ports import CannotLookUp, Found
from edge.storage import feed_tables as sql
from edge.storage.errors import StorageError, is_damage
from edge.storage.fresh_replica import Fresh, FreshInProcess, FreshInThreads, Recounts, shows_damage
from edge.storage.replica_file import ReplicaFile, ReplicaFileError, Standing, count_on_disk, was_being_loaded
from edge.storage.replica_folder import PATTERN, next_path, number, read_only_address, set_aside, try_to_delete
from edge.storage.replica_reader import open_reader
from edge.storage.unwritable_replica import readable

LARGE: Final = 20_000
"""From this sequence on, a feed's bulk work goes to a process of its own; less takes threads about 0.2 s."""
_Result = TypeVar("_Result")


class ReplicaError(StorageError, CannotLookUp):
    """The replica could not be read or written; the whole one is as it was before, or there is none any more."""


class Replica:
    """Implements ports.ReplicaReader, ports.HoursReader and ports.ReplicaWriter."""

    def __init__(self, folder: Path, large: int = LARGE) -> None:
        self._folder = folder
        self._large = large
        self._whole: ReplicaFile | None = None
        self._standing: Standing | None = None
        self._reader: aiosqlite.Connection | None = None
        self._unwritable: Path | None = None
        self._fresh: Fresh | None = None
        self._recounts = Recounts()
        self._set_aside: str | None = None
        self._floor: Position | None = None
        self._writing = asyncio.Lock()
        self._changed = asyncio.Event()
        self._closing = False

    @classmethod
    async def open(
        cls, folder: Path, stood: Callable[[str], Mark | None] = lambda _: None, large: int = LARGE
    ) -> "Replica":
        """The replica in `folder`, which is made where it is missing. StorageError: the folder cannot be used.

        `stood` says how far a replica of a feed had come: an older copy does not decide before it is there again.
        """
        replica = cls(folder, large)
        try:
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            await replica._open_highest()
            replica._keep_floor(stood)
        except (OSError, sqlite3.Error) as error:
            raise ReplicaError(f"the replica in {folder} cannot be opened: {error}") from error
        return replica

    async def close(self) -> None:
        """Ends what goes on in the background; a fresh replica that is not whole is left, and is nothing."""
        self._closing = True
        await self._recounts.close()
        if self._fresh is not None:
            await self._fresh.close()
        await self._close_whole()

    @property
    def set_aside(self) -> str | None:
        return self._set_aside

    def position(self) -> Position | None:
        return None if self._standing is None else self._standing.position

    def digest(self) -> int:
        return 0 if self._standing is None else self._standing.digest

    async def look_up(self, card_hash: bytes) -> Found | None:
        if self._reader is None:
            return None
        rows = await self._read(self._reader, sql.LOOK_UP, card_hash)
        if rows is None:
            return None
        if not rows or rows[0][0] != sql.META_KIND:
            raise ReplicaError("the replica does not say where it stands")
        (_, feed, epoch, sequence), *found = rows
        position = Position(feed, epoch, sequence)
        return None if is_below(position, self._floor) else Found(position, found)

    async def hours_rows(self) -> list[StoredRow]:
        position = self.position()
        if self._reader is None or position is None or is_below(position, self._floor):
            return []
        return await self._read(self._reader, sql.SELECT_HOURS) or []

    async def changed(self) -> None:
        await self._changed.wait()

    async def apply(self, rows: list[Row], upto: int) -> int:
        whole = self._whole or await self._open_to_write()
        self._standing = await self._write(lambda: whole.apply(rows, upto))
        self._tell_change()
        await self._let_look_ups_answer()
        return self._standing.digest

    async def start_fresh(self, feed: str, epoch: int, head: int) -> None:
        await self._drop_fresh()
        path = next_path(self._folder)
        begin = FreshInThreads.begin if head < self._large else FreshInProcess.begin
        try:
            self._fresh = await self._of_fresh(begin(path, feed, epoch, head))
        except ReplicaError:
            await asyncio.to_thread(try_to_delete, path)
            raise

    async def load(self, rows: list[Row], upto: int) -> None:
        await self._of_fresh(self._the_fresh().load(rows, upto))

    async def finish_fresh(self, digest: int) -> bool:
        fresh = self._the_fresh()
        if not await self._of_fresh(fresh.finish(digest)):
            await self._drop_fresh()
            return False
        await self._swap_in(await self._of_fresh(fresh.opened()))
        self._fresh = None
        return True

    async def is_exact(self) -> bool:
        if self._whole is None:
            return True
        kept, counted = await self._count(self._whole.path)
        return kept == counted

    def _keep_floor(self, stood: Callable[[str], Mark | None]) -> None:
        position = self.position()
        mark = None if position is None else stood(position.feed)
        if position is not None and mark is not None:
            self._floor = Position(position.feed, mark.epoch, mark.n)

    async def _open_highest(self) -> None:
        for path in sorted(self._folder.glob(PATTERN), key=number, reverse=True):
            if self._reader is not None or not await self._try(path):
                try_to_delete(path)

    async def _try(self, path: Path) -> bool:
        """Whether the file stays: it is the whole replica now, or cannot be read at the moment."""
        try:
            file = await asyncio.to_thread(ReplicaFile.open_complete, path)
            standing, reader = file.standing(), await open_reader(read_only_address(path))
            self._whole, self._standing, self._reader = file, standing, reader
        except ReplicaFileError:
            return False
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if not is_damage(error):
                return await self._open_to_read(path)
            if not was_being_loaded(path):
                self._set_aside = set_aside(path)
            return False
        return True

    async def _open_to_read(self, path: Path) -> bool:
        """The disk takes nothing: what the file holds decides until it can be written again."""
        try:
            address, standing = await asyncio.to_thread(readable, path)
            self._reader = await open_reader(address)
        except ReplicaFileError:
            return False
        except (sqlite3.DatabaseError, OSError, UnicodeDecodeError):
            return True  # and nothing decides: doors have modes even so
        self._standing, self._unwritable = standing, path
        return True

    async def _open_to_write(self) -> ReplicaFile:
        path, old_reader = self._unwritable, self._reader
        if path is None or old_reader is None:
            raise ReplicaError("there is no whole replica to apply rows to")
        try:
            file = await asyncio.to_thread(ReplicaFile.open_complete, path)
            self._reader = await open_reader(read_only_address(path))
        except (sqlite3.Error, ReplicaFileError) as error:
            raise ReplicaError(f"the replica cannot be written: {error}") from error
        self._whole, self._standing, self._unwritable = file, file.standing(), None
        await old_reader.close()
        return file

    async def _swap_in(self, fresh: ReplicaFile) -> None:
        reader = await open_reader(read_only_address(fresh.path))
        old, old_reader = self._whole, self._reader
        self._whole, self._reader, self._standing = fresh, reader, fresh.standing()
        self._unwritable = None
        self._tell_change()
        if old_reader is not None:
            await old_reader.close()  # look-ups that are under way answer first
        if old is not None:
            await asyncio.to_thread(old.delete)

    async def _read(self, reader: aiosqlite.Connection, statement: str, *parameters: bytes) -> list[Any] | None:
        """Rows from the whole replica; None: it is damaged, and there is none any more."""
        try:
            return list(await reader.execute_fetchall(statement, parameters))
        except sqlite3.Error as error:
            if is_damage(error) and reader is self._reader:
                await self._give_up()
                return None
            raise ReplicaError(f"the replica cannot be read: {error}") from error

    def _tell_change(self) -> None:
        """To those who wait now; who waits from now on waits for the next one."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def _give_up(self) -> None:
        """The whole replica is damaged: there is none until it has been pulled anew."""
        path = self._unwritable if self._whole is None else self._whole.path
        if path is None:
            return
        self._unwritable = None
        await self._close_whole()
        self._set_aside = set_aside(path)

    async def _close_whole(self) -> None:
        reader, whole = self._reader, self._whole
        self._reader = self._whole = self._standing = None
        if reader is not None:
            await reader.close()
        if whole is not None:
            async with self._writing:
                whole.close()

    async def _write(self, work: Callable[[], _Result]) -> _Result:
        try:
            # Shielded: a caller that is cancelled leaves its thread at work, and the lock is held until that ends.
            return await asyncio.shield(asyncio.create_task(self._write_alone(work)))
        except (sqlite3.Error, OSError) as error:
            if is_damage(error):
                await self._give_up()
            raise ReplicaError(f"the replica cannot be written: {error}") from error

    async def _write_alone(self, work: Callable[[], _Result]) -> _Result:
        async with self._writing:
            return await asyncio.to_thread(work)

    async def _of_fresh(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        try:
            return await work
        except (sqlite3.Error, OSError, StorageError) as error:
            await self._drop_fresh()
            raise ReplicaError(f"the fresh replica cannot be written: {error}") from error

    async def _count(self, path: Path) -> tuple[int, int]:
        position = self.position()
        try:
            if position is not None and position.sequence >= self._large:
                return await self._recounts.count(path)
            return await asyncio.to_thread(count_on_disk, path, lambda: not self._closing)
        except (sqlite3.Error, OSError, StorageError) as error:
            if shows_damage(error) and self._whole is not None and self._whole.path == path:
                await self._give_up()
            raise ReplicaError(f"the replica cannot be recounted: {error}") from error

    async def _let_look_ups_answer(self) -> None:
        """The reader's thread works through its calls in order: after one more, all earlier ones have answered."""
        if self._reader is not None:
            await self._reader.execute_fetchall("SELECT 1")

    def _the_fresh(self) -> Fresh:
        if self._fresh is None:
            raise ReplicaError("no fresh replica was begun")
        return self._fresh

    async def _drop_fresh(self) -> None:
        fresh, self._fresh = self._fresh, None
        if fresh is not None:
            await fresh.close()
            await asyncio.to_thread(try_to_delete, fresh.path)
