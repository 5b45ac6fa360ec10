"""What is scanned, and set at the hub, while readers change: no scan is lost by it, no lockdown passes it by."""

import asyncio
from pathlib import Path

import msgspec
import pytest

from contract.ask import Posture
from contract.configuration import Hardware, PinFactory
from contract.orders import Modes
from edge import recorder
from edge.clock import SystemClock
from edge.readers import reader_set, running_reader
from edge.readers.running_reader import RunningReader
from tests.edge.link_runs import until
from tests.edge.reader_runs import World, in_world, typed

LOCKDOWN = Modes(epoch=1, generation=9, edge=Posture.LOCKDOWN)


def test_a_lockdown_that_comes_while_hours_are_read_stays(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        free = world.replica.slow = asyncio.Event()
        by_hours = {"unlocked_schedule": "daytime"}
        changing = asyncio.create_task(world.readers.apply(world.configuration(door=by_hours)))
        await until(lambda: world.replica.reads == 1)
        world.readers.set_modes(LOCKDOWN)
        assert world.postures() == {Posture.LOCKDOWN}
        free.set()
        assert await changing is None
        assert world.postures() == {Posture.LOCKDOWN}
        assert [line["to"] for line in world.log.all("posture") if line["reader"] == "door"] == ["lockdown"]

    in_world(tmp_path, work)


def test_a_mode_that_a_counter_passed_over_is_the_doors_that_it_becomes(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.readers.set_modes(Modes(epoch=1, generation=1, edge=Posture.UNLOCKED))
        becomes = {"kind": "door", "relay_pin": 18}
        assert await world.readers.apply(world.configuration(bar=becomes)) is None
        assert world.postures() == {Posture.UNLOCKED}

    in_world(tmp_path, work)


def test_a_lockdown_reaches_a_reader_that_goes(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        free = world.replica.slow_look_up = asyncio.Event()
        await asyncio.to_thread(world.door.type, b"ONE\r")
        await until(lambda: world.replica.looking == 1)
        await asyncio.to_thread(world.door.type, b"TWO\r")
        going = world.readers.ports[0]
        await until(lambda: going._scanner.waiting == 1)
        changing = asyncio.create_task(world.readers.apply(world.configuration(door=None)))
        await until(lambda: not going.has_port)
        world.readers.set_modes(LOCKDOWN)
        free.set()
        assert await changing is None
        assert [each.circumstances.posture for each in world.checkins()] == [Posture.SECURE, Posture.LOCKDOWN]
        assert set(world.readers.standings()) == {"bar"}

    in_world(tmp_path, work)


def test_a_door_goes_on_while_another_reader_decides_and_both_are_to_change(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        bar = world.readers.ports[1]
        await bar.changing.acquire()
        wanted = world.configuration(door={"pulse_seconds": 1.0}, bar={"pulse_seconds": 2.0})
        changing = asyncio.create_task(world.readers.apply(wanted))
        for count in (1, 2):
            await typed(world, world.door, "door", count)
        assert not changing.done()
        bar.changing.release()
        assert await changing is None
        assert [each.reader.pulse_seconds for each in world.readers.ports] == [1.0, 2.0]

    in_world(tmp_path, work)


def test_a_reader_that_never_rests_holds_a_change_up_for_some_time_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_set, "AT_REST_S", 0.0)

    async def work(world: World) -> None:
        door, bar = world.readers.ports
        await bar.changing.acquire()
        wanted = world.configuration(door={"pulse_seconds": 1.0}, bar={"pulse_seconds": 2.0})
        changing = asyncio.create_task(world.readers.apply(wanted))
        await until(lambda: door.is_deciding)
        bar.changing.release()
        assert await changing is None
        assert not door.is_deciding

    in_world(tmp_path, work)


def test_scans_of_a_reader_that_goes_are_decided_within_what_the_hub_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_reader, "LAST_SCANS_S", 0.0)

    async def work(world: World) -> None:
        assert await world.readers.apply(world.configuration(bar={"confirm_seconds": 10.0})) is None
        free = world.replica.slow_look_up = asyncio.Event()
        await asyncio.to_thread(world.bar.type, b"ONE\r")
        await until(lambda: world.replica.looking == 1)
        changing = asyncio.create_task(world.readers.apply(world.configuration(bar=None)))
        await until(lambda: not world.readers.ports[1].has_port)
        await asyncio.sleep(0.01)
        free.set()
        assert await changing is None
        assert [each.reader for each in world.checkins()] == ["bar"]
        assert world.losses.first(bytes) is None

    in_world(tmp_path, work)


def test_a_scan_that_is_cut_off_all_the_same_is_told_as_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running_reader, "LAST_SCANS_S", 0.0)

    async def work(world: World) -> None:
        assert await world.readers.apply(world.configuration(bar={"confirm_seconds": 0.1})) is None
        world.replica.slow_look_up = asyncio.Event()
        bar = world.readers.ports[1]
        await asyncio.to_thread(world.bar.type, b"ONE\rTWO\rTHREE\r")
        await until(lambda: world.replica.looking == 1 and bar._scanner.waiting == 2)
        assert await world.readers.apply(world.configuration(bar=None)) is None
        lost = world.losses.first(bytes)
        assert lost is not None
        assert (lost.count, lost.why) == (3, "reader_ended")
        assert [(line["reader"], line["count"]) for line in world.log.all("lost")] == [("bar", 3)]
        assert world.checkins() == []

    in_world(tmp_path, work)


@pytest.mark.parametrize("commit_wait_s", [recorder.COMMIT_WAIT_S, 60.0])
def test_a_scan_that_waits_for_the_disk_as_its_reader_goes_is_kept_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commit_wait_s: float
) -> None:
    monkeypatch.setattr(running_reader, "LAST_SCANS_S", 0.0)
    monkeypatch.setattr(recorder, "COMMIT_WAIT_S", commit_wait_s)

    async def work(world: World) -> None:
        quick = {"confirm_seconds": 0.1}
        assert await world.readers.apply(world.configuration(bar=quick)) is None
        world.journal.free.clear()
        await asyncio.to_thread(world.bar.type, b"ONE\r")
        await until(lambda: world.journal.waiting == 1)
        assert await world.readers.apply(world.configuration(bar=None)) is None
        world.journal.free.set()
        await until(lambda: len(world.checkins()) == 1)
        assert world.losses.first(bytes) is None
        assert world.log.all("lost") == []

    in_world(tmp_path, work)


def test_a_change_that_a_scan_waits_for_is_no_scan_that_hangs(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        door, clock = world.readers.ports[0], SystemClock()
        world.replica.slow_look_up = asyncio.Event()
        await door.changing.acquire()
        await asyncio.to_thread(world.door.type, b"ONE\r")
        await until(lambda: waits_for(door))
        await asyncio.sleep(0.01)
        released_s = clock.monotonic_s()
        door.changing.release()
        await until(lambda: world.replica.looking == 1)
        # It counts from its own turn.
        assert door.waits_s(released_s) <= 0
        world.replica.slow_look_up.set()
        await until(lambda: door.waits_s(clock.monotonic_s()) == 0)

    in_world(tmp_path, work)


def test_the_first_outcome_is_repeated_only_by_what_it_was_decided_by(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        assert await world.readers.apply(world.configuration(door={"rescan_seconds": 60})) is None
        await typed(world, world.door, "door", 1)
        for change, event, count in (
            ({"pulse_seconds": 1.0}, "scan_repeated", 1),
            ({"attended": False}, "scan", 2),
            ({"permission": "back-door"}, "scan", 3),
        ):
            assert await world.readers.apply(world.configuration(door={"rescan_seconds": 60} | change)) is None
            await asyncio.to_thread(world.door.type, b"CARD-1\r")
            await logged(world, event, count)

    in_world(tmp_path, work)


def test_no_scan_is_decided_while_pins_are_moved(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        free = world.replica.slow = asyncio.Event()
        wanted = world.configuration(door={"unlocked_schedule": "daytime", "permission": "back-door"})
        changing = asyncio.create_task(world.readers.apply(wanted))
        await until(lambda: world.replica.reads == 1)
        door = world.readers.ports[0]
        await asyncio.to_thread(world.door.type, b"ONE\r")
        await until(lambda: waits_for(door))
        assert world.checkins() == []
        free.set()
        assert await changing is None
        await until(lambda: len(world.checkins()) == 1)
        assert world.checkins()[0].permission == "back-door"

    in_world(tmp_path, work)


def test_pins_of_another_kind_wait_for_who_decides(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        world.kinds.add(PinFactory.LGPIO)
        door, old = world.readers.ports[0], world.mock
        same = msgspec.structs.replace(world.configuration(), hardware=Hardware(PinFactory.LGPIO))
        await door.changing.acquire()
        changing = asyncio.create_task(world.readers.apply(same))
        await until(lambda: waits_for(door))
        assert (world.closed, changing.done()) == ([], False)
        door.changing.release()
        assert await changing is None
        assert world.closed == [old]

    in_world(tmp_path, work)


async def logged(world: World, event: str, count: int) -> None:
    await until(lambda: len(world.log.all(event)) == count)


def waits_for(reader: RunningReader) -> bool:
    """Whether a scan of it waits for the change."""
    return "[locked, waiters:1]" in repr(reader.changing)


def test_pins_of_another_kind_are_opened_once_the_old_ones_are_closed(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        old = world.mock
        assert await world.readers.apply(None) is None
        assert world.closed == [old]
        assert await world.readers.apply(world.configuration()) is None
        assert world.mock is not old

    in_world(tmp_path, work)
