"""What a real broker keeps of the orders of an edge that is gone, and what another of its name hears of it."""

from datetime import UTC, datetime

from contract.ask import Posture
from contract.messages import decode
from contract.orders import Modes
from contract.seal import unseal_by
from hub.feed.models import Feed
from hub.fleet.models import Edge, Site
from hub.fleet.operations import delete_edges
from hub.orders.mode_operations import set_mode
from hub.orders.places import Place
from tests.enrolled import HUB_KEY
from tests.hub.secure_broker import BrokerClient, heard
from tests.hub.test_broker_rights import Connect, broker, club, connect, enrolled, hub, wait_for, worker
from tests.hub.worker_process import PATIENCE_S, WorkerProcess

__all__ = ["broker", "club", "connect", "hub", "worker"]  # fixtures
MODE = "dw/1/down/door/mode"


def next_of(listener: BrokerClient, topic: str) -> bytes:
    while (message := listener.received.get(timeout=PATIENCE_S))[0] != topic:
        pass
    return message[1]


def unlocked(hub: BrokerClient) -> Modes:
    """By hand, until it is ended; what the broker keeps of that."""
    set_mode(Place(edge="door"), Posture.UNLOCKED, datetime.now(UTC), "owner")
    return decode(unseal_by(next_of(hub, MODE), HUB_KEY.verifying, MODE), Modes)


def test_another_edge_of_the_name_hears_nothing_of_the_one_before(
    worker: WorkerProcess, hub: BrokerClient, connect: Connect, club: Site
) -> None:
    enrolled("door", worker)
    before = unlocked(hub)
    delete_edges([Edge.objects.get(name="door")])
    wait_for(worker, "deleteClient", "edge:door:1")
    assert next_of(hub, MODE) == b""

    Edge.objects.create(name="door", site=club, feed=Feed.objects.get(name="everyone"))
    pi = enrolled("door", worker, number=2)
    assert pi.delivered is not None
    assert pi.delivered.orders_epoch > before.epoch
    door = connect(pi)
    assert door.reads(MODE, "dw/1/down/door/config", "dw/1/down/door/ack") == [True] * 3
    hub.says("dw/1/down/door/ack")
    assert door.received.get(timeout=PATIENCE_S)[0] == "dw/1/down/door/ack"
    assert MODE not in heard(hub)


def test_what_is_kept_for_an_edge_is_below_its_next_enrolment(worker: WorkerProcess, hub: BrokerClient) -> None:
    enrolled("door", worker)
    before = unlocked(hub)
    again = enrolled("door", worker, number=2)
    assert again.delivered is not None
    assert again.delivered.orders_epoch > before.epoch
