"""In which order the scans of one reader get their turn: as they come, one after another.

But where somebody guesses (edge/core/guessing.py), a code that could be a guess waits for the pause to end, and
lets others go ahead. Codes of Doorward's own form cannot be guessed, and what cannot be read is no code: neither
waits. At most one code waits, and more are turned away: they are not looked up, and leave no check-in. Knows
nothing of how a scan is handled.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterable, Awaitable, Callable

from contract.card import is_code, read_scan
from contract.reasons import Reason
from edge.core.guessing import Guessing
from edge.ports import Clock, Frame, Log, Signals

Handle = Callable[[Frame], Awaitable[None]]


class Turns:
    """`serve` gives scans to be handled, one at a time; `note` is told what became of each."""

    def __init__(self, reader: str, signals: Signals, clock: Clock, log: Log) -> None:
        self._reader = reader
        self._signals = signals
        self._clock = clock
        self._log = log
        self._guessing = Guessing()
        self._turn = asyncio.Lock()
        self._waiting: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()
        self._quiet: asyncio.TimerHandle | None = None

    async def serve(self, frames: AsyncIterable[Frame], handle: Handle) -> None:
        """Ends when `frames` does; a code that still waits then is turned away."""
        async for frame in frames:
            if not self._must_wait(frame):
                await self._take(frame, handle)
            elif self._waiting is None:
                self._waiting = asyncio.create_task(self._wait(frame, handle))
            else:
                self._turn_away()
        self._ending.set()
        if self._waiting is not None:
            await self._waiting

    def note(self, reason: Reason) -> None:
        """What was decided about a scan, as soon as it is."""
        if reason is not Reason.UNKNOWN_CARD:
            return
        self._look_whether_quiet()
        self._guessing.unknown(self._clock.monotonic_s())
        self._tell()
        self._look_again_later()

    def _must_wait(self, frame: Frame) -> bool:
        if self._pause_s() == 0:
            return False
        text = read_scan(frame.raw).text
        return text is not None and not is_code(text)

    async def _take(self, frame: Frame, handle: Handle) -> None:
        async with self._turn:
            await handle(frame)

    async def _wait(self, frame: Frame, handle: Handle) -> None:
        try:
            # Codes that went ahead may have been unknown too, and made the pause longer.
            while pause_s := self._pause_s():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ending.wait(), pause_s)
                    self._turn_away()
                    return
            await self._take(frame, handle)
        finally:
            self._waiting = None

    def _turn_away(self) -> None:
        self._guessing.turned_away()
        self._signals.turn_away()
        self._tell()

    def _pause_s(self) -> float:
        return self._guessing.pause_s(self._clock.monotonic_s())

    def _tell(self) -> None:
        if self._guessing.is_to_be_told(self._clock.monotonic_s()):
            self._log("guessing", reader=self._reader, count=self._guessing.count)

    def _look_whether_quiet(self) -> None:
        if self._guessing.goes_on and self._guessing.quiet_in_s(self._clock.monotonic_s()) == 0:
            self._log("guessing_over", reader=self._reader, count=self._guessing.count)
            self._guessing.end()

    def _look_again_later(self) -> None:
        if self._quiet is None and self._guessing.goes_on:
            wait_s = self._guessing.quiet_in_s(self._clock.monotonic_s())
            self._quiet = asyncio.get_running_loop().call_later(wait_s, self._quiet_perhaps)

    def _quiet_perhaps(self) -> None:
        self._quiet = None
        self._look_whether_quiet()
        self._look_again_later()
