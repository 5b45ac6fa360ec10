"""What the tests of Stripe do to it, twice: to the fake, and to Stripe's own test mode (docs/billing.md says how).

At Stripe a checkout's page cannot be paid without a browser, so a subscription is made there by the API, as a
checkout makes it; time passes by a test clock.
"""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import pytest

from demo.fake_stripe.control import Fake, new_fake
from demo.fake_stripe.server import serving
from hub.billing.seen import (
    CheckoutStarted,
    Interval,
    Order,
    Payer,
    Price,
    Unit,
)
from hub.billing.stripe.connection import client_of
from hub.billing.stripe.names import OURS
from hub.billing.stripe.ordering import price_of
from hub.billing.stripe.provider import StripeProvider
from hub.environment import StripeWay

KEY, SECRET = "sk_test_ofthefake", "whsec_ofthefake"
MONTH = Interval(Unit.MONTH)
GOLD = Price("gold", "Gold", 2_000, "EUR", MONTH)
LATER = timedelta(hours=2)
"""A renewal's invoice is a draft for an hour."""
_PATIENCE_S = 120
_AHEAD_S = 3600
"""The fake's clock stands an hour ahead of the hub's pages', which know the machine's: what they kept is due."""


class Card(StrEnum):
    """By the names that payment methods have in Stripe's test mode."""

    PAYS = "pm_card_visa"
    DECLINES = "pm_card_chargeCustomerFail"
    DISPUTED = "pm_card_createDispute"


class Driver(Protocol):
    """`is_fake`: what only the fake can, is tried with it alone."""

    provider: StripeProvider
    client: Any
    is_fake: bool

    def now(self) -> datetime: ...

    def join(self, price: Price, seats: int = 1, trial_days: int = 0, card: Card | None = Card.PAYS) -> str: ...

    def pay(self, started: CheckoutStarted, order: Order) -> None:
        """Whoever was sent to that page has paid there."""
        ...

    def pass_time(self, how_long: timedelta) -> None: ...

    def new_card(self, payer: str, card: Card) -> None: ...

    def dispute(self, payment: str) -> None: ...

    def settle(self, payment: str, won: bool) -> None: ...


def order_of(price: Price, at: datetime, **fields: Any) -> Order:
    payer = Payer("customer-1", "Ada", "ada@club.example", "")
    ours = uuid.uuid4().hex
    order = Order(ours, payer, price, 1, at + LATER, "http://hub.example/paid", "http://hub.example/back")
    return replace(order, **fields)


def subscribe(driver: Driver, customer: str, price: Price, seats: int, *, trial_days: int, ours: str = "") -> str:
    """As a checkout makes one."""
    driver.provider._see_to_product(price)
    asked: dict[str, Any] = {
        "customer": customer,
        "items": [{"price_data": price_of(price), "quantity": seats}],
        "metadata": {OURS: ours or uuid.uuid4().hex},
        "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}},
    }
    return str(driver.client.v1.subscriptions.create({**asked, **_trial(trial_days)}).id)


def _trial(days: int) -> dict[str, Any]:
    return {"trial_period_days": days} if days else {}


class FakeDriver:
    is_fake = True

    def __init__(self, fake: Fake) -> None:
        self.fake = fake
        way = StripeWay(KEY, (SECRET,), fake.address)
        self.provider, self.client = StripeProvider(way), client_of(way)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.fake.now, UTC)

    def join(self, price: Price, seats: int = 1, trial_days: int = 0, card: Card | None = Card.PAYS) -> str:
        if card is None:
            return subscribe(self, self.client.v1.customers.create().id, price, seats, trial_days=trial_days)
        trial = self.now() + timedelta(days=trial_days) if trial_days else None
        order = order_of(price, self.now(), seats=seats, trial_until=trial)
        session = self.fake.pay(self.provider.begin_checkout(order, order.ours).reference)
        return str(session["subscription"])

    def pay(self, started: CheckoutStarted, order: Order) -> None:
        self.fake.pay(started.reference)

    def pass_time(self, how_long: timedelta) -> None:
        self.fake.pass_time(int(how_long.total_seconds()))

    def new_card(self, payer: str, card: Card) -> None:
        self.fake.new_card(payer, pays=card is not Card.DECLINES)

    def dispute(self, payment: str) -> None:
        self.fake.dispute(payment)

    def settle(self, payment: str, won: bool) -> None:
        self.fake.close_dispute(self.provider.payment(payment).disputes[0].reference, won)


class StripeDriver:
    """Each has customers of its own, under a clock of its own."""

    is_fake = False

    def __init__(self, key: str) -> None:
        way = StripeWay(key, (SECRET,))
        self.provider, self.client = StripeProvider(way), client_of(way)
        self._clocks = self.client.v1.test_helpers.test_clocks
        self._clock = self._clocks.create({"frozen_time": int(time.time())}).id

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._clocks.retrieve(self._clock).frozen_time, UTC)

    def join(self, price: Price, seats: int = 1, trial_days: int = 0, card: Card | None = Card.PAYS) -> str:
        customer = self.client.v1.customers.create({"test_clock": self._clock}).id
        if card is not None:
            self.new_card(customer, card)
        return subscribe(self, customer, price, seats, trial_days=trial_days)

    def pay(self, started: CheckoutStarted, order: Order) -> None:
        customer = self.client.v1.customers.create({"test_clock": self._clock}).id
        self.new_card(customer, Card.PAYS)
        trial_days = 0 if order.trial_until is None else (order.trial_until - order.until).days
        subscribe(self, customer, order.price, order.seats, trial_days=trial_days, ours=order.ours)

    def pass_time(self, how_long: timedelta) -> None:
        self._clocks.advance(self._clock, {"frozen_time": int((self.now() + how_long).timestamp())})
        for _ in range(_PATIENCE_S):
            if self._clocks.retrieve(self._clock).status == "ready":
                return
            time.sleep(1)
        raise AssertionError("Stripe's test clock does not get there")

    def new_card(self, payer: str, card: Card) -> None:
        v1 = self.client.v1
        method = v1.payment_methods.attach(card.value, {"customer": payer}).id
        v1.customers.update(payer, {"invoice_settings": {"default_payment_method": method}})

    def dispute(self, payment: str) -> None:
        """A card of that kind is disputed by itself, a moment after it has paid."""
        for _ in range(_PATIENCE_S):
            if self.provider.payment(payment).disputes:
                return
            time.sleep(1)
        raise AssertionError("nobody disputes this payment: join with Card.DISPUTED")

    def settle(self, payment: str, won: bool) -> None:
        dispute = self.provider.payment(payment).disputes[0].reference
        said = "winning_evidence" if won else "losing_evidence"
        self.client.v1.disputes.update(dispute, {"evidence": {"uncategorized_text": said}, "submit": True})

    def close(self) -> None:
        self._clocks.delete(self._clock)


@contextmanager
def driving_fake() -> Iterator[FakeDriver]:
    with serving(new_fake(lambda body, signed: 200, KEY, SECRET, int(time.time()) + _AHEAD_S)) as fake:
        yield FakeDriver(fake)


@pytest.fixture
def fake_stripe() -> Iterator[FakeDriver]:
    with driving_fake() as driver:
        yield driver


@pytest.fixture
def stripe_driver() -> Iterator[Driver]:
    """Stripe's test mode where there is a key for it, the fake otherwise."""
    key = os.environ.get("STRIPE_TEST_KEY")
    if not key:
        with driving_fake() as fake:
            yield fake
        return
    assert key.startswith(("sk_test_", "rk_test_")), "STRIPE_TEST_KEY should be a key of Stripe's test mode"
    stripe = StripeDriver(key)
    try:
        yield stripe
    finally:
        stripe.close()
