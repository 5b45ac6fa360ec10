"""Orders carried out, with fakes for readers, disk and line: what fails on the way, and what is told."""

import asyncio

import pytest

from contract.ask import Posture
from contract.orders import Answered, Command, CommandKind, Modes, Reported
from edge import orders
from edge.core.configuration_events import State
from edge.core.saved_orders import ConfigurationOrders, SavedOrders
from edge.orders import CannotApply
from tests.edge.change_runs import ELSEWHERE, FAULT, OWN, REACH, configuration, desired
from tests.edge.link_runs import until
from tests.edge.orders_world import World, in_world


def test_a_start_applies_and_comes_to_the_hub_before_the_first_reader() -> None:
    async def work(world: World) -> None:
        assert (world.readers.applied, world.site.followed) == ([OWN], "own")
        assert [link.reach for link in world.links] == [REACH]
        assert world.readers.after_links == [1]

    in_world(work)


def test_the_edges_own_that_does_not_fit_here_is_said_at_the_start() -> None:
    world = World()
    world.readers.faults = [FAULT]
    with pytest.raises(CannotApply, match="GPIO 17 is taken"):
        asyncio.run(world.orders.begin())


def test_the_hubs_that_does_not_fit_here_any_more_keeps_no_edge_from_starting() -> None:
    async def work(world: World) -> None:
        refused = world.reported().refused
        assert refused is not None
        assert (world.reported().generation, refused.generation, refused.step) == (0, 3, "apply")
        assert (refused.field, refused.why) == (FAULT.field, FAULT.why)
        await until(lambda: tick(world) and not world.readers.faults)
        assert len(world.log.all("configuration_refused")) == 1
        await until(lambda: tick(world) and world.reported().generation == 3)
        assert world.reported().refused is None
        assert world.readers.applied == [configuration()]

    def tick(world: World) -> bool:
        world.clock.elapsed_s += 2
        return True

    world = World()
    world.disk.kept = SavedOrders(configuration=ConfigurationOrders(heard=(7, 3), stands=desired(3)))
    world.readers.faults = [FAULT] * 3
    in_world(work, world)


def test_a_fault_that_nobody_thought_of_is_told_and_refused() -> None:
    async def work(world: World) -> None:
        world.readers.broken = True
        world.orders.desired(desired(1))
        await until(lambda: world.log.all("configuration_refused"))
        assert world.log.all("configuration_refused")[0]["why"] == "it failed: RuntimeError"
        assert world.log.all("failed")[0]["what"] == "Apply"
        world.readers.broken = False
        world.clock.elapsed_s += 2
        await until(lambda: world.readers.applied == [OWN, OWN])

    in_world(work)


def test_a_disk_that_is_full_refuses_a_configuration_and_holds_no_modes_up() -> None:
    async def work(world: World) -> None:
        world.disk.full = True
        world.orders.desired(desired(1))
        await until(lambda: world.readers.applied[1:] == [configuration(), OWN])
        modes = Modes(epoch=7, generation=1, edge=Posture.LOCKDOWN)
        world.orders.modes(modes)
        assert world.readers.modes == [modes]
        await until(lambda: len(world.log.all("orders_not_kept")) > 1)
        refused = world.reported().refused
        assert refused is not None
        assert "No space left" in refused.why
        assert (world.reported().mode_generation, world.reported().mode_edge) == (0, None)

    world = in_world(work)
    assert world.disk.kept is None


def test_modes_that_could_not_be_kept_are_kept_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "_WRITE_AGAIN_S", 0.0)

    async def work(world: World) -> None:
        world.disk.full = True
        world.orders.modes(Modes(epoch=7, generation=1, edge=Posture.LOCKDOWN))
        await until(lambda: world.log.all("orders_not_kept"))
        world.disk.full = False
        await until(lambda: world.reported().mode_generation == 1)
        assert (world.reported().mode_edge, world.reported().mode_readers) == (Posture.LOCKDOWN, [])

    world = in_world(work)
    assert world.disk.kept is not None
    assert world.disk.kept.modes == Modes(epoch=7, generation=1, edge=Posture.LOCKDOWN)


def test_modes_that_come_while_others_are_written_are_kept_after_them() -> None:
    async def work(world: World) -> None:
        world.disk.free.clear()
        world.orders.modes(Modes(epoch=7, generation=1))
        await until(world.disk.writing.is_set)
        world.orders.modes(Modes(epoch=7, generation=2, edge=Posture.LOCKDOWN))
        assert world.reported().mode_generation == 0
        world.disk.free.set()
        await until(lambda: world.reported().mode_generation == 2)
        assert world.reported().mode_edge is Posture.LOCKDOWN

    world = in_world(work)
    assert world.disk.kept is not None
    assert world.disk.kept.modes == Modes(epoch=7, generation=2, edge=Posture.LOCKDOWN)


def test_each_write_has_a_number_above_the_one_before_and_nothing_is_written_twice() -> None:
    async def work(world: World) -> None:
        written = []
        for generation in (1, 2):
            modes = Modes(epoch=7, generation=generation)
            world.orders.modes(modes)
            await until(lambda modes=modes: world.disk.kept.modes == modes)  # type: ignore[misc, union-attr]
            for _ in range(20):
                await asyncio.to_thread(world.disk.read)  # the disk has time for another one
            written.append(world.disk.kept.written)  # type: ignore[union-attr]
        assert written == [41, 42]

    world = World()
    world.disk.kept = SavedOrders(written=40)
    in_world(work, world)


def test_what_was_refused_is_told_until_a_newer_one_stands() -> None:
    async def work(world: World) -> None:
        world.orders.desired(desired(1, readers=[]))
        await until(lambda: world.reported().refused is not None)
        world.orders.desired(desired(2))
        await until(lambda: world.reported().generation == 2)
        assert world.reported().refused is None

    in_world(work)


def test_modes_that_do_not_rise_change_nothing() -> None:
    async def work(world: World) -> None:
        for generation in (2, 2, 1):
            world.orders.modes(Modes(epoch=7, generation=generation))
        assert [modes.generation for modes in world.readers.modes] == [2]
        await until(lambda: world.reported().mode_generation == 2)
        assert [line["what"] for line in world.log.all("dropped")] == ["modes"]

    in_world(work)


def test_what_stands_is_reported_once() -> None:
    async def work(world: World) -> None:
        world.orders.desired(desired(2))
        await until(lambda: world.reported().generation == 2)
        world.orders.desired(desired(1))
        await until(lambda: world.log.all("dropped"))
        world.orders.desired(desired(3))
        await until(lambda: world.reported().generation == 3)
        assert [each.generation for each in world.said if isinstance(each, Reported)] == [0, 2, 3]

    in_world(work)


def test_another_way_to_the_hub_is_tried_until_an_answer_by_it() -> None:
    async def work(world: World) -> None:
        world.trust.contact.answered(world.clock.elapsed_s - 1)
        world.orders.desired(desired(1, broker=ELSEWHERE))
        await until(lambda: world.reported().trying)
        assert [link.reach.broker.host for link in world.links] == ["127.0.0.1", "elsewhere.example"]
        world.clock.elapsed_s += 2
        world.orders.desired(desired(0))
        await until(lambda: world.log.all("dropped"))  # and the answer was looked at
        assert world.change.state is State.TRYING
        world.trust.contact.answered(world.clock.elapsed_s)
        world.clock.elapsed_s += 2
        world.orders.desired(desired(1, broker=ELSEWHERE))
        await until(lambda: not world.reported().trying)

    in_world(work)


def test_a_command_whose_number_cannot_be_kept_is_not_done() -> None:
    def command(number: int, kind: CommandKind) -> Command:
        return Command(epoch=1, number=number, kind=kind, expires_us=2**55)

    async def work(world: World) -> None:
        world.disk.full = True
        world.orders.command(command(1, CommandKind.UNLOCK_ONCE))
        await until(lambda: any(isinstance(each, Answered) for each in world.said))
        world.disk.full = False
        world.orders.command(command(1, CommandKind.UNLOCK_ONCE))
        world.orders.command(command(2, CommandKind.IDENTIFY))
        world.orders.command(command(3, CommandKind.RESYNC))
        await until(lambda: "resync" in world.said)
        assert (world.readers.unlocked, world.readers.identified) == ([], ["bar"])
        answers = [(each.number, each.why) for each in world.said if isinstance(each, Answered)]
        assert answers[0] == (1, "failed")
        assert [line["what"] for line in world.log.all("dropped")] == ["command"]

    in_world(work)
