"""The watchdog is fed while every part answers, and by nothing else."""

import asyncio
import gc
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from edge.life.heart import BEAT_S, ENDED_S, PATIENCE_S, Heart, Part, Probed
from edge.life.loop_watch import LoopWatch
from edge.life.notify import ALIVE, READY, Systemd
from edge.storage.journal import SqliteJournal
from tests.edge.fakes import FakeClock, FakeLog
from tests.notified import Notified, notified


@pytest.fixture
def systemd() -> Iterator[Notified]:
    with notified() as made:
        yield made


class Waiting:
    """A part that owes an answer for as long as a test says."""

    name = "reader door"

    def __init__(self) -> None:
        self.owed_s = 0.0

    def waits_s(self, at_s: float) -> float:
        return self.owed_s


class Feeding:
    """A heart, and whether a beat of it fed the watchdog of a real socket."""

    def __init__(self, systemd: Notified, *parts: Part) -> None:
        self.clock, self.log = FakeClock(), FakeLog()
        self._systemd = systemd
        self._said = Systemd(systemd.address, 30.0)
        self.heart = Heart(self._said, lambda: parts, self.clock, self.log)

    def fed(self) -> bool:
        self._systemd.forget()
        self.heart.beat()
        self._said.say("END")
        self._systemd.wait_for("END")
        return ALIVE in self._systemd.said


@pytest.mark.parametrize(("watchdog_s", "beat_s"), [(None, BEAT_S), (4 * BEAT_S, BEAT_S), (1.0, 0.25)])
def test_it_beats_four_times_at_least_in_what_systemd_waits(watchdog_s: float | None, beat_s: float) -> None:
    heart = Heart(Systemd("", watchdog_s), list, FakeClock(), FakeLog())
    assert heart._beat_s == beat_s


def test_a_part_that_is_slow_does_not_hang(systemd: Notified) -> None:
    part = Waiting()
    feeding = Feeding(systemd, part)
    for owed_s in (0.0, 0.25, 10.0, PATIENCE_S):
        part.owed_s = owed_s
        assert feeding.fed()
    assert feeding.log.lines == []


@pytest.mark.parametrize(("owed_s", "why"), [(PATIENCE_S + 0.1, "no_answer"), (ENDED_S, "ended")])
def test_one_that_hangs_is_told_once_and_nothing_is_fed_until_it_answers(
    systemd: Notified, owed_s: float, why: str
) -> None:
    part, other = Waiting(), Waiting()
    other.name = "reader lounge"
    feeding = Feeding(systemd, part, other)
    part.owed_s = owed_s
    assert not feeding.fed()
    assert not feeding.fed()
    ((event, fields),) = feeding.log.lines
    assert (event, fields["part"], fields["why"]) == ("hangs", "reader door", why)
    part.owed_s = 0.0
    assert feeding.fed()
    assert feeding.log.all("hangs_no_more") == [{"part": "reader door"}]


def test_a_reader_that_is_named_as_another_part_does_not_hide_that_it_hangs(systemd: Notified) -> None:
    journal, reader = Waiting(), Waiting()
    journal.name = reader.name = "journal"
    feeding = Feeding(systemd, journal, reader)
    journal.owed_s = PATIENCE_S + 0.1
    assert not feeding.fed()
    assert [told["part"] for told in feeding.log.all("hangs")] == ["journal"]


def run_probed(ask: Callable[[], Awaitable[object]], steps: Callable[[Probed], Awaitable[None]]) -> None:
    async def run() -> None:
        complaints: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        await steps(Probed("journal", ask))
        gc.collect()
        assert complaints == []

    asyncio.run(run())


def test_an_error_is_an_answer() -> None:
    async def fail() -> None:
        raise OSError(28, "No space left on device")

    async def steps(probed: Probed) -> None:
        for at_s in (100.0, 200.0, 300.0):
            assert probed.waits_s(at_s) == 0.0
            for _ in range(5):
                await asyncio.sleep(0)

    run_probed(fail, steps)


def test_a_question_that_is_not_answered_is_asked_once() -> None:
    asked = 0

    async def never() -> None:
        nonlocal asked
        asked += 1
        await asyncio.Event().wait()

    async def steps(probed: Probed) -> None:
        assert probed.waits_s(100.0) == 0.0
        await asyncio.sleep(0.01)
        assert probed.waits_s(140.0) == 40.0
        assert asked == 1

    run_probed(never, steps)


def test_a_journal_whose_disk_hangs_does_not_answer_and_one_that_is_broken_does(tmp_path: Path) -> None:
    async def run() -> None:
        journal = await SqliteJournal.open(tmp_path / "journal.db", lambda: bytes(16))
        await journal.answer()
        disk = threading.Event()
        assert journal._recorder is not None
        stuck = asyncio.create_task(journal._recorder.create_function("stuck", 0, lambda: disk.wait() and None))
        await stuck
        writing = asyncio.create_task(journal._recorder.execute_fetchall("SELECT stuck()"))
        probed = Probed("journal", journal.answer)
        assert probed.waits_s(100.0) == 0.0
        await asyncio.sleep(0.05)
        assert probed.waits_s(131.0) == 31.0
        disk.set()
        await writing
        while probed.waits_s(132.0):
            await asyncio.sleep(0.01)
        await journal.close()
        await journal.answer()

    asyncio.run(run())


def test_a_loop_that_hangs_is_told_with_the_place_and_nothing_else() -> None:
    clock, log = FakeClock(), FakeLog()
    beaten_s = 100.0
    watch = LoopWatch(lambda: beaten_s, clock, log)
    watch.look()
    assert log.lines == []
    clock.elapsed_s = 100.0 + PATIENCE_S + 1.0
    watch.look()
    watch.look()
    (told,) = log.all("hangs")
    assert told["part"] == "event loop"
    places = told["places"]
    assert isinstance(places, list)
    assert any(place.startswith("test_heart.py:") for place in places)
    beaten_s = clock.elapsed_s
    watch.look()
    watch.look()
    assert log.all("hangs_no_more") == [{"part": "event loop"}]


def test_variables_of_systemd(systemd: Notified) -> None:
    assert Systemd.of({}, 7) == Systemd()
    given = systemd.variables(30.0)
    assert Systemd.of(given, 7) == Systemd(systemd.address, 30.0)
    assert Systemd.of(given | {"WATCHDOG_PID": "7"}, 7).watchdog_s == 30.0
    assert Systemd.of(given | {"WATCHDOG_PID": "8"}, 7).watchdog_s is None
    for nonsense in ("", "0", "-5", "soon", "²"):
        assert Systemd.of(given | {"WATCHDOG_USEC": nonsense}, 7).watchdog_s is None


def test_nobody_listens_or_listens_no_more_and_nothing_happens(tmp_path: Path) -> None:
    Systemd().say(READY)
    Systemd(str(tmp_path / "nobody")).say(READY)
    full = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    full.bind(str(tmp_path / "full"))
    for _ in range(2_000):  # more than its queue holds: a call that waited would hang here
        Systemd(str(tmp_path / "full")).say(READY)
    full.close()


def test_a_socket_in_a_folder(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        Systemd(str(tmp_path / "notify")).say(READY, "STATUS=well")
        assert listening.recv(100) == b"READY=1\nSTATUS=well"
