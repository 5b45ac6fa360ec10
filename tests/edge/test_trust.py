"""What gates are told of clock, replica and hub, on a clock and a disk that do as the test likes."""

import asyncio
from datetime import timedelta

import pytest

from contract.facts import Position
from contract.instants import to_us
from contract.trust import ClockState
from edge import trust as room
from edge.core.sync_events import Answer, State
from edge.trust import EdgeTrust
from tests.edge.fakes import NOON, FakeClock, FakeLog, FakeTrustFile

HOUR = timedelta(hours=1)
HERE = Position("everyone", 5, 10)


class Run:
    """An edge's trust through restarts."""

    def __init__(self) -> None:
        self.clock, self.file, self.log = FakeClock(), FakeTrustFile(), FakeLog()
        self.trust = self.started()

    def started(self) -> EdgeTrust:
        self.trust = EdgeTrust(self.clock, self.file, self.log)
        return self.trust

    def pass_s(self, seconds: float) -> None:
        self.clock.elapsed_s += seconds
        self.clock.at += timedelta(seconds=seconds)

    def answer(self, took_s: float = 0.0) -> None:
        """The hub, which agrees with the wall clock, says that the replica is whole at HERE."""
        answer = Answer(self.clock.elapsed_s - took_s, to_us(self.clock.at), HERE)
        self.trust.note_sync(answer, HERE, State.FOLLOWING)

    def write(self) -> None:
        self.trust.stop()
        asyncio.run(self.trust.keep())


@pytest.fixture
def run() -> Run:
    return Run()


def test_an_edge_that_was_never_in_contact(run: Run) -> None:
    trust = run.trust
    assert (trust.now(), trust.clock_state()) == (NOON, ClockState.UNKNOWN)
    assert (trust.replica_age_s(), trust.in_contact()) == (None, False)
    assert run.log.lines == []


def test_an_answer_tells_of_the_clock_the_replica_and_the_hub(run: Run) -> None:
    run.clock.synchronized = True
    run.started().contact.connected()
    run.answer(took_s=2.0)
    trust = run.trust
    assert (trust.now(), trust.clock_state()) == (NOON, ClockState.SYNCED)
    assert (trust.replica_age_s(), trust.in_contact()) == (2.0, True)
    run.pass_s(149)
    assert (trust.replica_age_s(), trust.in_contact()) == (151.0, False)


def test_an_answer_without_a_time_says_nothing_of_the_clock(run: Run) -> None:
    run.trust.contact.connected()
    run.trust.note_sync(Answer(100.0, None, HERE), HERE, State.FOLLOWING)
    assert (run.trust.replica_age_s(), run.trust.in_contact()) == (0.0, True)
    run.clock.at = NOON - HOUR
    assert run.trust.now() == NOON - HOUR


def test_a_wrong_clock_shows_and_is_logged_once_each_time(run: Run) -> None:
    run.clock.synchronized = True
    run.started()
    run.answer()
    run.clock.at = NOON - HOUR
    assert run.trust.clock_state() is ClockState.UNKNOWN
    assert run.trust.now() == NOON
    run.answer()
    run.trust.clock_state()
    changes = [("unknown", "synced"), ("synced", "unknown"), ("unknown", "synced")]
    assert run.log.all("clock") == [{"from": before, "to": after} for before, after in changes]


def test_a_clock_that_is_a_second_off_needs_no_writing_at_once(run: Run) -> None:
    run.answer()
    run.clock.at += timedelta(seconds=1)
    run.answer()
    assert run.trust.now() == NOON + timedelta(seconds=1)


def test_a_restart_in_the_same_boot_goes_on(run: Run) -> None:
    run.clock.synchronized = True
    run.started()
    run.answer()
    run.write()
    run.pass_s(600)
    run.clock.synchronized = False
    trust = run.started()
    trust.note_sync(None, HERE, State.FOLLOWING)
    assert (trust.replica_age_s(), trust.clock_state()) == (600.0, ClockState.HOLDOVER)
    assert not trust.in_contact()
    run.clock.at = NOON - HOUR
    assert trust.now() == NOON + timedelta(seconds=600)


def test_after_a_reboot_the_floor_is_left(run: Run) -> None:
    run.clock.synchronized = True
    run.started()
    run.answer()
    run.write()
    run.clock.boot, run.clock.elapsed_s, run.clock.at = "next-boot", 30.0, NOON - HOUR
    trust = run.started()
    trust.note_sync(None, HERE, State.FOLLOWING)
    assert (trust.replica_age_s(), trust.clock_state()) == (None, ClockState.UNKNOWN)
    assert trust.now() == NOON + timedelta(seconds=30)


def test_a_replica_that_is_gone_has_no_age(run: Run) -> None:
    run.answer()
    run.write()
    trust = run.started()
    trust.note_sync(None, None, State.LOADING)
    assert trust.replica_age_s() is None


def test_a_damaged_file_is_told(run: Run) -> None:
    run.file.set_aside = "damaged-trust.json"
    run.started()
    assert run.log.all("damaged") == [{"set_aside": "damaged-trust.json"}]


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_LOOK_EVERY_S", 0.001)


async def looked(run: Run, seconds: float) -> None:
    """That much later the clock has been looked at, and what was to be written is."""
    run.pass_s(seconds)
    looks = run.clock.looks
    while run.clock.looks < looks + 3:
        await asyncio.sleep(0.001)


@pytest.mark.usefixtures("fast")
def test_it_writes_each_minute_and_soon_after_a_correction(run: Run) -> None:
    async def keep() -> None:
        keeping = asyncio.create_task(run.trust.keep())
        await looked(run, 0)
        writes = [run.file.writes]
        run.answer()  # the first time of the hub
        for seconds in (0, 6, 53, 1):
            await looked(run, seconds)
            writes.append(run.file.writes)
        run.clock.at += HOUR
        run.answer()
        for seconds in (0, 5):
            await looked(run, seconds)
            writes.append(run.file.writes)
        assert writes == [0, 1, 1, 1, 2, 2, 3]
        run.trust.stop()
        await keeping
        assert run.file.writes == 4

    asyncio.run(keep())


@pytest.mark.usefixtures("fast")
def test_a_word_of_the_hub_after_a_silence_is_not_left_to_the_next_minute(run: Run) -> None:
    run.answer()
    run.write()
    run.pass_s(600)
    before = run.file.writes
    run.started()

    async def keep() -> None:
        keeping = asyncio.create_task(run.trust.keep())
        await looked(run, 0)
        run.trust.note_sync(None, HERE, State.FOLLOWING)  # as it finds its replica
        writes = []
        for seconds in (4, 50, 1, 59):
            run.answer()
            await looked(run, seconds)
            writes.append(run.file.writes - before)
        assert writes == [1, 1, 1, 2]
        run.trust.stop()
        await keeping

    asyncio.run(keep())


@pytest.mark.usefixtures("fast")
def test_a_replica_that_is_whole_for_the_first_time_since_the_boot_is_written_down_soon(run: Run) -> None:
    run.clock.elapsed_s = 30.0
    run.started()

    async def keep() -> None:
        keeping = asyncio.create_task(run.trust.keep())
        await looked(run, 0)
        run.trust.note_sync(Answer(run.clock.elapsed_s, None, HERE), HERE, State.FOLLOWING)
        await looked(run, 0)
        assert run.file.writes == 1
        run.trust.stop()
        await keeping

    asyncio.run(keep())


@pytest.mark.usefixtures("fast")
def test_a_disk_that_takes_nothing_is_told_once_and_tried_again(run: Run) -> None:
    async def keep() -> None:
        keeping = asyncio.create_task(run.trust.keep())
        await looked(run, 0)
        run.file.fails = True
        for _ in range(3):
            await looked(run, 60)
        assert run.file.writes == 3
        run.file.fails = False
        await looked(run, 60)
        run.file.fails = True
        await looked(run, 60)
        assert run.log.all("trust_not_kept") == [{"why": "No space left on device"}] * 2
        run.trust.stop()
        await keeping

    asyncio.run(keep())


@pytest.mark.usefixtures("fast")
def test_the_kernel_is_asked_again_and_again(run: Run) -> None:
    async def keep() -> None:
        run.answer()
        keeping = asyncio.create_task(run.trust.keep())
        run.clock.synchronized = True
        await looked(run, 0)
        assert run.trust.clock_state() is ClockState.SYNCED
        run.clock.synchronized = False
        await looked(run, 0)
        assert run.trust.clock_state() is ClockState.HOLDOVER
        run.trust.stop()
        await keeping

    asyncio.run(keep())
