"""Readers whose scanners are read by a profile: a missing one is refused, another one opens the port anew."""

from pathlib import Path

from tests.edge.link_runs import until
from tests.edge.reader_runs import World, in_world, opened, typed


def test_a_profile_that_is_not_there_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        unknown = world.configuration(door={"profile": "no-such"}, bar={"permission": "beer"})
        for fault in (await world.readers.self_test(unknown), await world.readers.apply(unknown)):
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
