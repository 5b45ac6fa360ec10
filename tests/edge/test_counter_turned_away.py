"""Whoever is turned away sees that, and not what was shown to the guest before."""

import asyncio

from edge.counter import texts
from edge.counter.screen import TURNED_AWAY_S
from edge.counter.view import state_of
from edge.turns import WAIT_S_MAX
from tests.edge.counter_world import CounterWorld, code_of
from tests.edge.fakes import NOON


def headline(world: CounterWorld) -> str | None:
    shown = state_of(world.screen, NOON, [])["shown"]
    return None if shown is None else shown["headline"]


async def come_too_late(world: CounterWorld) -> None:
    reading = world.world.reading(code_of("old").encode())
    world.world.clock.elapsed_s += WAIT_S_MAX + 1
    await world.gate.handle(reading)


def test_the_next_guest_sees_no_grant_of_the_one_before() -> None:
    async def scenario() -> None:
        world = CounterWorld()
        await world.scan("gold")
        assert headline(world) == "Granted"
        number = world.screen.number
        await come_too_late(world)
        shown = state_of(world.screen, NOON, [])["shown"]
        assert (shown["tone"], shown["headline"], shown["mark"]) == ("amber", "Scan again", "!")
        assert (shown["name"], shown["facts"], shown["what"]) == ("", [], "")
        assert shown["left_ms"] == TURNED_AWAY_S * 1_000
        assert world.screen.number == shown["number"] == number + 1

    asyncio.run(scenario())


def test_it_stays_for_a_moment_or_until_the_next_scan() -> None:
    async def scenario() -> None:
        world = CounterWorld()
        await come_too_late(world)
        world.world.clock.elapsed_s += TURNED_AWAY_S - 0.5
        assert headline(world) == "Scan again"
        await world.scan("gold")
        assert headline(world) == "Granted"
        await come_too_late(world)
        world.screen.waits()
        assert headline(world) == texts.WAITS.headline
        world.screen.turned_away()
        assert headline(world) == "Scan again"
        world.world.clock.elapsed_s += TURNED_AWAY_S
        assert headline(world) is None

    asyncio.run(scenario())
