"""Codes that are scanned again at a gate: repeated for a while, never across a change."""

import pytest
from msgspec import structs

from contract.ask import Posture
from contract.reasons import Reason
from tests.edge.fakes import FakeSignals
from tests.edge.gate_world import CODE, DOOR, World, reasons, run, scan


def test_a_rescan_does_not_prolong_the_time_in_which_the_outcome_is_repeated() -> None:
    async def scenario(world: World) -> None:
        signals = FakeSignals()
        gate = world.gate(structs.replace(DOOR, rescan_seconds=5), signals)
        for _ in range(3):
            await gate.handle(world.reading(CODE.encode()))
            world.clock.elapsed_s += 4
        assert reasons(signals) == 3 * [Reason.GRANTED]
        assert len(world.journal.checkins) == 2

    run(scenario)


def test_a_lockdown_ends_the_repeating() -> None:
    async def scenario(world: World) -> None:
        signals = FakeSignals()
        gate = world.gate(structs.replace(DOOR, rescan_seconds=60), signals)
        await gate.handle(world.reading(CODE.encode()))
        world.door.set_to = Posture.LOCKDOWN
        await gate.handle(world.reading(CODE.encode()))
        assert reasons(signals) == [Reason.GRANTED, Reason.LOCKDOWN]

    run(scenario)


@pytest.mark.parametrize("posture", [Posture.UNLOCKED, Posture.FREE])
def test_each_scan_at_an_open_door_is_recorded(posture: Posture) -> None:
    world = World()
    world.door.set_to = posture
    scan(world, structs.replace(DOOR, rescan_seconds=60), CODE.encode(), CODE.encode())
    assert len(world.journal.checkins) == 2
