"""A reader at which somebody guesses: scans in, turns out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from contract.card import new_code
from contract.reasons import Reason
from edge.core import guessing
from edge.core.reading import Reading, read
from edge.counter.screen import Screen
from edge.turns import Turns
from tests.edge.fakes import FakeClock, FakeLog, FakeSignals
from tests.edge.gate_world import DOOR
from tests.edge.link_runs import until

MEMBER = new_code(b"0123456789").encode()
GUESS, OTHER_GUESS, THIRD_GUESS = b"1000001", b"1000002", b"1000003"
UNREADABLE = b"\x00\x01"
SIXTH = guessing.UNKNOWN_MAX + 1


class LoopClock(FakeClock):
    """The event loop's own time, so that timers and the rules agree; but for how long it stood."""

    _stood_s = 0.0
    _stands_at_s: float | None = None

    def monotonic_s(self) -> float:
        return self._loop_s() if self._stands_at_s is None else self._stands_at_s

    def stand(self) -> None:
        self._stands_at_s = self.monotonic_s()

    def go_on(self) -> None:
        if self._stands_at_s is not None:
            self._stood_s += self._loop_s() - self._stands_at_s
            self._stands_at_s = None

    def _loop_s(self) -> float:
        return asyncio.get_running_loop().time() - self._stood_s


class Reader:
    """A reader whose codes are all unknown but those that are `granted`. `handled` are scans, in order."""

    def __init__(self) -> None:
        self.signals, self.log = FakeSignals(), FakeLog()
        self.clock = LoopClock()
        self.screen = Screen(DOOR, LoopClock())
        self.turns = Turns("door", self.signals, self.screen, self.clock, self.log)
        self.handled: list[bytes] = []
        self.at_work = 0
        self.free = asyncio.Event()
        self.free.set()
        self.faulty: set[bytes] = set()
        self.granted = {MEMBER}
        self._readings: asyncio.Queue[Reading | None] = asyncio.Queue()
        self.serving = asyncio.create_task(self.serve())

    async def serve(self) -> None:
        await self.turns.serve(self._scans(), self.handle)

    def scan(self, *raws: bytes, at_s: float | None = None) -> None:
        """Now, or at that time of the event loop's."""
        at_s = asyncio.get_running_loop().time() if at_s is None else at_s
        for raw in raws:
            self._readings.put_nowait(read(bytes(32), raw, len(raw), at_s))

    def end(self) -> None:
        self._readings.put_nowait(None)

    async def taken(self) -> None:
        await until(self._readings.empty)
        await asyncio.sleep(0)

    async def handle(self, reading: Reading) -> None:
        assert self.at_work == 0
        self.at_work += 1
        await asyncio.sleep(0)
        await self.free.wait()
        self.at_work -= 1
        scan = reading.scan
        if scan.raw in self.faulty:
            raise RuntimeError("a fault")
        self.handled.append(scan.raw)
        self.turns.note(reading.code_hash, scan.digits, self._reason(scan.raw, scan.digits))

    def _reason(self, raw: bytes, digits: str | None) -> Reason:
        if raw == UNREADABLE:
            return Reason.UNREADABLE
        if raw in self.granted:
            return Reason.GRANTED
        return Reason.UNKNOWN_CARD if digits is None else Reason.CODE_STALE

    async def guess(self, times: int = SIXTH) -> None:
        """Codes of our form are unknown too, and wait for nothing. The pause that they begin lasts until somebody
        waits for it, however slow this machine is."""
        self.clock.stand()
        self.scan(*(new_code(number.to_bytes(10, "big")).encode() for number in range(times)))
        await until(lambda: len(self.handled) == times)
        self.handled.clear()

    async def _scans(self) -> AsyncIterator[Reading]:
        while (reading := await self._readings.get()) is not None:
            yield reading
            if self.turns._line:
                self.clock.go_on()


def at_a_reader(work: Callable[[Reader], Awaitable[None]]) -> None:
    async def run() -> None:
        reader = Reader()
        await work(reader)
        reader.end()
        await reader.serving

    asyncio.run(run())
