"""What the broker keeps of an edge's orders ends with the edge and its enrolment, whoever keeps the rights."""

import io
from datetime import timedelta

import pytest

from contract.ask import Posture
from contract.orders import Desired, Modes
from contract.topics import UP, up
from hub.fleet.identity_operations import enrol_edge
from hub.fleet.models import Edge
from hub.fleet.operations import delete_edges
from hub.orders import operations
from hub.orders.mode_operations import set_mode
from hub.orders.places import Place
from hub.sync import orders
from hub.sync.orders import RENEW_EVERY_S
from hub.sync.worker import Worker
from tests.enrolled import STRANGER_KEY
from tests.hub.ordered import TOML, another, reported
from tests.hub.orders_desk import CONFIG, MODE, edge, turn, worker
from tests.hub.scans import AT
from tests.hub.seals import said
from tests.hub.worker_desk import ListeningBroker

__all__ = ["edge", "worker"]  # fixtures
OF_EAST = {CONFIG, MODE, *(up("east", what) for what in UP)}


@pytest.fixture
def ordered(edge: Edge, worker: Worker, broker: ListeningBroker) -> Edge:
    """Something is kept of it."""
    operations.push("east", TOML, AT, "owner")
    set_mode(Place(edge="east"), Posture.UNLOCKED, AT, "owner")
    turn(worker)
    broker.sent.clear()
    return edge


def deleted(broker: ListeningBroker) -> list[str]:
    """The topics that were, since the last call."""
    found = [each.topic for each in broker.sent if not each.payload and each.retained]
    broker.sent = [each for each in broker.sent if each.payload]
    return found


def test_of_an_edge_that_is_deleted_nothing_stays(
    ordered: Edge, worker: Worker, broker: ListeningBroker, clock_s: list[float]
) -> None:
    delete_edges([ordered])
    clock_s[0] += RENEW_EVERY_S
    turn(worker)
    assert sorted(deleted(broker)) == sorted(OF_EAST)
    clock_s[0] += RENEW_EVERY_S
    turn(worker)
    assert deleted(broker) == []


def test_of_many_that_are_deleted_some_at_a_time(
    ordered: Edge,
    worker: Worker,
    broker: ListeningBroker,
    clock_s: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orders, "GONE_AT_ONCE", 1)
    enrol_edge(another("west", ordered.site).pk, STRANGER_KEY.verifying.public, AT)
    clock_s[0] += RENEW_EVERY_S
    turn(worker)
    delete_edges(Edge.objects.all())
    clock_s[0] += RENEW_EVERY_S
    turn(worker)
    assert len(deleted(broker)) == len(OF_EAST)
    turn(worker)
    assert len(deleted(broker)) == len(OF_EAST)


def test_another_edge_of_the_name_gets_nothing_of_it(
    ordered: Edge, worker: Worker, broker: ListeningBroker, clock_s: list[float]
) -> None:
    site = ordered.site
    delete_edges([ordered])
    enrol_edge(another("east", site).pk, STRANGER_KEY.verifying.public, AT + timedelta(seconds=1))
    clock_s[0] += RENEW_EVERY_S
    turn(worker)
    assert sorted(deleted(broker)) == sorted([CONFIG, MODE])
    assert broker.take(CONFIG, Desired) == broker.take(MODE, Modes) == []


def test_an_edge_that_is_enrolled_anew_hears_in_a_new_epoch_once_it_has_told(
    ordered: Edge, worker: Worker, broker: ListeningBroker, clock_s: list[float], log_lines: io.StringIO
) -> None:
    enrol_edge(ordered.pk, STRANGER_KEY.verifying.public, AT)
    clock_s[0] += RENEW_EVERY_S
    turn(worker)
    assert sorted(deleted(broker)) == sorted([CONFIG, MODE])
    worker.handle([said("reported", reported(1), "east", STRANGER_KEY)])
    turn(worker)
    [desired], [modes] = broker.take(CONFIG, Desired), broker.take(MODE, Modes)
    assert desired.epoch == modes.epoch == Edge.objects.get().epoch > ordered.epoch
    assert modes.edge is Posture.UNLOCKED
    assert deleted(broker) == []
