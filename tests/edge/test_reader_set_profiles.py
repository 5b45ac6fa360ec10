"""Readers whose scanners are read by a profile: a missing one is refused, another one opens the port anew."""

import asyncio
from pathlib import Path

from tests.edge.link_runs import until
from tests.edge.reader_runs import World, in_world, opened, typed


def test_a_profile_that_is_not_there_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        unknown = world.configuration(door={"profile": "no-such"}, bar={"permission": "beer"})
        fault = await world.readers.self_test(unknown)
        assert fault is not None
        assert (fault.field, fault.broken) == ('readers[0] ("door").profile', False)
        assert "no scanner profile is named 'no-such'" in fault.why
        assert (await typed(world, world.bar, "bar", 1)).permission != "beer"
        assert opened(world) == ["bar", "door"]

    in_world(tmp_path, work)


def test_a_scanner_that_is_read_in_another_way_is_opened_anew_and_only_then(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        # It says what the defaults say.
        assert await world.readers.apply(world.configuration(door={"profile": "generic-serial"})) is None
        assert opened(world) == ["bar", "door"]
        slower = world.configuration(door={"profile": "zkteco-zkb200"})
        assert await world.readers.self_test(slower) is None
        assert await world.readers.apply(slower) is None
        await until(lambda: world.readers.ports[0].is_open)
        assert opened(world) == ["bar", "door", "door"]
        assert (await typed(world, world.door, "door", 1)).permission == "front-door"

    in_world(tmp_path, work)


def test_a_profile_of_another_kind_is_refused(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        fault = await world.readers.self_test(world.configuration(door={"profile": "generic-keyboard"}))
        assert fault is not None
        assert fault.field == 'readers[0] ("door").profile'
        assert fault.why == "generic-keyboard is no profile of a scanner that is a serial port"

    in_world(tmp_path, work)


def test_a_profile_that_is_gone_closes_no_door(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.readers.close()
        lost = world.configuration(bar={"profile": "no-such", "prefix": "#"})
        assert await world.readers.apply(lost) is None
        (told,) = world.log.all("profile_not_used")
        assert told["place"] == 'readers[1] ("bar").profile'
        await typed(world, world.door, "door", 1)
        await asyncio.to_thread(world.bar.type, b"#")
        assert (await typed(world, world.bar, "bar", 1)).code_length == len("CARD-1")

    in_world(tmp_path, work)
