"""Readers that run, with real pins of gpiozero's mock and a factory that can be out of some."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from contract.ask import Posture
from contract.configuration import Configuration, PinFactory, read_document
from contract.door_configuration import Level
from contract.gathering import StoredRow
from contract.messages import CheckIn
from edge.clock import SystemClock
from edge.core.contact import Contact
from edge.core.losses import Losses
from edge.core.own_uses import OwnUses
from edge.core.used_steps import UsedSteps
from edge.hardware.dead_man_switch import DeadManSwitch
from edge.hardware.pins import HardwareError, Pins, open_pins
from edge.line import Line
from edge.readers.reader_set import ReaderSet
from edge.readers.running_reader import Shared
from tests.edge.fakes import FakeClock, FakeJournal, FakeLog, FakeTrust, Scanner
from tests.edge.gate_world import KEY
from tests.edge.link_runs import until
from tests.edge.test_door_hours import FakeHours


class Replica(FakeHours):
    """What is `slow` goes on once that event is set; `looking` counts those that were looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.slow: asyncio.Event | None = None
        self.slow_look_up: asyncio.Event | None = None
        self.looking = 0

    async def look_up(self, _: bytes) -> None:
        self.looking += 1
        if self.slow_look_up is not None:
            await self.slow_look_up.wait()

    async def hours_rows(self) -> list[StoredRow]:
        self.reads += 1
        if self.slow is not None:
            await self.slow.wait()
        return self.rows


class World:
    """`taken` are pins that another program has got hold of, `kinds` those that there are here; `mock` is
    gpiozero's factory, once it was opened; `closed` are those that are no more."""

    def __init__(
        self,
        folder: Path,
        dead_man: DeadManSwitch | None = None,
        open_pins: Callable[[PinFactory, str | None], Pins] | None = None,
    ) -> None:
        self.log, self.journal, self.taken = FakeLog(), FakeJournal(), set[int]()
        self.kinds = {PinFactory.MOCK}
        self.mock: Any = None
        self.closed: list[Any] = []
        self.folder = folder
        self.door, self.bar = Scanner(folder / "door"), Scanner(folder / "bar")
        self.door.plug_in()
        self.bar.plug_in()
        clock = SystemClock()
        line = Line(lambda _: pytest.fail("no link is made here"), Contact(), clock)
        self.replica, self.losses = Replica(), Losses()
        own_uses, trust = OwnUses(), FakeTrust(FakeClock())
        self._ids = iter(range(1, 10_000))
        self.readers = ReaderSet(
            Shared(
                organization_key=KEY,
                replica=self.replica,
                journal=self.journal,
                own_uses=own_uses,
                used_steps=UsedSteps(),
                confirmer=line,
                journaled=line.journaled,
                clock=clock,
                trust=trust,
                log=self.log,
                new_id=lambda: next(self._ids).to_bytes(16, "big"),
                losses=self.losses,
            ),
            dead_man or DeadManSwitch(self.log),
            open_pins or self._open,
        )

    def configuration(self, **changes: dict[str, Any] | None) -> Configuration:
        """A door and a bar; `changes` are fields of one, None: it is not there."""
        door = {"kind": "door", "permission": "front-door", "relay_pin": 17}
        bar = {"kind": "counter", "permission": "wine", "granted_lamp_pin": 5}
        readers = [
            {"name": name, "device": str(self.folder / name)} | reader | change
            for name, reader in (("door", door), ("bar", bar))
            if (change := changes.get(name, {})) is not None
        ]
        return read_document({"site": "clubhouse", "hardware": {"pin_factory": "mock"}, "readers": readers})

    def postures(self) -> set[Posture]:
        return {each.posture for each in self.readers.standings().values()}

    def checkins(self) -> list[CheckIn]:
        return self.journal.checkins

    def _open(self, kind: PinFactory, chip: str | None) -> Pins:
        if kind not in self.kinds:
            raise HardwareError("no such pins here")
        pins = open_pins(PinFactory.MOCK)
        world = self

        class Some(Pins):
            def output(self, number: int, field: str, reader: str, active: Level = Level.HIGH) -> Any:
                if number in world.taken:
                    raise HardwareError(f"reader {reader}, {field}: GPIO {number} cannot be had: taken", field)
                return super().output(number, field, reader, active)

            def close(self) -> None:
                world.closed.append(self.factory)
                super().close()

        self.mock = pins.factory
        return Some(pins.factory, pins.errors)


def in_world(folder: Path, work: Callable[[World], Awaitable[None]], *parts: Any) -> World:
    """`parts`: other ones of the world's than those that it makes itself."""
    world = World(folder, *parts)

    async def run() -> None:
        try:
            assert await world.readers.apply(world.configuration()) is None
            await work(world)
        finally:
            await world.readers.close()
            world.door.close()
            world.bar.close()

    asyncio.run(run())
    return world


async def typed(world: World, scanner: Scanner, reader: str, count: int) -> CheckIn:
    await asyncio.to_thread(scanner.type, b"CARD-%d\r" % count)
    await until(lambda: len([each for each in world.checkins() if each.reader == reader]) == count)
    return [each for each in world.checkins() if each.reader == reader][-1]


def opened(world: World) -> list[str]:
    return sorted(str(line["reader"]) for line in world.log.all("reader_open"))
