"""The worker as a process asks Stripe, here a fake: what nobody told of is found, whatever it dies with, and when
Stripe was away."""

import time
from collections.abc import Callable, Iterator

import pytest

from contract.membership import Detail
from demo.fake_stripe.faults import Kind
from hub.billing.checkout_operations import begin_checkout
from hub.members.models import Membership
from tests.brokers import Broker
from tests.hub.billed_club import BACK, PAID, BilledClub, billed_by
from tests.hub.conftest import Database
from tests.hub.stripe_driver import KEY, SECRET, FakeDriver
from tests.hub.worker_process import PATIENCE_S, WorkerProcess

Start = Callable[[], WorkerProcess]


@pytest.fixture
def start_worker(database: Database, mosquitto: Broker, fake_stripe: FakeDriver) -> Iterator[Start]:
    workers: list[WorkerProcess] = []

    def start() -> WorkerProcess:
        stripe = {"DOORWARD_STRIPE_KEY": KEY, "DOORWARD_STRIPE_WEBHOOK_SECRET": SECRET}
        stripe["DOORWARD_STRIPE_URL"] = fake_stripe.fake.address
        broker = {"DOORWARD_BROKER": f"mqtt://127.0.0.1:{mosquitto.port}"}
        workers.append(WorkerProcess(database.environment | broker | stripe))
        return workers[-1]

    yield start
    fake_stripe.fake.let_go.set()
    for each in workers:
        each.kill()


def paid_and_not_told(here: BilledClub) -> Membership:
    membership = here.join(pays=False)
    started = begin_checkout(membership, PAID, BACK, here.driver.now())
    here.driver.fake.pay(started.reference)
    here.driver.fake.webhooks.lose()
    return membership


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_a_worker_dies_with_is_found_by_the_next(start_worker: Start, fake_stripe: FakeDriver) -> None:
    with billed_by(fake_stripe) as here:
        membership, fake = paid_and_not_told(here), fake_stripe.fake
        fake.breaks(Kind.HANGS, 1_000, "subscriptions")
        worker = start_worker()
        until(lambda: any(each.path.startswith("subscriptions") for each in fake.asked))
        worker.kill()
        assert here.detail(membership) is Detail.PENDING
        fake.faults.clear()
        start_worker()
        until(lambda: here.detail(membership) is Detail.CURRENT)
        assert here.subscription(membership).is_open
        until(membership.payments.exists)
        assert membership.payments.count() == 1


def test_stripe_is_away_and_comes_back(start_worker: Start, fake_stripe: FakeDriver) -> None:
    with billed_by(fake_stripe) as here:
        membership, fake = paid_and_not_told(here), fake_stripe.fake
        fake.breaks(Kind.SERVER_ERROR, 100_000)
        worker = start_worker()
        first, second = (worker.wait_for("billing_trouble")["retry_s"] for _ in range(2))
        assert first < second
        assert here.detail(membership) is Detail.PENDING
        fake.faults.clear()
        until(lambda: here.detail(membership) is Detail.CURRENT)
