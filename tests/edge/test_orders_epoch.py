"""An edge with an empty folder remembers no mark: what was ordered before it was enrolled is not for it."""

import asyncio
from pathlib import Path

from contract.ask import Posture
from contract.orders import Command, CommandKind, Modes
from contract.topics import DOWN_MODE, down
from tests.brokers import Broker
from tests.edge.change_runs import OWN, configuration, desired
from tests.edge.edge_process import EdgeProcess
from tests.edge.link_runs import until
from tests.edge.mqtt_hub import EDGE
from tests.edge.ordering_hub import EPOCH, OrderingHub
from tests.edge.orders_world import World, in_world
from tests.edge.test_process_configuration import hub
from tests.enrolled import enrolled_state

__all__ = ["hub"]  # a fixture

BEGUN = 7


def unlocked(epoch: int) -> Modes:
    return Modes(epoch=epoch, generation=5, edge=Posture.UNLOCKED)


def unlock(epoch: int) -> Command:
    kind = CommandKind.UNLOCK_ONCE
    return Command(epoch=epoch, number=9, kind=kind, reader="door", expires_us=2**55)


def test_orders_of_an_enrolment_before_change_nothing_and_are_told() -> None:
    async def work(world: World) -> None:
        world.orders.modes(unlocked(BEGUN - 1))
        world.orders.desired(desired(5, epoch=BEGUN - 1))
        world.orders.command(unlock(BEGUN - 1))
        await asyncio.sleep(0.1)
        told = [(line["what"], line["why"]) for line in world.log.all("dropped")]
        assert told == [("modes", "stale"), ("desired", "stale"), ("command", "stale")]
        assert (world.readers.modes, world.readers.applied, world.readers.unlocked) == ([], [OWN], [])
        assert (world.disk.kept, world.disk.marks.reached()) == (None, ())

    in_world(work, World(orders_epoch=BEGUN))


def test_orders_of_the_epoch_that_began_with_it_count() -> None:
    async def work(world: World) -> None:
        world.orders.modes(unlocked(BEGUN))
        world.orders.desired(desired(1, epoch=BEGUN))
        await until(lambda: world.reported().generation == 1)
        world.orders.command(unlock(BEGUN))
        await until(lambda: world.readers.unlocked == ["door"])
        assert (world.readers.modes, world.readers.applied[-1]) == ([unlocked(BEGUN)], configuration())
        assert world.log.all("dropped") == []

    in_world(work, World(orders_epoch=BEGUN))


def test_what_a_broker_kept_for_the_edge_before_opens_no_door(
    tmp_path: Path, mosquitto: Broker, hub: OrderingHub
) -> None:
    hub.set_modes(unlocked(EPOCH))
    hub.push(5, "[hardware]\npin_factory = 'mock'\n")
    enrolled_state(tmp_path / "state", port=mosquitto.port, orders_epoch=EPOCH + 1)
    edge = EdgeProcess(tmp_path, mosquitto.port)
    try:
        for what in ("modes", "desired"):
            assert edge.wait_for("dropped", lambda event, what=what: event["what"] == what)["why"] == "stale"  # type: ignore[misc]
        hub.say(down(EDGE, DOWN_MODE), Modes(epoch=EPOCH + 1, generation=1, edge=Posture.LOCKDOWN), retain=True)
        edge.wait_for("posture", lambda event: event["to"] == "lockdown")
        said = hub.wait_reported(lambda each: each.mode_epoch == EPOCH + 1)
        assert (said.mode_edge, said.epoch) == (Posture.LOCKDOWN, 0)
        assert "unlocked" not in [event["to"] for event in edge.events if event["event"] == "posture"]
        assert edge.stop() == (0, "")
    finally:
        edge.close()
