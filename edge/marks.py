"""How far this edge and its hub have come, kept outside of all that can be pulled again. Implements ports.Marks.

A start raises `start` before anything is said. Most marks are written about a second after they rose, off every
scan's way; one that must not be lost is waited for. What the marks are of is not known here.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Final, Protocol

from contract.high_water import HighWater, Mark
from contract.instants import to_us
from edge.core.saved_marks import SavedMarks, recalled, saved
from edge.ports import Clock, Log

_WRITE_EVERY_S: Final = 1.0


class MarksFile(Protocol):
    """Where marks are kept. Blocking: called from threads."""

    @property
    def set_aside(self) -> str | None: ...

    def read(self) -> SavedMarks | None: ...

    def write(self, fields: SavedMarks) -> None: ...


class EdgeMarks:
    """`keep` writes until `stop`. On the event loop."""

    def __init__(self, file: MarksFile, clock: Clock, log: Log) -> None:
        """Reads the file, and raises `start` on disk, before anything is said. By the wall clock, so that it rises
        where the file is damaged or lost or the disk takes nothing, too; above the one before in any case."""
        self._file = file
        self._log = log
        self._write_failed = False
        kept = file.read()
        if file.set_aside is not None:
            log("damaged", set_aside=file.set_aside)
        self._marks = HighWater() if kept is None else recalled(kept)
        self.start: Final = max((0 if kept is None else kept.start) + 1, to_us(clock.now()) // 1_000)
        self._risen = asyncio.Event()
        self._writing = asyncio.Lock()
        self._stopping = asyncio.Event()
        with self._told():
            file.write(saved(self.start, self._marks))

    def mark(self, sender: str, kind: str) -> Mark | None:
        return next(
            (each.mark for each in self._marks.reached() if (each.sender, each.kind) == (sender, kind)), None
        )

    def accepts(self, sender: str, kind: str, mark: Mark, *, again: bool = False) -> bool:
        return self._marks.accepts(sender, kind, mark, again=again)

    def reach(self, sender: str, kind: str, mark: Mark) -> None:
        if self._marks.accepts(sender, kind, mark):
            self._marks = self._marks.raised(sender, kind, mark)
            self._risen.set()

    async def keep_reached(self, sender: str, kind: str, mark: Mark) -> None:
        self.reach(sender, kind, mark)
        await self._write()

    async def keep(self) -> None:
        """Write what has risen, at most once a second, and at the end."""
        stopped = asyncio.create_task(self._stopping.wait())
        while not self._stopping.is_set():
            risen = asyncio.create_task(self._risen.wait())
            await asyncio.wait({risen, stopped}, return_when=asyncio.FIRST_COMPLETED)
            risen.cancel()
            await self._write_and_tell()
            await asyncio.wait({stopped}, timeout=_WRITE_EVERY_S)
        await self._write_and_tell()

    def stop(self) -> None:
        self._stopping.set()

    async def _write_and_tell(self) -> None:
        with self._told():
            await self._write()

    async def _write(self) -> None:
        async with self._writing:
            self._risen.clear()
            try:
                await asyncio.to_thread(self._file.write, saved(self.start, self._marks))
            except OSError:
                self._risen.set()
                raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """What cannot be written is told once, and tried again."""
        try:
            yield
        except OSError as error:
            if not self._write_failed:
                self._log("marks_not_kept", why=error.strerror)
            self._write_failed = True
        else:
            self._write_failed = False
