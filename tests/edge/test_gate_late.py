"""Scans whose turn comes too late: turned away with a sign and a line in the log, whatever the card."""

import pytest

from edge.ports import Found
from edge.turns import WAIT_S_MAX
from tests.edge.fakes import FakeSignals
from tests.edge.gate_world import CODE, DOOR, World, run


def test_a_scan_that_has_waited_for_too_long_opens_no_door() -> None:
    async def scenario(world: World) -> None:
        signals = FakeSignals()
        gate, reading = world.gate(DOOR, signals), world.reading(CODE.encode())
        world.clock.elapsed_s += WAIT_S_MAX + 0.5
        await gate.handle(reading)
        assert (signals.shown, signals.turned_away, world.journal.rows) == ([], 1, [])
        assert world.replica.look_ups == []
        assert world.log.lines == [("too_late", {"reader": "door", "waited_s": 5.5})]
        await gate.handle(world.reading(CODE.encode()))
        assert [decision.outcome for decision in signals.shown] == ["granted"]

    run(scenario)


@pytest.mark.parametrize(("stalled_s", "opened"), [(WAIT_S_MAX, 1), (WAIT_S_MAX + 0.001, 0)])
def test_a_look_up_that_stalls_opens_no_door_behind_whoever_left(
    stalled_s: float, opened: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(world: World) -> None:
        look_up = world.replica.look_up

        async def slowly(card_hash: bytes) -> Found | None:
            world.clock.elapsed_s += stalled_s
            return await look_up(card_hash)

        monkeypatch.setattr(world.replica, "look_up", slowly)
        signals = FakeSignals()
        await world.gate(DOOR, signals).handle(world.reading(CODE.encode()))
        assert (len(signals.shown), signals.turned_away) == (opened, 1 - opened)
        assert len(world.journal.rows) == opened

    run(scenario)
