"""Readers that change by difference, with real pins of gpiozero's mock and a factory that can be out of some."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from contract.ask import Posture
from contract.configuration import Configuration, read_document
from contract.orders import Modes, ReaderMode
from edge.readers import self_test
from tests.edge.link_runs import until
from tests.edge.reader_runs import World, in_world, opened, typed


def test_a_reader_that_does_not_change_goes_on_untouched(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        door = world.readers.ports[0]
        assert (await typed(world, world.door, "door", 1)).permission == "front-door"
        assert await world.readers.apply(world.configuration(bar={"permission": "beer"})) is None
        assert world.readers.ports[0] is door
        assert (await typed(world, world.bar, "bar", 1)).permission == "beer"
        assert opened(world) == ["bar", "door"]

    in_world(tmp_path, work)


def test_pins_move_between_readers(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        moved = world.configuration(door={"relay_pin": 5}, bar={"granted_lamp_pin": 17})
        assert await world.readers.self_test(moved) is None
        assert await world.readers.apply(moved) is None
        assert [sorted(each.signals.pins) for each in world.readers.ports] == [[5], [17]]

    in_world(tmp_path, work)


def test_a_pin_that_cannot_be_had_after_all_puts_everything_back(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        wanted = world.configuration(
            door={"relay_pin": 6, "permission": "roof"}, bar={"granted_lamp_pin": 7, "device": str(tmp_path / "x")}
        )
        world.taken = {7}
        assert (await world.readers.self_test(wanted)) is not None
        fault = await world.readers.apply(wanted)
        assert fault is not None
        assert (fault.field, fault.broken) == ('readers[1] ("bar").granted_lamp_pin', False)
        assert "GPIO 7 cannot be had" in fault.why
        assert [sorted(each.signals.pins) for each in world.readers.ports] == [[17], [5]]
        assert (await typed(world, world.door, "door", 1)).permission == "front-door"
        await until(lambda: world.readers.ports[1].is_open)
        await typed(world, world.bar, "bar", 1)
        assert opened(world) == ["bar", "bar", "door"]

    in_world(tmp_path, work)


def test_a_reader_that_was_to_go_comes_back_where_another_cannot_come(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.taken = {9}
        only_bar = world.configuration(bar={"granted_lamp_pin": 9})
        gone = read_document({"hardware": {"pin_factory": "mock"}, "readers": [_fields(only_bar, 1)]})
        assert await world.readers.apply(gone) is not None
        assert [each.name for each in world.readers.ports] == ["door", "bar"]
        await until(lambda: all(each.is_open for each in world.readers.ports))
        await typed(world, world.door, "door", 1)

    in_world(tmp_path, work)


def test_what_cannot_be_put_back_is_broken_until_it_can(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.taken = {17, 8}
        fault = await world.readers.apply(world.configuration(door={"relay_pin": 8}))
        assert fault is not None
        assert fault.broken
        assert world.log.all("not_put_back") != []
        world.taken = set()
        assert await world.readers.apply(world.configuration()) is None
        assert sorted(world.readers.ports[0].signals.pins) == [17]
        await typed(world, world.door, "door", 1)

    in_world(tmp_path, work)


def test_the_self_test_names_ports_pins_and_factories_and_changes_nothing(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        readers = world.readers
        missing = await readers.self_test(world.configuration(door={"device": str(tmp_path / "none")}))
        assert missing is not None
        assert missing.field == 'readers[0] ("door").device'
        world.taken = {22}
        taken = await readers.self_test(world.configuration(door={"granted_lamp_pin": 22}))
        assert taken is not None
        assert taken.field == 'readers[0] ("door").granted_lamp_pin'
        document = {"hardware": {"pin_factory": "lgpio"}, "readers": [_fields(world.configuration(), 0)]}
        other = await readers.self_test(read_document(document))
        assert other is not None
        assert other.field == "hardware.pin_factory"
        swapped = world.configuration(
            door={"device": str(tmp_path / "bar")}, bar={"device": str(tmp_path / "door")}
        )
        assert await readers.self_test(swapped) is None
        await typed(world, world.door, "door", 1)
        assert opened(world) == ["bar", "door"]

    in_world(tmp_path, work)


def test_an_unplugged_scanner_refuses_what_brings_it_and_nothing_that_leaves_it(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        readers, device = world.readers, str(tmp_path / "bar")
        linked_to = str((tmp_path / "bar").readlink())
        world.bar.pull_out()
        await until(lambda: not readers.ports[1].is_open)
        assert (
            await readers.self_test(world.configuration(bar={"permission": "beer"}, door={"relay_pin": 6})) is None
        )
        for brought in ({"name": "lounge"}, {"device": linked_to}):
            fault = await readers.self_test(world.configuration(bar=brought))
            assert fault is not None
            assert fault.field is not None
            assert fault.field.endswith(".device")
        (tmp_path / "bar").symlink_to(linked_to)  # it points to what is not there
        fault = await readers.self_test(world.configuration(bar={"device": linked_to}))
        assert fault is not None
        (tmp_path / "bar").unlink()
        moved = world.configuration(door={"device": device}, bar={"device": str(tmp_path / "door")})
        fault = await readers.self_test(moved)
        assert fault is not None
        assert fault.field == 'readers[0] ("door").device'

    in_world(tmp_path, work)


def test_an_open_port_is_no_other_one_by_another_name(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        (tmp_path / "again").symlink_to(tmp_path / "bar")
        await until(lambda: all(each.is_open for each in world.readers.ports))
        for change in ({"device": str(tmp_path / "again")}, {"name": "lounge"}):
            assert await world.readers.self_test(world.configuration(bar=change)) is None

    in_world(tmp_path, work)


def test_a_port_that_does_not_open_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_test, "OPEN_S", 0.0)

    async def work(world: World) -> None:
        fault = await world.readers.self_test(world.configuration(door={"device": "/dev/null"}))
        assert fault is not None
        assert "did not open within" in fault.why

    in_world(tmp_path, work)


def test_scanners_swap_their_ports(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        swapped = world.configuration(
            door={"device": str(tmp_path / "bar")}, bar={"device": str(tmp_path / "door")}
        )
        assert await world.readers.apply(swapped) is None
        await until(lambda: all(each.is_open for each in world.readers.ports))
        await typed(world, world.bar, "door", 1)
        await typed(world, world.door, "bar", 1)

    in_world(tmp_path, work)


def test_a_scan_in_flight_is_decided_by_the_old_whole(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.journal.free.clear()
        await asyncio.to_thread(world.bar.type, b"ONE\r")
        await until(lambda: world.journal.waiting == 1)
        changing = asyncio.create_task(world.readers.apply(world.configuration(bar={"permission": "beer"})))
        await asyncio.to_thread(world.bar.type, b"TWO\r")
        world.journal.free.set()
        assert await changing is None
        await until(lambda: len(world.checkins()) == 2)
        assert [each.permission for each in world.checkins()] == ["wine", "beer"]

    in_world(tmp_path, work)


def test_modes_hold_doors_at_once_and_stay_over_a_change(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        modes = Modes(epoch=1, generation=1, readers=[ReaderMode(reader="door", posture=Posture.UNLOCKED)])
        world.readers.set_modes(modes)
        assert world.mock.pin(17).state
        assert world.readers.standings()["door"].posture is Posture.UNLOCKED
        assert await world.readers.apply(world.configuration(door={"relay_pin": 6})) is None
        assert world.mock.pin(6).state
        world.readers.set_modes(Modes(epoch=1, generation=2, edge=Posture.LOCKDOWN))
        assert not world.mock.pin(6).state
        assert world.postures() == {Posture.LOCKDOWN}
        world.readers.set_modes(Modes(epoch=1, generation=3))
        world.readers.unlock_once("door")
        assert world.mock.pin(6).state
        world.readers.identify("bar")
        assert world.mock.pin(5).state

    in_world(tmp_path, work)


def test_nothing_configured_is_nothing_running(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        assert await world.readers.apply(None) is None
        assert world.readers.ports == []
        assert await world.readers.apply(world.configuration()) is None
        await typed(world, world.door, "door", 1)

    in_world(tmp_path, work)


def _fields(configuration: Configuration, index: int) -> dict[str, Any]:
    reader = configuration.readers[index]
    pins = dict(reader.pins)
    return {
        "name": reader.name,
        "kind": str(reader.kind),
        "permission": reader.permission,
        "device": reader.device,
        **pins,
    }


def test_one_scanner_under_two_names_is_no_two_scanners(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        alias = tmp_path / "alias"
        alias.symlink_to(world.door.path)
        fault = await world.readers.self_test(world.configuration(bar={"device": str(alias)}))
        assert fault is not None
        assert fault.field == 'readers[1] ("bar").device'
        assert fault.why == f"{alias} is the scanner of reader door too: {world.door.path}"
        moved = world.configuration(door={"device": str(world.bar.path)}, bar={"device": str(alias)})
        assert await world.readers.self_test(moved) is None

    in_world(tmp_path, work)
