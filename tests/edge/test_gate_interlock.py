"""A door that its interlock keeps shut: whoever would be granted is turned away, and nothing is used up."""

import asyncio
from datetime import timedelta

from msgspec.structs import replace

from contract.ask import Passback
from contract.configuration import PinFactory
from contract.grant import Grant
from contract.limits import Limit
from contract.membership import Plan
from contract.reasons import Reason
from edge.hardware.pins import open_pins
from edge.hardware.signals import ReaderSignals
from tests.edge.fakes import FakeSignals
from tests.edge.gate_world import CODE, DOOR, STRANGER, World, run
from tests.edge.test_gate_confirm import GRANTED

OUTER = replace(DOOR, contact_pin=6, interlock="inner")


def test_whoever_its_interlock_kept_out_is_not_inside() -> None:
    world, opened = World(), [True]

    async def scenario(world: World) -> None:
        reader = replace(OUTER, area="house", passback=Passback.HARD)
        pins = open_pins(PinFactory.MOCK)
        signals = ReaderSignals(reader, pins, world.log)
        signals.door.partner_is_open = lambda _: opened[0]
        gate = world.gate(reader, signals)
        await gate.handle(world.reading(CODE.encode()))
        assert not pins.factory.pin(17).state
        assert world.journal.checkins == []
        assert world.log.all("door_interlocked") == [{"reader": "door", "open": "inner"}]
        opened[0] = False
        world.clock.elapsed_s += 10
        world.clock.at += timedelta(seconds=10)
        await gate.handle(world.reading(CODE.encode()))
        assert pins.factory.pin(17).state
        signals.close()

    run(scenario, world)
    assert [checkin.reason for checkin in world.journal.checkins] == [Reason.GRANTED]


def test_a_denial_stays_one_and_is_recorded() -> None:
    signals = FakeSignals()
    signals.open_partner = "inner"

    async def scenario(world: World) -> None:
        await world.gate(OUTER, signals).handle(world.reading(STRANGER.encode()))

    world = run(scenario)
    assert (len(world.journal.checkins), len(signals.shown), signals.turned_away) == (1, 1, 0)


def test_the_hub_is_not_asked_for_a_door_that_stays_shut_and_its_answer_may_come_too_late() -> None:
    signals = FakeSignals()
    world = World(Plan(3, "Confirmed", (Grant("front-door", (Limit(2, 86_400),), confirm=True),)))
    world.confirmer.answer = GRANTED

    async def scenario(world: World) -> None:
        gate = world.gate(OUTER, signals)
        signals.open_partner = "inner"
        await gate.handle(world.reading(CODE.encode()))
        assert world.confirmer.asked == []
        signals.open_partner = None
        world.confirmer.meanwhile = lambda: setattr(signals, "open_partner", "inner")
        await gate.handle(world.reading(CODE.encode()))

    asyncio.run(scenario(world))
    assert signals.waits == 1
    assert (signals.shown, signals.turned_away) == ([], 2)
    # So that the hub holds none free any longer for who was asked about.
    ((asked, _),) = world.confirmer.asked
    assert world.journal.checkins == [asked]
    assert (asked.outcome, asked.reason, asked.counted) == ("denied", "confirmation_needed", False)
    assert world.own_uses.of(7) == ()
