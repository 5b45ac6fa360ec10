"""A club whose members pay through Stripe: the fake, or its test mode. What the fake tells comes by the webhook's
address; Stripe itself cannot reach a test, and is asked for its list of events.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client, override_settings

from contract.membership import Detail, State
from hub.billing import checkout_operations, event_operations
from hub.billing.checkout_operations import begin_checkout
from hub.billing.joining_operations import take_plan
from hub.billing.models import Subscription
from hub.billing.offers import Way
from hub.billing.reconciling import Reconciling
from hub.fleet.zones import organization_zone
from hub.members import operations, queries
from hub.members.models import Company, Customer, Membership, Plan
from tests.hub.stripe_driver import LATER, Driver

WEBHOOK = "/billing/stripe/webhook"
PAID, BACK = "http://hub.example/paid", "http://hub.example/back"
DAY = timedelta(days=1)


@dataclass
class BilledClub:
    driver: Driver
    began: datetime
    plan: Plan
    reconciling: Reconciling = field(init=False)

    def __post_init__(self) -> None:
        self.reconciling = Reconciling(self.driver.provider, self.driver.now)

    def join(self, plan: Plan | None = None, seats: int | None = None, pays: bool = True) -> Membership:
        """One of a new customer or company: paid, and Stripe has told so."""
        plan = plan or self.plan
        membership = take_plan(plan, _holder(plan), seats, Way.PROVIDER, self.driver.now(), organization_zone())
        if pays:
            started = begin_checkout(membership, PAID, BACK, self.driver.now())
            order = checkout_operations._order(self.driver.provider, membership.checkouts.get(), membership)
            self.driver.pay(started, order)
            self.told()
        return membership

    def told(self) -> None:
        """Stripe tells, and the worker looks."""
        if self.driver.is_fake:
            answers = self.driver.fake.webhooks.deliver()
            assert set(answers) <= {200}
        else:
            events = self.driver.provider.events_since(self.began)
            event_operations.remember("stripe", events, self.driver.now())
        self.looked()

    def looked(self) -> None:
        while self.reconciling.turn():
            pass

    def pass_time(self, how_long: timedelta) -> None:
        self.driver.pass_time(how_long)
        self.told()

    def to_the_end(self, membership: Membership, after: timedelta = LATER) -> datetime:
        """Just after what is paid for now; gives the end of that."""
        end = fresh(membership).ends_at
        assert end is not None
        self.pass_time(end - self.driver.now() + after)
        return end

    def detail(self, membership: Membership) -> Detail:
        return queries.status_of(fresh(membership), self.driver.now()).detail

    def is_active(self, membership: Membership) -> bool:
        return queries.status_of(fresh(membership), self.driver.now()).state is State.ACTIVE

    def subscription(self, membership: Membership) -> Subscription:
        return membership.subscriptions.get(is_spare=False)


def fresh(membership: Membership) -> Membership:
    return Membership.objects.select_related("plan", "customer", "company").get(pk=membership.pk)


def plan_of(name: str, cents: int = 2_000, **fields: Any) -> Plan:
    monthly = {"billed_every": 1, "billed_in": Plan.Unit.MONTHS, "is_public": True}
    return operations.save_plan(Plan(name=name, price_cents=cents, currency="EUR", **(monthly | fields)))


def _holder(plan: Plan) -> Customer | Company:
    if plan.for_companies:
        return operations.save_company(Company(name="Company"))
    return operations.save_customer(Customer(name="Ada", email="ada@club.example"))


def post(body: bytes, signed: str) -> int:
    """As Stripe does."""
    headers = {"stripe-signature": signed}
    return (
        Client(SERVER_NAME="127.0.0.1")
        .post(WEBHOOK, body, content_type="application/json", headers=headers)
        .status_code
    )


@contextmanager
def billed_by(driver: Driver) -> Iterator[BilledClub]:
    with override_settings(ENVIRONMENT=replace(settings.ENVIRONMENT, stripe=driver.provider._way)):
        if driver.is_fake:
            driver.fake.webhooks.post = post
        yield BilledClub(driver, driver.now() - LATER, plan_of("Gold"))
