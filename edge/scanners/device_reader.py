"""What every scanner's reader does, whatever its device: it is opened, read until it is lost, and opened again.
Readers see a scanner as this: whether it types or sends bytes is its own affair.

Owns the scans that wait, and the log's lines of a device that comes and goes. What a device is, its kinds say.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from typing import Final, Protocol, TypeVar

from edge.ports import Clock, Frame, Log
from edge.scanners.scan_queue import ScanQueue
from edge.scanners.settings import ScannerSettings

RETRY_S: Final = 0.5
HELD_UP_S: Final = 5.0
"""An open that takes longer is told: a failing USB device, or a driver, can hold it up for ever."""
CLOSE_S: Final = 1.0
"""Whoever wants the port waits for no open longer than this; init bytes and their answer take less."""


class CannotOpen(Exception):
    """A device that cannot be opened; the text says why, and what to do. `is_gone`: it is not plugged in."""

    def __init__(self, text: str, is_gone: bool = False) -> None:
        super().__init__(text)
        self.is_gone = is_gone


class Opened(Protocol):
    def close(self) -> None: ...


_Opened = TypeVar("_Opened", bound=Opened)


_GONE: Final = ""


class Begun(Protocol):
    """What makes frames of what was read."""

    @property
    def has_begun(self) -> bool: ...

    @property
    def dropped_bytes(self) -> int: ...

    def be_silent(self, at_s: float) -> list[Frame]: ...


class DeviceReader(ABC):
    """`run` keeps the device open until it is cancelled; `frames` gives what was scanned."""

    letters: str
    """What comes from such a device, in the log's words."""

    def __init__(self, name: str, settings: ScannerSettings, clock: Clock, log: Log) -> None:
        self.name = name
        self.is_open = False
        """Whether the device is open now: what is scanned arrives."""
        self.tried = asyncio.Event()
        """Set once the device was tried, whether it could be opened or not."""
        self._settings = settings
        self._clock = clock
        self._log = log
        self._queue = ScanQueue(name, log)
        self._silence: asyncio.TimerHandle | None = None

    def frames(self) -> AsyncIterator[Frame]:
        """What was scanned, in order, as it comes."""
        return self._queue.frames()

    @property
    def waiting(self) -> int:
        """How many scans were read and not given yet."""
        return self._queue.waiting

    def close(self) -> None:
        """No more scans; those that wait are still given."""
        self._queue.close()

    async def run(self) -> None:
        """Open, read until lost, and again. Logs `reader_open` and `reader_lost`, each once for a change: another
        reason is told once two tries in a row had it."""
        known = last = None
        while True:
            try:
                self._tell("reader_lost", why=await self._open_and_read())
                known = last = _GONE
            except CannotOpen as error:
                # That what was lost is not there then is no news.
                why = _GONE if error.is_gone and known == _GONE else str(error)
                if known is None or last == why != known:
                    self._tell("reader_lost", why=str(error))
                    known = why
                last = why
            self.tried.set()
            await asyncio.sleep(RETRY_S)

    @abstractmethod
    async def _open_and_read(self) -> str:
        """Open, `_read_until_lost`, close; why it was lost. CannotOpen."""

    async def _opened(self, open_device: Callable[[], _Opened]) -> _Opened:
        """What `open_device` opens, in a thread, however long that takes. Where nobody wants it any more it is
        closed when this ends, but for one that is held up."""
        opening = asyncio.create_task(asyncio.to_thread(open_device))
        try:
            if not (await asyncio.wait({opening}, timeout=HELD_UP_S))[0]:
                self._tell(
                    "reader_lost", why=f"it did not open within {HELD_UP_S:g} s: unplug it and plug it in again"
                )
                self.tried.set()
            return await asyncio.shield(opening)
        except asyncio.CancelledError:
            await asyncio.wait({opening}, timeout=CLOSE_S)
            # A device that was opened for nobody would stay locked.
            if opening.done():
                await asyncio.to_thread(_close_opened, opening)
            else:
                opening.add_done_callback(_close_in_thread)
            raise

    async def _read_until_lost(self, descriptor: int, read: Callable[[], str | None]) -> str:
        """Call `read`, which never waits, whenever there is something; it says why the device is lost, or None."""
        loop = asyncio.get_running_loop()
        lost: asyncio.Future[str] = loop.create_future()
        loop.add_reader(descriptor, _read_once, read, descriptor, lost)
        self.is_open = True
        self._tell("reader_open")
        self.tried.set()
        try:
            return await lost
        finally:
            self.is_open = False
            loop.remove_reader(descriptor)
            self._end_silence()

    def _take(self, begun: Begun, frames_at: Callable[[float], list[Frame]]) -> None:
        """What `frames_at` makes of what was read until now; what has begun is looked at after a silence."""
        dropped = begun.dropped_bytes
        if frames := frames_at(self._clock.monotonic_s()):
            self._queue.put(frames)
        self._tell_dropped(self.letters, "no terminator came", begun.dropped_bytes - dropped)
        self._look_for_silence(begun)

    def _look_for_silence(self, begun: Begun) -> None:
        """Where the event loop was held up, what came meanwhile is read before: timers run behind readers."""
        self._end_silence()
        if begun.has_begun:
            loop = asyncio.get_running_loop()
            self._silence = loop.call_later(self._settings.silence_s, self._take, begun, begun.be_silent)

    def _end_silence(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None

    def _tell(self, event: str, **fields: object) -> None:
        self._log(event, reader=self.name, device=self._settings.device, **fields)

    def _tell_dropped(self, what: str, why: str, count: int) -> None:
        if count:
            self._log("dropped", what=what, why=why, reader=self.name, count=count)


def _close_opened(opening: "asyncio.Task[_Opened]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


def _close_in_thread(opening: "asyncio.Task[_Opened]") -> None:
    asyncio.get_running_loop().run_in_executor(None, _close_opened, opening)


def _read_once(read: Callable[[], str | None], descriptor: int, lost: "asyncio.Future[str]") -> None:
    why = read()
    if why is not None and not lost.done():
        asyncio.get_running_loop().remove_reader(descriptor)
        lost.set_result(why)
