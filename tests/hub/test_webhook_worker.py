"""The worker as a process of its own: what happens is told; killed amid a delivery, another one tells it again."""

import time
from collections.abc import Callable, Iterator

import pytest

from hub.members import operations
from hub.members.models import Company, Customer, Link
from hub.webhooks.models import Delivery, Progress
from tests.brokers import Broker
from tests.hub.conftest import Database
from tests.hub.receiver import receiving
from tests.hub.webhook_queue import an_endpoint, now, started, states
from tests.hub.worker_process import WorkerProcess

Start = Callable[[], WorkerProcess]


@pytest.fixture
def start_worker(database: Database, mosquitto: Broker) -> Iterator[Start]:
    workers: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        broker = {"DOORWARD_BROKER": f"mqtt://127.0.0.1:{mosquitto.port}"}
        workers.append(WorkerProcess(database.environment | broker))
        return workers[-1]

    yield start
    for each in workers:
        each.kill()


def test_it_tells_and_what_it_dies_with_is_told_again(start_worker: Start) -> None:
    with receiving(hangs=True) as receiver:
        an_endpoint(receiver.url, ["company.linked"])
        started()
        worker = start_worker()
        worker.wait_for("worker_ready")
        customer = operations.save_customer(Customer(name="Ann"))
        operations.save_link(Link(customer=customer, company=operations.save_company(Company(name="One"))))
        receiver.wait_for(1)
        worker.kill()
        assert states() == ["waiting"]
        receiver.hangs = False
        # What it had taken is due again a minute later.
        Delivery.objects.update(leased_until=now())
        start_worker()
        assert len({each.id for each in receiver.wait_for(2)}) == 1
        while states() != ["delivered"]:
            time.sleep(0.05)
    assert Progress.objects.count() == 1
