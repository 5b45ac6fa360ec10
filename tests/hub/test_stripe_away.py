"""Stripe down, slow, busy or cut off, at each call: it says so, nothing is done twice, and no secret is told."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from traceback import format_exception
from typing import Any

import pytest
from stripe import HTTPClient

from demo.fake_stripe.faults import Kind
from hub.billing.port import ProviderAway, ProviderRefused
from hub.billing.stripe import connection
from hub.billing.stripe.provider import StripeProvider
from hub.environment import StripeWay
from tests.hub.receiver import closed_port
from tests.hub.stripe_driver import GOLD, KEY, SECRET, FakeDriver, order_of


@dataclass(frozen=True)
class Standing:
    """A subscription that is paid for, and what it brought about."""

    at: datetime
    subscription: str
    checkout: str
    payment: str
    payer: str


Call = Callable[[StripeProvider, Standing], Any]
CALLS: dict[str, Call] = {
    "begin_checkout": lambda provider, it: provider.begin_checkout(
        order_of(GOLD, it.at, ours="an-order"), "an-order"
    ),
    "checkout": lambda provider, it: provider.checkout(it.checkout),
    "close_checkout": lambda provider, it: provider.close_checkout(it.checkout),
    "subscription": lambda provider, it: provider.subscription(it.subscription),
    "payment": lambda provider, it: provider.payment(it.payment),
    "cancel_at_end": lambda provider, it: provider.cancel_at_end(it.subscription, "key-cancel"),
    "keep": lambda provider, it: provider.keep(it.subscription, "key-keep"),
    "cancel_now": lambda provider, it: provider.cancel_now(it.subscription, "key-now"),
    "change_plan": lambda provider, it: provider.change_plan(it.subscription, GOLD, 5, "key-plan"),
    "tell_address": lambda provider, it: provider.tell_address(it.payer, "ada@home.example"),
    "portal": lambda provider, it: provider.portal(it.payer, "https://hub.example/card/"),
    "invoices": lambda provider, it: provider.invoices(it.payer),
    "refund": lambda provider, it: provider.refund(it.payment, 100, "EUR", "key-refund"),
    "events_since": lambda provider, it: provider.events_since(it.at),
}
WRITES: dict[str, tuple[str, int]] = {
    "begin_checkout": ("checkout.session", 2),
    "change_plan": ("invoice", 2),
    "refund": ("refund", 1),
}
"""How many of a kind there are at Stripe after it was done once."""


@pytest.fixture
def provider(fake_stripe: FakeDriver, monkeypatch: pytest.MonkeyPatch) -> StripeProvider:
    """It waits less than a person would."""
    monkeypatch.setattr(connection, "_ANSWER_S", 0.2)
    monkeypatch.setattr(HTTPClient, "INITIAL_DELAY", 0.01)
    return StripeProvider(StripeWay(KEY, (SECRET,), fake_stripe.fake.address))


@pytest.fixture
def standing(fake_stripe: FakeDriver) -> Standing:
    at = fake_stripe.now()
    reference = fake_stripe.join(GOLD)
    v1 = fake_stripe.client.v1
    return Standing(
        at,
        reference,
        v1.checkout.sessions.list().data[0].id,
        v1.payment_intents.list().data[0].id,
        v1.customers.list().data[0].id,
    )


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("call", list(CALLS))
def test_each_call_says_so_and_is_done_once_when_it_is_asked_again(
    fake_stripe: FakeDriver, provider: StripeProvider, standing: Standing, call: str, kind: Kind
) -> None:
    fake_stripe.fake.breaks(kind, times=20)
    with pytest.raises(ProviderAway):
        CALLS[call](provider, standing)
    fake_stripe.fake.faults.clear()
    CALLS[call](provider, standing)
    if call in WRITES:
        of, count = WRITES[call]
        assert len(fake_stripe.fake.world.all(of)) == count


@pytest.mark.parametrize("call", list(WRITES))
def test_an_answer_that_is_lost_is_asked_for_again_at_once(
    fake_stripe: FakeDriver, provider: StripeProvider, standing: Standing, call: str
) -> None:
    """By the library, with the same key."""
    fake_stripe.fake.breaks(Kind.CUT_AFTER, method="POST")
    CALLS[call](provider, standing)
    of, count = WRITES[call]
    assert len(fake_stripe.fake.world.all(of)) == count


def test_every_write_has_a_key_of_ours(
    fake_stripe: FakeDriver, provider: StripeProvider, standing: Standing
) -> None:
    fake_stripe.fake.asked.clear()
    for call in ("begin_checkout", "cancel_at_end", "keep", "change_plan", "refund", "cancel_now"):
        CALLS[call](provider, standing)
    keys = [
        asked.key for asked in fake_stripe.fake.asked if asked.method != "GET" and "products" not in asked.path
    ]
    assert keys == ["an-order", "key-cancel", "key-keep", "key-plan", "key-refund", "key-now"]


def test_another_key_is_said_without_it(fake_stripe: FakeDriver, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = StripeWay("sk_test_stolen", ("whsec_stolen",), fake_stripe.fake.address)
    provider = StripeProvider(wrong)
    with pytest.raises(ProviderAway, match="does not take the hub's key") as refused:
        provider.subscription("sub_1")
    told = "".join(format_exception(refused.value)) + caplog.text
    assert "stolen" not in f"{told}{provider!r}{vars(provider)!r}{wrong!r}"


def test_what_stripe_said_of_somebody_is_in_no_error(fake_stripe: FakeDriver, provider: StripeProvider) -> None:
    order = order_of(GOLD, fake_stripe.now(), success="not-an-address-of-ada")
    with pytest.raises(ProviderRefused) as refused:
        provider.begin_checkout(order, "key")
    told = "".join(format_exception(refused.value))
    assert "Not a valid URL" not in told and "req_" in str(refused.value)


def test_nobody_at_that_address() -> None:
    provider = StripeProvider(StripeWay(KEY, (SECRET,), f"http://127.0.0.1:{closed_port()}"))
    with pytest.raises(ProviderAway, match="try again in a few minutes"):
        provider.subscription("sub_1")
