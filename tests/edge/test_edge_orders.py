"""Orders carried out, with fakes for readers, disk and line: what fails on the way, and what is told."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from contract.ask import Posture
from contract.configuration import Configuration
from contract.high_water import HighWater, Mark
from contract.orders import Answered, Command, CommandKind, Modes, Reported
from contract.trust import ClockState
from edge import orders
from edge.commands import Commands
from edge.core.commands import Standing
from edge.core.configuration_change import ConfigurationChange
from edge.core.configuration_events import Fault, Reach
from edge.core.contact import Contact
from edge.core.saved_orders import SavedOrders
from edge.line import Line
from edge.orders import CannotApply, EdgeOrders
from tests.edge.change_runs import ELSEWHERE, FAULT, OWN, REACH, configuration, desired
from tests.edge.edge_process import DEADLINE_S
from tests.edge.fakes import FakeClock, FakeLog
from tests.edge.link_runs import until
from tests.edge.test_commands import BAR, DOOR
from tests.edge.test_line import FakeLink


class FakeReaders:
    """`faults` are what is met next; `broken`: something nobody thought of."""

    def __init__(self) -> None:
        self.applied: list[Configuration | None] = []
        self.modes: list[Modes] = []
        self.unlocked: list[str] = []
        self.identified: list[str] = []
        self.tests: list[Fault] = []
        self.faults: list[Fault] = []
        self.broken = False

    def standings(self) -> dict[str, Standing]:
        return {reader.name: Standing(reader, Posture.SECURE) for reader in (DOOR, BAR)}

    def set_modes(self, modes: Modes) -> None:
        self.modes.append(modes)

    def unlock_once(self, name: str) -> None:
        self.unlocked.append(name)

    def identify(self, name: str) -> None:
        self.identified.append(name)

    async def self_test(self, _: Configuration) -> Fault | None:
        return self.tests.pop() if self.tests else None

    async def apply(self, wanted: Configuration | None) -> Fault | None:
        if self.broken:
            raise RuntimeError("nobody thought of this")
        if self.faults:
            return self.faults.pop()
        self.applied.append(wanted)
        return None


class FakeDisk:
    """`full`: nothing can be written, of orders nor of marks."""

    def __init__(self) -> None:
        self.kept: SavedOrders | None = None
        self.set_aside: list[str] = []
        self.full = False
        self.marks = HighWater()
        self.writing, self.free = threading.Event(), threading.Event()
        self.free.set()

    def read(self) -> SavedOrders | None:
        return self.kept

    def write(self, saved: SavedOrders) -> None:
        self.writing.set()
        self.free.wait(DEADLINE_S)
        if self.full:
            raise OSError(28, "No space left on device")
        self.kept = saved

    def mark(self, sender: str, kind: str) -> Mark | None:
        return next((each.mark for each in self.marks.reached() if each.kind == kind), None)

    def accepts(self, sender: str, kind: str, mark: Mark, *, again: bool = False) -> bool:
        return self.marks.accepts(sender, kind, mark, again=again)

    def reach(self, sender: str, kind: str, mark: Mark) -> None:
        self.marks = self.marks.raised(sender, kind, mark)

    async def keep_reached(self, sender: str, kind: str, mark: Mark) -> None:
        if self.full:
            raise OSError(28, "No space left on device")


class Site:
    followed: str | None = None

    def follow(self, site: str | None) -> None:
        self.followed = site


class Trust:
    """The clock's time, believed, and what is known of the hub."""

    def __init__(self, clock: FakeClock) -> None:
        self.contact = Contact()
        self.now = clock.now

    def clock_state(self) -> ClockState:
        return ClockState.SYNCED


class World:
    def __init__(self, own: Configuration | None = OWN) -> None:
        self.clock, self.log = FakeClock(), FakeLog()
        self.disk, self.readers, self.site = FakeDisk(), FakeReaders(), Site()
        self.trust = Trust(self.clock)
        self.links: list[FakeLink] = []
        self.line = Line(self._link, self.trust.contact, self.clock)
        self.commands = Commands(self.readers, self.line, self.disk, self.trust, self.log)
        self.orders = EdgeOrders(
            ConfigurationChange("clubhouse", REACH, own, 120.0),
            REACH,
            self.disk,
            self.readers,
            self.site,
            self.line,
            self.commands,
            self.trust,  # type: ignore[arg-type]
            self.clock,
            self.log,
        )

    @property
    def said(self) -> list[object]:
        return [each for link in self.links for each in link.done]

    def reported(self) -> Reported:
        return [each for each in self.said if isinstance(each, Reported)][-1]

    def _link(self, reach: Reach) -> FakeLink:
        self.links.append(FakeLink(reach))
        return self.links[-1]


def in_world(work: Callable[[World], Awaitable[None]], world: World | None = None) -> World:
    world = world or World()

    async def run() -> None:
        await world.orders.begin()
        tasks = [
            asyncio.create_task(each())
            for each in (world.orders.keep, world.orders.keep_modes, world.commands.keep)
        ]
        await work(world)
        for task in tasks:
            task.cancel()

    asyncio.run(run())
    return world


def test_a_start_applies_and_comes_to_the_hub_before_the_first_reader() -> None:
    async def work(world: World) -> None:
        assert (world.readers.applied, world.site.followed) == ([OWN], "own")
        assert [link.reach for link in world.links] == [REACH]

    in_world(work)


def test_the_edges_own_that_does_not_fit_here_is_said_at_the_start() -> None:
    world = World()
    world.readers.faults = [FAULT]
    with pytest.raises(CannotApply, match="GPIO 17 is taken"):
        asyncio.run(world.orders.begin())


def test_a_fault_that_nobody_thought_of_is_told_and_refused() -> None:
    async def work(world: World) -> None:
        world.readers.broken = True
        world.orders.desired(desired(1))
        await until(lambda: world.log.all("configuration_refused"))
        assert world.log.all("configuration_refused")[0]["why"] == "it failed: RuntimeError"
        assert world.log.all("failed")[0]["what"] == "Apply"
        world.readers.broken = False
        world.clock.elapsed_s += 2
        await until(lambda: world.readers.applied == [OWN, OWN])

    in_world(work)


def test_a_disk_that_is_full_refuses_a_configuration_and_holds_no_modes_up() -> None:
    async def work(world: World) -> None:
        world.disk.full = True
        world.orders.desired(desired(1))
        await until(lambda: world.readers.applied[1:] == [configuration(), OWN])
        modes = Modes(epoch=7, generation=1, edge=Posture.LOCKDOWN)
        world.orders.modes(modes)
        assert world.readers.modes == [modes]
        await until(lambda: len(world.log.all("orders_not_kept")) > 1)
        refused = world.reported().refused
        assert refused is not None
        assert "No space left" in refused.why
        assert (world.reported().mode_generation, world.reported().mode_edge) == (0, None)

    world = in_world(work)
    assert world.disk.kept is None


def test_modes_that_could_not_be_kept_are_kept_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "_WRITE_AGAIN_S", 0.0)

    async def work(world: World) -> None:
        world.disk.full = True
        world.orders.modes(Modes(epoch=7, generation=1, edge=Posture.LOCKDOWN))
        await until(lambda: world.log.all("orders_not_kept"))
        world.disk.full = False
        await until(lambda: world.reported().mode_generation == 1)
        assert (world.reported().mode_edge, world.reported().mode_readers) == (Posture.LOCKDOWN, [])

    world = in_world(work)
    assert world.disk.kept is not None
    assert world.disk.kept.modes == Modes(epoch=7, generation=1, edge=Posture.LOCKDOWN)


def test_modes_that_come_while_others_are_written_are_kept_after_them() -> None:
    async def work(world: World) -> None:
        world.disk.free.clear()
        world.orders.modes(Modes(epoch=7, generation=1))
        await until(world.disk.writing.is_set)
        world.orders.modes(Modes(epoch=7, generation=2, edge=Posture.LOCKDOWN))
        assert world.reported().mode_generation == 0
        world.disk.free.set()
        await until(lambda: world.reported().mode_generation == 2)
        assert world.reported().mode_edge is Posture.LOCKDOWN

    world = in_world(work)
    assert world.disk.kept is not None
    assert world.disk.kept.modes == Modes(epoch=7, generation=2, edge=Posture.LOCKDOWN)


def test_what_was_refused_is_told_until_a_newer_one_stands() -> None:
    async def work(world: World) -> None:
        world.orders.desired(desired(1, readers=[]))
        await until(lambda: world.reported().refused is not None)
        world.orders.desired(desired(2))
        await until(lambda: world.reported().generation == 2)
        assert world.reported().refused is None

    in_world(work)


def test_modes_that_do_not_rise_change_nothing() -> None:
    async def work(world: World) -> None:
        for generation in (2, 2, 1):
            world.orders.modes(Modes(epoch=7, generation=generation))
        assert [modes.generation for modes in world.readers.modes] == [2]
        assert [line["what"] for line in world.log.all("dropped")] == ["modes"]

    in_world(work)


def test_another_way_to_the_hub_is_tried_until_an_answer_by_it() -> None:
    async def work(world: World) -> None:
        world.trust.contact.answered(world.clock.elapsed_s - 1)
        world.orders.desired(desired(1, broker=ELSEWHERE))
        await until(lambda: world.reported().trying)
        assert [link.reach.broker.host for link in world.links] == ["127.0.0.1", "elsewhere.example"]
        world.clock.elapsed_s += 2
        world.orders.desired(desired(1, broker=ELSEWHERE))
        await asyncio.sleep(0)
        assert world.reported().trying
        world.trust.contact.answered(world.clock.elapsed_s)
        world.clock.elapsed_s += 2
        world.orders.desired(desired(1, broker=ELSEWHERE))
        await until(lambda: not world.reported().trying)

    in_world(work)


def test_a_command_whose_number_cannot_be_kept_is_not_done() -> None:
    def command(number: int, kind: CommandKind) -> Command:
        return Command(epoch=1, number=number, kind=kind, expires_us=2**55)

    async def work(world: World) -> None:
        world.disk.full = True
        world.orders.command(command(1, CommandKind.UNLOCK_ONCE))
        await until(lambda: any(isinstance(each, Answered) for each in world.said))
        world.disk.full = False
        world.orders.command(command(1, CommandKind.UNLOCK_ONCE))
        world.orders.command(command(2, CommandKind.IDENTIFY))
        world.orders.command(command(3, CommandKind.RESYNC))
        await until(lambda: "resync" in world.said)
        assert (world.readers.unlocked, world.readers.identified) == ([], ["bar"])
        answers = [(each.number, each.why) for each in world.said if isinstance(each, Answered)]
        assert answers[0] == (1, "failed")
        assert [line["what"] for line in world.log.all("dropped")] == ["command"]

    in_world(work)
