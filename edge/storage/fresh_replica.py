"""A fresh replica on its way: a small one is loaded by this process's threads, a large one by a process apart.

Beside a thread that loads, decisions wait for Python's lock and for the processor; a process that takes only what
nobody else wants is not felt. It is there while rows come and leaves when none do, for the memory's sake. The file
is whoever's loads it alone, until it is finished.
"""

import asyncio
from pathlib import Path
from typing import Final, Protocol

from contract.feed import Row, digest_bytes
from edge.storage.bulk_messages import Answer, Begin, Counted, Fault, Finish, Finished, Load, Recount, Request
from edge.storage.bulk_process import BulkProcess
from edge.storage.errors import StorageError, is_damage
from edge.storage.replica_file import ReplicaFile

IDLE_S: Final = 30.0
"""Pages come several a second; a process that waits this long for one gives its memory back."""
_LOAD_S_MAX: Final = 120.0
_FINISH_S_MAX: Final = 3_600.0
"""The index of 1,000,000 cards takes seconds, and minutes on a slow card beside others who want the processor."""
_RECOUNT_S_MAX: Final = 6 * 3_600.0


class BulkFault(StorageError):
    """Bulk work could not be done; the text says why. `damaged`: the file that it is about is broken."""

    def __init__(self, why: str, damaged: bool = False) -> None:
        super().__init__(why)
        self.damaged: Final = damaged


class Fresh(Protocol):
    """One call at a time; a call that is cancelled or fails leaves a fresh replica that is lost. sqlite3.Error,
    OSError, BulkFault."""

    @property
    def path(self) -> Path: ...

    async def load(self, rows: list[Row], upto: int) -> None: ...

    async def finish(self, digest: int) -> bool: ...

    async def opened(self) -> ReplicaFile:
        """After `finish` said that it is exact. ReplicaFileError besides."""
        ...

    async def close(self) -> None:
        """Nobody has the file open any more, unless `opened` was called."""
        ...


class FreshInThreads:
    """A caller that is cancelled leaves its thread at work; `close` waits for that."""

    def __init__(self, file: ReplicaFile) -> None:
        self._file = file
        self._working = asyncio.Lock()
        self._handed_over = False

    @classmethod
    async def begin(cls, path: Path, feed: str, epoch: int, head: int) -> "FreshInThreads":
        return cls(await asyncio.to_thread(ReplicaFile.create, path, feed, epoch, head))

    @property
    def path(self) -> Path:
        return self._file.path

    async def load(self, rows: list[Row], upto: int) -> None:
        await asyncio.shield(asyncio.create_task(self._load(rows, upto)))

    async def finish(self, digest: int) -> bool:
        return await asyncio.shield(asyncio.create_task(self._finish(digest)))

    async def opened(self) -> ReplicaFile:
        self._handed_over = True
        return self._file

    async def close(self) -> None:
        async with self._working:
            if not self._handed_over:
                self._file.close()

    async def _load(self, rows: list[Row], upto: int) -> None:
        async with self._working:
            await asyncio.to_thread(self._file.load, rows, upto)

    async def _finish(self, digest: int) -> bool:
        async with self._working:
            return await asyncio.to_thread(self._file.finish, digest)


class FreshInProcess:
    """Its process comes with the first rows, and again with those after a silence of `idle_s`."""

    def __init__(self, path: Path, feed: str, epoch: int, head: int, idle_s: float = IDLE_S) -> None:
        self.path: Final = path
        self._begun = (feed, epoch, head)
        self._idle_s = idle_s
        self._process: BulkProcess | None = None
        self._resumes = False
        self._lost = False
        self._turn = asyncio.Lock()
        self._leaving: asyncio.Task[None] | None = None

    @classmethod
    async def begin(cls, path: Path, feed: str, epoch: int, head: int) -> "FreshInProcess":
        fresh = cls(path, feed, epoch, head)
        try:
            await fresh._ready()
        except BaseException:
            await fresh.close()
            raise
        return fresh

    async def load(self, rows: list[Row], upto: int) -> None:
        await self._ask(Load(rows, upto), _LOAD_S_MAX)

    async def finish(self, digest: int) -> bool:
        answer = await self._ask(Finish(digest_bytes(digest)), _FINISH_S_MAX)
        await self.close()
        return isinstance(answer, Finished) and answer.exact

    async def opened(self) -> ReplicaFile:
        return await asyncio.to_thread(ReplicaFile.open_complete, self.path)

    async def close(self) -> None:
        self._lost = True
        process, self._process = self._process, None
        if self._leaving is not None:
            self._leaving.cancel()
        if process is not None:
            await process.kill()

    async def _ask(self, request: Request, within_s: float) -> Answer:
        async with self._turn:
            process = await self._ready()
            try:
                answer = _unless_fault(await process.ask(request, within_s))
            except BaseException:
                self._lost = True
                raise
            self._leaving = asyncio.create_task(self._leave(process))
            return answer

    async def _ready(self) -> BulkProcess:
        if self._leaving is not None:
            self._leaving.cancel()
        if self._lost:
            raise BulkFault("what was loaded of the fresh replica is lost")
        if self._process is None:
            self._process = await BulkProcess.start()
            begin = Begin(str(self.path), *self._begun, resume=self._resumes)
            _unless_fault(await self._process.ask(begin, _LOAD_S_MAX))
        return self._process

    async def _leave(self, process: BulkProcess) -> None:
        await asyncio.sleep(self._idle_s)
        async with self._turn:
            self._resumes = await process.end()
            self._lost = not self._resumes
            self._process, self._leaving = None, None  # before, `close` would not wait for it


class Recounts:
    """Recounting files by processes of their own. `close` ends those that go on."""

    def __init__(self) -> None:
        self._going_on: set[BulkProcess] = set()

    async def count(self, path: Path) -> tuple[int, int]:
        """The digest kept in `path`, and the one recounted from its rows. OSError, BulkFault."""
        process = await BulkProcess.start()
        self._going_on.add(process)
        try:
            answer = _unless_fault(await process.ask(Recount(str(path)), _RECOUNT_S_MAX))
        finally:
            self._going_on.discard(process)
            await process.kill()
        if not isinstance(answer, Counted):
            raise BulkFault("the recount was answered with something else")
        return int.from_bytes(answer.kept, "big"), int.from_bytes(answer.counted, "big")

    async def close(self) -> None:
        for process in list(self._going_on):
            await process.kill()


def _unless_fault(answer: Answer) -> Answer:
    if isinstance(answer, Fault):
        raise BulkFault(answer.why, answer.damaged)
    return answer


def shows_damage(error: Exception) -> bool:
    """Whether the file that was worked on is broken, rather than the disk full or the process gone."""
    return error.damaged if isinstance(error, BulkFault) else is_damage(error)
