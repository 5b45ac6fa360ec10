"""Checkout's pages through the port, paid as somebody pays them: at the fake alone, as Stripe's want a browser."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from demo.fake_stripe.problems import Problem
from hub.billing.port import ProviderRefused
from hub.billing.seen import (
    About,
    CheckoutStarted,
    CheckoutState,
    Order,
    PaymentState,
    Price,
    SubscriptionState,
)
from hub.billing.stripe.connection import API_VERSION
from tests.hub.stripe_driver import GOLD, LATER, FakeDriver, order_of

DAY_CARD = Price("day", "A day", 1_500, "EUR")


def begun(driver: FakeDriver, order: Order) -> CheckoutStarted:
    return driver.provider.begin_checkout(order, order.ours)


def made(driver: FakeDriver, **fields: Any) -> tuple[Order, CheckoutStarted]:
    order = order_of(fields.pop("price", GOLD), driver.now(), **fields)
    return order, begun(driver, order)


def test_a_page_that_is_open(fake_stripe: FakeDriver) -> None:
    order, started = made(fake_stripe)
    assert started.address.startswith(fake_stripe.fake.address)
    assert started.until == order.until
    now = fake_stripe.provider.checkout(started.reference)
    assert (now.ours, now.state, now.is_paid) == (order.ours, CheckoutState.OPEN, False)
    assert (now.payer, now.subscription, now.payment) == ("", "", "")


def test_what_stripe_is_asked(fake_stripe: FakeDriver) -> None:
    trial = fake_stripe.now() + timedelta(days=14)
    order, _ = made(fake_stripe, seats=4, setup_fee_cents=900, trial_until=trial, language="de")
    asked = fake_stripe.fake.asked[-1]
    assert (asked.path, asked.key, asked.version) == ("checkout/sessions", order.ours, API_VERSION)
    first, second = asked.form["line_items"]
    assert (first["quantity"], first["price_data"]["product"]) == ("4", "doorward_gold")
    assert first["price_data"]["recurring"] == {"interval": "month", "interval_count": "1"}
    assert (first["price_data"]["unit_amount"], second["price_data"]["unit_amount"]) == ("2000", "900")
    assert asked.form["subscription_data"]["trial_period_days"] == "14"
    assert (asked.form["locale"], asked.form["customer_email"]) == ("de", "ada@club.example")
    assert asked.form["metadata"] == asked.form["subscription_data"]["metadata"] == {"doorward": order.ours}


def test_paid_in_a_browser(fake_stripe: FakeDriver) -> None:
    order, started = made(fake_stripe, seats=2, setup_fee_cents=500)
    assert "4500 in minor units of EUR" in httpx.get(started.address).text
    answer = press(started.address, "decline")
    assert (answer.status_code, "declined" in answer.text) == (200, True)
    assert fake_stripe.provider.checkout(started.reference).state is CheckoutState.OPEN
    assert press(started.address, "pay").headers["location"] == order.success
    now = fake_stripe.provider.checkout(started.reference)
    assert (now.state, now.is_paid, now.payment_failed) == (CheckoutState.COMPLETE, True, False)
    subscription = fake_stripe.provider.subscription(now.subscription)
    assert (subscription.ours, subscription.payer, subscription.seats) == (order.ours, now.payer, 2)
    assert fake_stripe.provider.invoices(now.payer)[0].cents == 4_500


def test_left_without_paying(fake_stripe: FakeDriver) -> None:
    order, started = made(fake_stripe)
    assert press(started.address, "back").headers["location"] == order.cancel


def test_paid_once(fake_stripe: FakeDriver) -> None:
    order, started = made(fake_stripe, price=DAY_CARD)
    fake_stripe.fake.pay(started.reference)
    now = fake_stripe.provider.checkout(started.reference)
    assert (now.is_paid, now.subscription, bool(now.payer)) == (True, "", True)
    payment = fake_stripe.provider.payment(now.payment)
    assert (payment.ours, payment.state, payment.cents) == (order.ours, PaymentState.PAID, 1_500)
    assert (payment.subscription, payment.payer) == ("", now.payer)


@pytest.mark.parametrize("pays", [True, False])
def test_paid_once_by_a_way_that_takes_days(fake_stripe: FakeDriver, pays: bool) -> None:
    _, started = made(fake_stripe, price=DAY_CARD)
    fake_stripe.fake.pay(started.reference, later=True)
    now = fake_stripe.provider.checkout(started.reference)
    assert (now.state, now.is_paid, now.payment_failed) == (CheckoutState.COMPLETE, False, False)
    assert fake_stripe.provider.payment(now.payment).state is PaymentState.OPEN
    fake_stripe.pass_time(timedelta(days=3))
    fake_stripe.fake.settle(started.reference, pays)
    now = fake_stripe.provider.checkout(started.reference)
    assert (now.is_paid, now.payment_failed) == (pays, not pays)
    state = PaymentState.PAID if pays else PaymentState.FAILED
    assert fake_stripe.provider.payment(now.payment).state is state


def test_a_trial_costs_its_setup_fee_alone(fake_stripe: FakeDriver) -> None:
    trial = fake_stripe.now() + timedelta(days=1)
    _, started = made(fake_stripe, trial_until=trial, setup_fee_cents=500)
    fake_stripe.fake.pay(started.reference)
    now = fake_stripe.provider.checkout(started.reference)
    subscription = fake_stripe.provider.subscription(now.subscription)
    assert (subscription.state, subscription.trial_until) == (SubscriptionState.TRIALING, trial)
    assert fake_stripe.provider.invoices(now.payer)[0].cents == 500


def test_a_trial_without_a_fee_is_complete_with_nothing_paid(fake_stripe: FakeDriver) -> None:
    _, started = made(fake_stripe, trial_until=fake_stripe.now() + timedelta(days=30))
    fake_stripe.fake.pay(started.reference)
    now = fake_stripe.provider.checkout(started.reference)
    assert (now.is_paid, bool(now.subscription)) == (True, True)


def test_whoever_is_known_there_is_no_other_customer(fake_stripe: FakeDriver) -> None:
    _, started = made(fake_stripe)
    fake_stripe.fake.pay(started.reference)
    payer = fake_stripe.provider.checkout(started.reference).payer
    order = order_of(DAY_CARD, fake_stripe.now())
    order = replace(order, payer=replace(order.payer, reference=payer))
    second = begun(fake_stripe, order)
    fake_stripe.fake.pay(second.reference)
    assert fake_stripe.provider.checkout(second.reference).payer == payer
    assert len(fake_stripe.client.v1.customers.list().data) == 1


def test_a_page_that_nobody_used_closes(fake_stripe: FakeDriver) -> None:
    _, started = made(fake_stripe)
    fake_stripe.pass_time(LATER)
    assert fake_stripe.provider.checkout(started.reference).state is CheckoutState.EXPIRED
    with pytest.raises(Problem):
        fake_stripe.fake.pay(started.reference)


def test_closed_by_us(fake_stripe: FakeDriver) -> None:
    _, started = made(fake_stripe)
    for _ in range(2):
        assert fake_stripe.provider.close_checkout(started.reference).state is CheckoutState.EXPIRED


def test_one_that_somebody_has_paid_is_not_closed(fake_stripe: FakeDriver) -> None:
    _, started = made(fake_stripe)
    fake_stripe.fake.pay(started.reference)
    now = fake_stripe.provider.close_checkout(started.reference)
    assert (now.state, now.is_paid) == (CheckoutState.COMPLETE, True)


@pytest.mark.parametrize("confirmed", [True, False])
def test_a_bank_that_asks_for_a_confirmation(fake_stripe: FakeDriver, confirmed: bool) -> None:
    order, started = made(fake_stripe)
    reference = fake_stripe.fake.begin_incomplete(started.reference)["id"]
    now = fake_stripe.provider.subscription(reference)
    assert (now.state, now.paid_until, now.ours) == (SubscriptionState.INCOMPLETE, None, order.ours)
    if confirmed:
        fake_stripe.fake.confirm(reference)
    fake_stripe.pass_time(timedelta(hours=23))
    now = fake_stripe.provider.subscription(reference)
    ended = SubscriptionState.ACTIVE if confirmed else SubscriptionState.INCOMPLETE_EXPIRED
    assert (now.state, now.paid_until) == (ended, now.period_ends_at if confirmed else None)


def test_the_same_key_is_the_same_page(fake_stripe: FakeDriver) -> None:
    order, started = made(fake_stripe)
    assert begun(fake_stripe, order) == started
    with pytest.raises(ProviderRefused):
        fake_stripe.provider.begin_checkout(replace(order, seats=2), order.ours)


def test_a_plan_that_is_called_otherwise_is_so_there_too(fake_stripe: FakeDriver) -> None:
    made(fake_stripe)
    made(fake_stripe, price=replace(GOLD, name="Gold and more"))
    assert fake_stripe.client.v1.products.retrieve("doorward_gold").name == "Gold and more"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda order: replace(order, until=order.until - timedelta(minutes=100)),
        lambda order: replace(order, until=order.until + timedelta(days=1)),
        lambda order: replace(order, success="no address"),
        lambda order: replace(order, price=replace(order.price, currency="XX")),
    ],
)
def test_what_stripe_does_not_take_is_refused(fake_stripe: FakeDriver, spoil: Callable[[Order], Order]) -> None:
    order = spoil(order_of(GOLD, fake_stripe.now()))
    with pytest.raises(ProviderRefused, match="Stripe refused this"):
        begun(fake_stripe, order)
    assert not fake_stripe.client.v1.checkout.sessions.list().data


def test_what_a_checkout_tells_of(fake_stripe: FakeDriver) -> None:
    since = fake_stripe.now()
    _, started = made(fake_stripe)
    fake_stripe.fake.pay(started.reference)
    told = {(each.about, each.reference) for each in fake_stripe.provider.events_since(since)}
    now = fake_stripe.provider.checkout(started.reference)
    assert {(About.CHECKOUT, started.reference), (About.SUBSCRIPTION, now.subscription)} <= told


def press(address: str, button: str) -> httpx.Response:
    """A button of the fake's page; a redirect is given, not followed."""
    return httpx.post(address, data={"press": button})
