"""The order of scans at one reader: guesses wait, everybody else does not."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from contract.card import new_code
from contract.reasons import Reason
from edge.core import guessing
from edge.ports import Frame
from edge.turns import Turns
from tests.edge.fakes import FakeClock, FakeLog, FakeSignals
from tests.edge.link_runs import until

MEMBER = new_code(b"0123456789").encode()
GUESS, OTHER_GUESS, THIRD_GUESS = b"1000001", b"1000002", b"1000003"
UNREADABLE = b"\x00\x01"
SIXTH = guessing.UNKNOWN_MAX + 1


class LoopClock(FakeClock):
    """The event loop's own time, so that timers and the rules agree."""

    def monotonic_s(self) -> float:
        return asyncio.get_running_loop().time()


class Reader:
    """A reader whose codes are all unknown but the member's. `handled` are scans, in order."""

    def __init__(self) -> None:
        self.signals, self.log = FakeSignals(), FakeLog()
        self.turns = Turns("door", self.signals, LoopClock(), self.log)
        self.handled: list[bytes] = []
        self.at_work = 0
        self.free = asyncio.Event()
        self.free.set()
        self.fails = False
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue()
        self.serving = asyncio.create_task(self.serve())

    async def serve(self) -> None:
        await self.turns.serve(self._scans(), self.handle)

    def scan(self, *raws: bytes) -> None:
        for raw in raws:
            self._frames.put_nowait(Frame(raw, len(raw), 0.0))

    def end(self) -> None:
        self._frames.put_nowait(None)

    async def taken(self) -> None:
        await until(self._frames.empty)
        await asyncio.sleep(0)

    async def handle(self, frame: Frame) -> None:
        assert self.at_work == 0
        self.at_work += 1
        await asyncio.sleep(0)
        await self.free.wait()
        self.at_work -= 1
        if self.fails:
            raise RuntimeError("a fault")
        self.handled.append(frame.raw)
        if frame.raw == UNREADABLE:
            self.turns.note(Reason.UNREADABLE)
        else:
            self.turns.note(Reason.GRANTED if frame.raw == MEMBER else Reason.UNKNOWN_CARD)

    async def guess(self, times: int = SIXTH) -> None:
        """Codes of our form are unknown too, and wait for nothing."""
        self.scan(*(new_code(number.to_bytes(10, "big")).encode() for number in range(times)))
        await until(lambda: len(self.handled) == times)
        self.handled.clear()

    async def _scans(self) -> AsyncIterator[Frame]:
        while (frame := await self._frames.get()) is not None:
            yield frame


def at_a_reader(work: Callable[[Reader], Awaitable[None]]) -> None:
    async def run() -> None:
        reader = Reader()
        await work(reader)
        reader.end()
        await reader.serving

    asyncio.run(run())


@pytest.fixture
def long_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A pause outlasts the test."""
    monkeypatch.setattr(guessing, "PAUSE_MAX_S", 3_600.0)
    monkeypatch.setattr(guessing, "PAUSE_FIRST_S", 3_600.0)
    yield


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "PAUSE_MAX_S", 0.05)
    monkeypatch.setattr(guessing, "PAUSE_FIRST_S", 0.05)


def test_scans_are_handled_in_order_while_nobody_guesses() -> None:
    async def work(reader: Reader) -> None:
        scans = [GUESS, MEMBER, OTHER_GUESS, UNREADABLE, MEMBER]
        reader.scan(*scans)
        await until(lambda: len(reader.handled) == len(scans))
        assert reader.handled == scans
        assert reader.log.lines == []

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_a_guess_waits_and_then_has_its_turn() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        assert reader.log.all("guessing") == [{"reader": "door", "count": SIXTH}]
        reader.scan(GUESS)
        await until(lambda: reader.handled)
        assert reader.handled == [GUESS]
        assert reader.signals.turned_away == 0

    at_a_reader(work)


@pytest.mark.usefixtures("long_pauses")
def test_members_and_what_cannot_be_read_go_ahead_of_a_guess() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(GUESS, MEMBER, UNREADABLE, MEMBER)
        await until(lambda: len(reader.handled) == 3)
        assert reader.handled == [MEMBER, UNREADABLE, MEMBER]

    at_a_reader(work)


@pytest.mark.usefixtures("long_pauses")
def test_one_waits_and_more_are_turned_away() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(GUESS, OTHER_GUESS, THIRD_GUESS, MEMBER)
        await until(lambda: reader.handled)
        assert reader.signals.turned_away == 2
        assert reader.handled == [MEMBER]
        assert reader.turns._guessing.count == SIXTH + 2

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_after_one_has_had_its_turn_another_may_wait() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        for number, guess in enumerate((GUESS, OTHER_GUESS, THIRD_GUESS), start=1):
            reader.scan(guess)
            await until(lambda number=number: len(reader.handled) == number)  # type: ignore[misc]
        assert reader.handled == [GUESS, OTHER_GUESS, THIRD_GUESS]
        assert reader.signals.turned_away == 0

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_a_guess_and_a_member_are_never_handled_at_once() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(GUESS)
        await reader.taken()
        reader.free.clear()
        reader.scan(MEMBER)
        await until(lambda: reader.at_work)
        await asyncio.sleep(0.2)
        reader.free.set()
        await until(lambda: len(reader.handled) == 2)
        assert reader.handled == [MEMBER, GUESS]

    at_a_reader(work)


def test_at_the_end_a_guess_that_waits_is_turned_away(long_pauses: None) -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(GUESS)
        reader.end()
        await reader.serving
        assert reader.signals.turned_away == 1
        assert reader.handled == []

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_at_the_end_a_guess_whose_turn_it_is_is_finished() -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.free.clear()
        reader.scan(GUESS)
        await until(lambda: reader.at_work)
        reader.end()
        await reader.taken()
        reader.free.set()
        await reader.serving
        assert reader.handled == [GUESS]

    at_a_reader(work)


@pytest.mark.usefixtures("short_pauses")
def test_a_fault_with_a_guess_is_told_and_the_reader_goes_on() -> None:
    async def work(reader: Reader) -> None:
        told: list[str] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(str(context["exception"])))
        await reader.guess()
        reader.fails = True
        reader.scan(GUESS)
        await until(lambda: told)
        assert told == ["a fault"]
        reader.fails = False
        reader.scan(MEMBER)
        await until(lambda: reader.handled)

    at_a_reader(work)


def test_it_is_over_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "QUIET_S", 0.2)

    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(new_code(b"AAAAAAAAAA").encode())
        await until(lambda: reader.log.all("guessing_over"))
        assert reader.log.all("guessing_over") == [{"reader": "door", "count": SIXTH + 1}]
        reader.scan(GUESS, MEMBER)
        await until(lambda: len(reader.handled) == 3)
        assert reader.handled[1:] == [GUESS, MEMBER]
        assert len(reader.log.all("guessing")) == 1

    at_a_reader(work)


def test_an_unknown_code_after_a_quiet_time_begins_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "QUIET_S", 0.0)

    async def work(reader: Reader) -> None:
        await reader.guess(SIXTH)
        reader.scan(GUESS)
        await until(lambda: reader.handled)
        assert reader.log.all("guessing_over") == [{"reader": "door", "count": SIXTH}]
        assert not reader.turns._guessing.goes_on

    at_a_reader(work)


def test_an_unknown_code_that_comes_before_the_timer_ends_it_too() -> None:
    async def work() -> None:
        clock, log = FakeClock(), FakeLog()
        turns = Turns("door", FakeSignals(), clock, log)
        for _ in range(SIXTH):
            turns.note(Reason.UNKNOWN_CARD)
        clock.elapsed_s += guessing.QUIET_S
        turns.note(Reason.UNKNOWN_CARD)
        assert [event for event, _ in log.lines] == ["guessing", "guessing_over"]

    asyncio.run(work())


def test_the_log_holds_no_code(long_pauses: None) -> None:
    async def work(reader: Reader) -> None:
        await reader.guess()
        reader.scan(GUESS, OTHER_GUESS, MEMBER)
        await until(lambda: reader.handled)
        text = repr(reader.log.lines)
        assert not any(code.decode() in text for code in (GUESS, OTHER_GUESS, MEMBER))

    at_a_reader(work)
