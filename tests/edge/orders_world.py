"""A world to carry orders out in: fakes for readers, disk and line around the real EdgeOrders."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

from contract.ask import Posture
from contract.configuration import Configuration
from contract.high_water import HighWater, Mark
from contract.orders import Modes, Reported
from contract.trust import ClockState
from edge.commands import Commands
from edge.core.commands import Standing
from edge.core.configuration_change import ConfigurationChange
from edge.core.configuration_events import Fault, Reach
from edge.core.contact import Contact
from edge.core.saved_orders import SavedOrders
from edge.line import Line
from edge.orders import EdgeOrders
from tests.edge.change_runs import OWN, REACH
from tests.edge.command_readers import BAR, DOOR
from tests.edge.edge_process import DEADLINE_S
from tests.edge.fake_link import FakeLink
from tests.edge.fakes import FakeClock, FakeLog


class FakeReaders:
    """`faults` are what is met next; `broken`: something nobody thought of. `after_links`: how many links had been
    made as each configuration was applied."""

    def __init__(self, links: list[FakeLink]) -> None:
        self._links = links
        self.after_links: list[int] = []
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
        self.after_links.append(len(self._links))
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
    def __init__(self, own: Configuration | None = OWN, orders_epoch: int = 1) -> None:
        self.clock, self.log = FakeClock(), FakeLog()
        self.links: list[FakeLink] = []
        self.disk, self.readers, self.site = FakeDisk(), FakeReaders(self.links), Site()
        self.trust = Trust(self.clock)
        self.line = Line(self._link, self.trust.contact, self.clock)
        self.commands = Commands(self.readers, self.line, self.disk, self.trust, self.log)
        self.change = ConfigurationChange("clubhouse", REACH, own, 120.0)
        self.orders = EdgeOrders(
            self.change,
            REACH,
            orders_epoch,
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
