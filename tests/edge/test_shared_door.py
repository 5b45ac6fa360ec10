"""Two readers at one door: one on either side, one relay, one contact."""

import asyncio
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from contract.ask import Posture
from contract.configuration import Configuration, read_document
from contract.orders import Modes, ReaderMode
from tests.edge.link_runs import until
from tests.edge.reader_runs import World, in_world
from tests.edge.test_interlocked_doors import INNER, OUTER, states
from tests.edge.test_signals import DOOR, GRANTED, GREEN, RED, Board, on_board

RELAY = 17


def both_sides(world: World, **out: Any) -> Configuration:
    """`out` stands first, so that its door comes after it."""
    common = {"kind": "door", "permission": "front-door", "area": "house"}
    wired = {"contact_open": "low", "debounce_seconds": 0.005}
    readers = [
        common | {"name": "out", "direction": "out", "door": "door"} | out,
        common | wired | {"name": "door", "relay_pin": RELAY, "contact_pin": OUTER, "interlock": "bar"},
        common | wired | {"name": "bar", "relay_pin": 5, "contact_pin": INNER},
    ]
    named = [{"device": str(world.folder / str(each["name"]))} | each for each in readers]
    return read_document({"hardware": {"pin_factory": "mock"}, "readers": named})


def test_who_leaves_by_card_forces_nothing(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        assert await world.readers.apply(both_sides(world)) is None
        world.readers.unlock_once("out")
        assert world.mock.pin(RELAY).state
        assert states(world) == {"door": "unlocked", "bar": "locked"}
        world.mock.pin(OUTER).drive_low()
        await until(lambda: states(world)["door"] == "open")
        assert world.log.all("door_alarm") == []

    in_world(tmp_path, work)


def test_an_interlock_keeps_nobody_in(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        assert await world.readers.apply(both_sides(world)) is None
        world.mock.pin(INNER).drive_low()
        await until(lambda: states(world)["bar"] == "forced_open")
        assert {name: each.interlocked for name, each in world.readers.standings().items()} == {
            "out": False,
            "door": True,
            "bar": False,
        }
        world.readers.unlock_once("door")
        assert not world.mock.pin(RELAY).state
        world.readers.unlock_once("out")
        assert world.mock.pin(RELAY).state
        assert await world.readers.apply(both_sides(world, direction="in")) is None
        assert world.readers.standings()["out"].interlocked

    in_world(tmp_path, work)


def test_a_door_in_lockdown_is_for_both_and_held_by_its_own(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        assert await world.readers.apply(both_sides(world)) is None
        modes = Modes(epoch=7, generation=1, readers=[ReaderMode(reader="door", posture=Posture.LOCKDOWN)])
        world.readers.set_modes(modes)
        assert world.readers.standings()["out"].posture is Posture.LOCKDOWN
        world.readers.set_modes(replace(modes, readers=[ReaderMode(reader="out", posture=Posture.UNLOCKED)]))
        assert not world.mock.pin(RELAY).state
        assert world.readers.standings()["door"].posture is Posture.SECURE
        world.readers.set_modes(replace(modes, readers=[ReaderMode(reader="door", posture=Posture.UNLOCKED)]))
        assert world.mock.pin(RELAY).state
        assert world.readers.standings()["out"].posture is Posture.SECURE

    in_world(tmp_path, work)


def locked(configuration: Configuration, name: str) -> Configuration:
    """With a lockdown in the section of that reader."""
    readers = configuration.readers
    sections = (replace(each, posture=Posture.LOCKDOWN) if each.name == name else each for each in readers)
    return replace(configuration, readers=tuple(sections))


def test_a_door_that_its_section_has_in_lockdown_is_for_both_too(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        def posture_outside() -> Posture:
            return world.readers.standings()["out"].posture

        assert await world.readers.apply(locked(both_sides(world), "door")) is None
        assert posture_outside() is Posture.LOCKDOWN
        assert await world.readers.apply(both_sides(world)) is None
        assert posture_outside() is Posture.SECURE
        assert await world.readers.apply(locked(both_sides(world), "door")) is None
        assert posture_outside() is Posture.LOCKDOWN
        modes = Modes(epoch=7, generation=1, readers=[ReaderMode(reader="door", posture=Posture.UNLOCKED)])
        world.readers.set_modes(modes)
        assert posture_outside() is Posture.SECURE
        world.readers.set_modes(replace(modes, readers=[]))
        assert posture_outside() is Posture.LOCKDOWN

    in_world(tmp_path, work)


def test_nothing_is_unlocked_by_the_other_side_alone(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        assert await world.readers.apply(both_sides(world, granted_lamp_pin=22)) is None
        modes = Modes(epoch=7, generation=1, readers=[ReaderMode(reader="out", posture=Posture.UNLOCKED)])
        world.readers.set_modes(modes)
        assert world.readers.standings()["out"].posture is Posture.SECURE
        assert not world.mock.pin(22).state

    in_world(tmp_path, work)


def test_a_reader_that_comes_to_open_a_locked_door_is_locked_too(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        alone = both_sides(world)
        out = replace(alone.readers[0], door=None, relay_pin=20)
        assert await world.readers.apply(replace(alone, readers=(out, *alone.readers[1:]))) is None
        world.readers.set_modes(
            Modes(epoch=7, generation=1, readers=[ReaderMode(reader="door", posture=Posture.LOCKDOWN)])
        )
        assert world.readers.standings()["out"].posture is Posture.SECURE
        assert await world.readers.apply(alone) is None
        assert world.readers.standings()["out"].posture is Posture.LOCKDOWN

    in_world(tmp_path, work)


def test_a_door_that_is_not_there_is_no_grant_that_shows() -> None:
    async def scenario(board: Board) -> None:
        await asyncio.sleep(0)
        board.signals.show(GRANTED)
        assert GREEN not in board.on()
        assert RED in board.on()
        assert board.signals.interlocked_by() is None

    on_board(replace(DOOR, relay_pin=None, door="gone"), scenario)
