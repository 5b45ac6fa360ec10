"""Two doors of one edge, interlocked, with contacts that change while they run; and what is told of them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from contract.configuration import Configuration, read_document
from contract.messages import decode, encode
from contract.orders import Telemetry
from contract.trust import ClockState
from edge.core.metrics import metrics_of
from edge.telemetry import CountedLog, TelemetryReport
from tests.edge.fakes import FakeClock, FakeTrust
from tests.edge.link_runs import until
from tests.edge.reader_runs import World, in_world, typed
from tests.edge.test_telemetry import MACHINE, AckedJournal

OUTER, INNER = 6, 13


def two_doors(world: World, **outer: Any) -> Configuration:
    """`contact_open` low: the mock's pins read high until they are driven."""
    door = {"kind": "door", "permission": "front-door", "contact_open": "low", "debounce_seconds": 0.005}
    readers = [
        door | {"name": "door", "relay_pin": 17, "contact_pin": OUTER, "interlock": "bar"} | outer,
        door | {"name": "bar", "relay_pin": 5, "contact_pin": INNER},
    ]
    said = [{word: value for word, value in each.items() if value is not None} for each in readers]
    named = [{"device": str(world.folder / str(each["name"]))} | each for each in said]
    return read_document({"site": "clubhouse", "hardware": {"pin_factory": "mock"}, "readers": named})


def states(world: World) -> dict[str, str | None]:
    return {door.name: door.state for door in world.readers.doors()}


def test_an_open_door_keeps_the_other_ones_relay_at_rest(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        assert await world.readers.self_test(two_doors(world)) is None
        assert await world.readers.apply(two_doors(world)) is None
        assert states(world) == {"door": "locked", "bar": "locked"}
        relay = world.mock.pin(17)
        world.mock.pin(INNER).drive_low()
        await until(lambda: states(world)["bar"] == "forced_open")
        assert {name: each.interlocked for name, each in world.readers.standings().items()} == {
            "door": True,
            "bar": False,
        }
        world.readers.unlock_once("door")
        assert not relay.state
        assert world.log.all("door_interlocked") == [{"reader": "door", "open": "bar"}]
        world.mock.pin(INNER).drive_high()
        await until(lambda: states(world)["bar"] == "locked")
        world.readers.unlock_once("door")
        assert relay.state
        await typed(world, world.door, "door", 1)

    in_world(tmp_path, work)


def test_a_door_whose_interlock_is_left_out_opens_though_it_was_refused_before(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        assert await world.readers.apply(two_doors(world)) is None
        world.mock.pin(INNER).drive_low()
        await until(lambda: states(world)["bar"] == "forced_open")
        world.readers.unlock_once("door")
        assert not world.mock.pin(17).state
        assert await world.readers.apply(two_doors(world, interlock=None)) is None
        world.readers.unlock_once("door")
        assert world.mock.pin(17).state

    in_world(tmp_path, work)


def test_inputs_follow_a_configuration_without_a_scan_lost(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        assert await world.readers.apply(two_doors(world)) is None
        assert await world.readers.apply(two_doors(world, contact_pin=20, held_open_seconds=60)) is None
        assert [sorted(each.signals.pins) for each in world.readers.ports] == [[17, 20], [5, INNER]]
        world.mock.pin(20).drive_low()
        await until(lambda: states(world)["door"] == "forced_open")
        await typed(world, world.door, "door", 1)
        assert await world.readers.apply(world.configuration()) is None
        assert world.readers.doors() == []

    in_world(tmp_path, work)


def test_an_alarm_is_told_at_once_with_since_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.telemetry.FIRST_AFTER_S", 0.0)
    monkeypatch.setattr("edge.telemetry.AT_ONCE_EVERY_S", 0.0)

    async def work(world: World) -> None:
        assert await world.readers.apply(two_doors(world)) is None
        clock = FakeClock()
        counted = CountedLog(world.log)
        report = TelemetryReport(
            counted, AckedJournal(), lambda: [], lambda: MACHINE, FakeTrust(clock), clock, world.readers.doors
        )
        for reader in world.readers.ports:
            reader.signals.door.changed = report.doors_changed
        said: list[Telemetry] = []
        saying = asyncio.create_task(report.keep_saying(said.append))
        await until(lambda: len(said) == 1)
        assert [door.alarms for door in said[0].doors] == [[], []]
        world.mock.pin(OUTER).drive_low()
        await until(lambda: len(said) == 2)
        saying.cancel()
        [alarm] = said[1].doors[0].alarms
        assert (alarm.alarm, said[1].doors[0].since_us) == ("forced_open", alarm.since_us)
        assert alarm.since_us <= said[1].at_us
        assert decode(encode(said[1]), Telemetry) == said[1]
        shown = {
            (metric.name, *sample.labels.values()): sample.value
            for metric in metrics_of(said[1], 0.0, None, ClockState.SYNCED, 0.0, True)
            for sample in metric.samples
        }
        assert shown["doorward_edge_door_alarm", "door", "forced_open"] == 1
        assert shown["doorward_edge_door_alarm", "bar", "forced_open"] == 0
        assert shown["doorward_edge_door_state", "door", "forced_open"] == 1

    in_world(tmp_path, work)
