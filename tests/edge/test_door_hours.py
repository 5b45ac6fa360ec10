"""A door that is held open by hours, with fakes at the ports."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from contract.ask import Posture
from contract.calendar import Calendar
from contract.facts import Position
from contract.feed import Change, Kind
from contract.gathering import StoredRow
from contract.hours import ExceptionDay, Schedule, Site, WeeklyWindow, Window
from contract.plan_rows import schedule_change, site_change
from contract.trust import ClockState
from edge import door_hours
from edge.core.door_posture import DoorSetting
from edge.door_hours import DoorHours
from edge.ports import CannotLookUp
from tests.edge.fakes import FakeClock, FakeLog, FakeSignals, FakeTrust
from tests.edge.link_runs import until

CLUB = Site(Calendar("Europe/Berlin"), (ExceptionDay(12, 25),))
DAYTIME = Schedule(tuple(WeeklyWindow(day, Window(480, 1080)) for day in range(7)), observes_holidays=True)
ALWAYS = Schedule(tuple(WeeklyWindow(day, Window(0, 1440)) for day in range(7)))
BY_HOURS = DoorSetting(Posture.SECURE, schedule="daytime", site="clubhouse")
BEFORE, DURING, AFTER = (datetime(2026, 6, 1, hour, 30, tzinfo=UTC) for hour in (5, 6, 16))


def rows_of(*changes: Change) -> list[StoredRow]:
    return [(int(each.kind), each.key, each.ref, each.body or b"") for each in changes]


class FakeHours:
    """A replica that tells hours. `broken`: it cannot be read; `faulty`: nor does it say so as it should."""

    def __init__(self) -> None:
        self.at: Position | None = Position("everyone", 1, 1)
        self.rows = rows_of(site_change("clubhouse", CLUB), schedule_change("daytime", DAYTIME))
        self.broken = False
        self.faulty = False
        self.reads = 0
        self._changed = asyncio.Event()

    def position(self) -> Position | None:
        return self.at

    async def hours_rows(self) -> list[StoredRow]:
        self.reads += 1
        await asyncio.sleep(0)
        if self.broken:
            raise CannotLookUp("the file is damaged")
        if self.faulty:
            raise RuntimeError("a fault")
        return [] if self.at is None else self.rows

    async def changed(self) -> None:
        await self._changed.wait()

    def change(self, *changes: Change) -> None:
        self.rows = rows_of(*changes)
        self.at = Position("everyone", 1, 1 if self.at is None else self.at.sequence + 1)
        self._changed.set()
        self._changed = asyncio.Event()


class World:
    def __init__(self, setting: DoorSetting = BY_HOURS, at: datetime = DURING) -> None:
        self.clock = FakeClock()
        self.clock.at = at
        self.trust = FakeTrust(self.clock)
        self.replica, self.signals, self.log = FakeHours(), FakeSignals(), FakeLog()
        self.door = DoorHours("door", setting, self.replica, self.trust, self.signals, self.log)
        self.keeping = asyncio.create_task(self.door.keep())

    async def looks(self) -> None:
        """What has changed by now was seen."""
        for _ in range(10):
            await asyncio.sleep(0)

    def postures(self) -> list[tuple[object, object]]:
        return [(line["to"], line["why"]) for line in self.log.all("posture")]


def in_world(
    work: Callable[[World], Awaitable[None]], setting: DoorSetting = BY_HOURS, at: datetime = DURING
) -> None:
    async def run_world() -> None:
        world = World(setting, at)
        await world.looks()
        await work(world)
        world.keeping.cancel()

    asyncio.run(run_world())


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door_hours, "_LOOK_EVERY_S", 0.01)


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is seen by the second."""
    monkeypatch.setattr(door_hours, "_LOOK_EVERY_S", 3_600.0)


def test_a_door_is_held_from_when_it_opens_until_it_closes(often: None) -> None:
    async def work(world: World) -> None:
        assert not world.signals.held
        world.clock.at = DURING
        await until(lambda: world.signals.held)
        world.clock.at = AFTER
        await until(lambda: not world.signals.held)
        assert world.postures() == [("unlocked", "hours"), ("secure", "hours")]
        assert world.replica.reads == 1

    in_world(work, at=BEFORE)


def test_who_scans_between_two_looks_finds_it_as_it_is(never: None) -> None:
    async def work(world: World) -> None:
        assert world.door.posture() is Posture.UNLOCKED
        world.clock.at = AFTER
        assert world.signals.held
        assert world.door.posture() is Posture.SECURE
        assert not world.signals.held
        assert world.door.posture() is Posture.SECURE
        assert len(world.postures()) == 2

    in_world(work)


def test_a_change_of_the_feed_is_seen_at_once(never: None) -> None:
    async def work(world: World) -> None:
        assert world.signals.held
        world.replica.change(site_change("clubhouse", CLUB), schedule_change("daytime", Schedule()))
        await world.looks()
        assert not world.signals.held
        world.replica.change(site_change("clubhouse", CLUB), schedule_change("daytime", ALWAYS))
        await world.looks()
        assert world.signals.held
        world.replica.change(site_change("clubhouse", CLUB))
        await world.looks()
        assert not world.signals.held
        assert world.postures()[-1] == ("secure", "hours_unknown")
        assert world.log.all("posture")[-1]["schedule"] == "daytime"
        assert world.log.all("posture")[-1]["missing"] == "schedule daytime"

    in_world(work)


def test_a_change_of_another_kind_moves_nothing(never: None) -> None:
    async def work(world: World) -> None:
        world.replica.change(*(site_change("clubhouse", CLUB), schedule_change("daytime", DAYTIME)))
        await world.looks()
        assert world.replica.reads == 2
        assert world.postures() == [("unlocked", "hours")]

    in_world(work)


@pytest.mark.parametrize("state", [ClockState.UNKNOWN])
def test_a_clock_that_is_lost_ends_the_hours(often: None, state: ClockState) -> None:
    async def work(world: World) -> None:
        world.trust.state = state
        await until(lambda: not world.signals.held)
        world.trust.state = ClockState.HOLDOVER
        await until(lambda: world.signals.held)
        assert world.postures()[1:] == [("secure", "clock_unknown"), ("unlocked", "hours")]

    in_world(work)


def test_a_replica_that_is_lost_ends_the_hours(often: None) -> None:
    async def work(world: World) -> None:
        world.replica.at = None
        await until(lambda: not world.signals.held)
        assert world.postures()[-1] == ("secure", "not_ready")
        world.replica.change(site_change("clubhouse", CLUB), schedule_change("daytime", DAYTIME))
        await until(lambda: world.signals.held)

    in_world(work)


@pytest.mark.parametrize(
    ("setting", "missing"),
    [
        (DoorSetting(Posture.SECURE, schedule="daytyme", site="clubhouse"), "schedule daytyme"),
        (DoorSetting(Posture.SECURE, schedule="daytime", site="club"), "site club"),
        (DoorSetting(Posture.SECURE, schedule="daytyme", site="club"), "site club, schedule daytyme"),
    ],
)
def test_names_that_the_hub_does_not_have_are_told(never: None, setting: DoorSetting, missing: str) -> None:
    async def work(world: World) -> None:
        [told] = world.log.all("hours_not_followed")
        assert (told["why"], told["schedule"], told["missing"]) == ("hours_unknown", setting.schedule, missing)
        world.trust.state = ClockState.UNKNOWN
        world.door.posture()
        told = world.log.all("hours_not_followed")[-1]
        assert (told["why"], told["missing"]) == ("clock_unknown", missing)
        world.replica.at = None
        world.door.posture()
        assert "missing" not in world.log.all("hours_not_followed")[-1]

    in_world(work, setting)


def test_hours_that_were_not_looked_for_yet_are_not_told_as_missing(never: None) -> None:
    """Whoever sets its mode as the edge starts asks before the first look."""

    async def run() -> None:
        world = World()
        world.door.set_mode(None)
        await world.looks()
        assert world.log.all("hours_not_followed") == []
        assert world.postures() == [("unlocked", "hours")]
        world.keeping.cancel()

    asyncio.run(run())


def test_hours_that_cannot_be_gone_by_are_told_once_for_each_reason(often: None) -> None:
    async def work(world: World) -> None:
        world.trust.state = ClockState.UNKNOWN
        await until(lambda: world.log.all("hours_not_followed"))
        world.replica.at = None
        await until(lambda: len(world.log.all("hours_not_followed")) == 2)
        for _ in range(3):
            world.door.posture()
        whys = [line["why"] for line in world.log.all("hours_not_followed")]
        assert whys == ["clock_unknown", "not_ready"]
        assert world.postures() == []

    in_world(work, at=BEFORE)


@pytest.mark.parametrize("what", ["replica", "row"])
def test_hours_that_cannot_be_read_are_none_and_read_again(often: None, what: str) -> None:
    async def work(world: World) -> None:
        world.replica.broken = what == "replica"
        broken = [(Kind.SCHEDULE, b"Hdaytime", b"", b"\xff"), *world.replica.rows[:1]]
        whole = [site_change("clubhouse", CLUB), schedule_change("daytime", DAYTIME)]
        world.replica.change(*whole)
        if what == "row":
            world.replica.rows = broken
        await until(lambda: not world.signals.held)
        reads = world.replica.reads
        await until(lambda: world.replica.reads > reads + 2)
        assert len(world.log.all("replica_unreadable")) == 1
        world.replica.broken = False
        world.replica.change(*whole)
        await until(lambda: world.signals.held)

    in_world(work)


@pytest.mark.parametrize(
    ("posture", "held"),
    [(Posture.SECURE, False), (Posture.FREE, False), (Posture.LOCKDOWN, False), (Posture.UNLOCKED, True)],
)
def test_a_door_that_is_set_by_hand_stays_so(posture: Posture, held: bool) -> None:
    async def work(world: World) -> None:
        assert not world.keeping.done()
        assert world.signals.held is held
        assert world.door.posture() is posture
        assert world.replica.reads == 0
        assert world.postures() == ([] if posture is Posture.SECURE else [(posture, "configured")])

    in_world(work, DoorSetting(posture))


@pytest.mark.parametrize(
    "setting",
    [
        DoorSetting(Posture.LOCKDOWN, True, "daytime", "clubhouse"),
        DoorSetting(Posture.SECURE, False, "daytime", "clubhouse"),
    ],
)
def test_hours_open_nothing_in_a_lockdown_or_where_a_reader_is_disabled(never: None, setting: DoorSetting) -> None:
    async def work(world: World) -> None:
        assert not world.signals.held
        assert world.door.posture() is setting.posture

    in_world(work, setting)


def test_a_door_that_is_held_is_released_in_time_though_reads_fail(never: None) -> None:
    """Whatever the fault: the supervisor begins `keep` again, and each beginning looks at the door."""

    async def work(world: World) -> None:
        world.replica.faulty = True
        world.replica.change()
        with pytest.raises(RuntimeError, match="a fault"):
            await world.keeping
        assert world.signals.held
        world.clock.at = AFTER
        with pytest.raises(RuntimeError, match="a fault"):
            await world.door.keep()
        assert not world.signals.held

    in_world(work)
