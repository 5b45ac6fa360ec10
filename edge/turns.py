"""In which order the scans of one reader get their turn: as they come, one after another.

But where somebody guesses (edge/core/guessing.py), what could be another guess (edge/core/guesses.py) waits for
the pause to end, and lets others go ahead. Codes of Doorward's own form cannot be guessed, and what cannot be read
is no code: neither waits. A few wait, in order, and more are turned away, as is whoever has waited for too long:
they are not looked up, and leave no check-in. Nor does noise (edge/core/noise.py). Knows nothing of how a scan is
handled.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Final

from contract.reasons import Reason
from edge.core.guesses import Guesses
from edge.core.guessing import Guessing
from edge.core.noise import Noise
from edge.core.reading import Reading
from edge.counter_port import CounterScreen
from edge.ports import Clock, Log, Signals

WAITING_MAX: Final = 4
"""People with cards that others made, who stand behind whoever guesses."""
WAIT_S_MAX: Final = 5.0
"""From a scan's last byte to its turn. Whoever has waited for longer has scanned again or gone: a door that opened
then would open for somebody else."""
Handle = Callable[[Reading], Awaitable[None]]


class Turns:
    """`serve` gives scans to be handled, one at a time; `note` is told what became of each."""

    def __init__(self, reader: str, signals: Signals, screen: CounterScreen, clock: Clock, log: Log) -> None:
        self._reader = reader
        self._screen = screen
        self._signals = signals
        self._clock = clock
        self._log = log
        self._guesses = Guesses()
        self._noise = Noise()
        self._turn = asyncio.Lock()
        self._line: deque[tuple[Reading, Guessing]] = deque()
        self._letting_in: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()
        self._quiet: asyncio.TimerHandle | None = None

    async def serve(self, readings: AsyncIterable[Reading], handle: Handle) -> None:
        """Ends when `readings` do; codes that still wait then are turned away."""
        async for reading in readings:
            if self._is_noise(reading):
                continue
            guessing = self._waits_for(reading)
            if guessing is None:
                await self._take(reading, handle)
            elif len(self._line) < WAITING_MAX:
                self._line.append((reading, guessing))
                self._let_in_later(handle)
            else:
                self._turn_away(guessing)
        self._ending.set()
        while self._letting_in is not None:
            await self._letting_in

    def note(self, card_hash: bytes, digits: str | None, reason: Reason) -> None:
        """What was decided about a scan, as soon as it is."""
        missed = self._guesses.missed_by(card_hash, digits, reason)
        if missed is None:
            return
        self._look_whether_quiet()
        missed.unknown(self._clock.monotonic_s())
        self._tell(missed)
        self._look_again_later()

    def _is_noise(self, reading: Reading) -> bool:
        """While a line is noisy, what can be read by chance is no code either: it is turned away."""
        noise = self._noise
        if noise.is_over(reading.arrived_s):
            self._log("noise_over", reader=self._reader, count=noise.count)
            noise.end()
        if reading.scan.text is None:
            if noise.unreadable(reading.arrived_s):
                self._log("noise", reader=self._reader)
            return noise.goes_on
        noise.readable()
        if not noise.goes_on or self._guesses.cannot_be_a_guess(reading.scan, reading.code_hash):
            return False
        self._show_turned_away()
        return True

    def _waits_for(self, reading: Reading) -> Guessing | None:
        """The guessing whose pause it has to wait for, or behind others who do."""
        guessing = self._guesses.tried_by(reading.scan, reading.code_hash)
        if guessing is None or any(each is guessing for _, each in self._line):
            return guessing
        return guessing if self._pause_s(guessing) else None

    async def _take(self, reading: Reading, handle: Handle) -> None:
        async with self._turn:
            await handle(reading)

    def _let_in_later(self, handle: Handle) -> None:
        if self._letting_in is None:
            self._letting_in = asyncio.create_task(self._let_in(handle))

    async def _let_in(self, handle: Handle) -> None:
        """Whoever waits, one after another; a fault with one is not the others'."""
        try:
            while self._line:
                reading, guessing = self._line[0]
                try:
                    if await self._paused(guessing, reading.arrived_s + WAIT_S_MAX):
                        await self._take(reading, handle)
                    else:
                        self._turn_away(guessing)
                finally:
                    self._line.popleft()
        finally:
            self._letting_in = None
            if self._line:
                self._let_in_later(handle)

    async def _paused(self, guessing: Guessing, until_s: float) -> bool:
        """Once the pause is over; false: `until_s` or the end came first."""
        # Codes that went ahead may have been unknown too, and made the pause longer.
        while pause_s := self._pause_s(guessing):
            left_s = until_s - self._clock.monotonic_s()
            if left_s <= 0:
                return False
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ending.wait(), min(pause_s, left_s))
                return False
        return True

    def _turn_away(self, guessing: Guessing) -> None:
        guessing.turned_away()
        self._show_turned_away()
        self._tell(guessing)

    def _show_turned_away(self) -> None:
        self._signals.turn_away()
        self._screen.turned_away()

    def _pause_s(self, guessing: Guessing) -> float:
        return guessing.pause_s(self._clock.monotonic_s())

    def _tell(self, guessing: Guessing) -> None:
        if guessing.is_to_be_told(self._clock.monotonic_s()):
            self._log("guessing", **self._fields(guessing))

    def _fields(self, guessing: Guessing) -> dict[str, object]:
        fields: dict[str, object] = {"reader": self._reader, "count": guessing.count}
        return fields if guessing is self._guesses.codes else fields | {"what": "digits"}

    def _look_whether_quiet(self) -> None:
        for guessing in self._guesses.going_on():
            if guessing.quiet_in_s(self._clock.monotonic_s()) == 0:
                self._log("guessing_over", **self._fields(guessing))
                guessing.end()

    def _look_again_later(self) -> None:
        going_on = self._guesses.going_on()
        if self._quiet is None and going_on:
            wait_s = min(each.quiet_in_s(self._clock.monotonic_s()) for each in going_on)
            self._quiet = asyncio.get_running_loop().call_later(wait_s, self._quiet_perhaps)

    def _quiet_perhaps(self) -> None:
        self._quiet = None
        self._look_whether_quiet()
        self._look_again_later()
