"""Which webhooks are Stripe's, and of what they tell: signed, by which secret, when, and in which world."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.fake_stripe.webhooks import signature
from hub.billing.port import WebhookRefused
from hub.billing.seen import About, EventSeen
from hub.billing.stripe.connection import API_VERSION
from hub.billing.stripe.events import TABLE
from hub.billing.stripe.provider import StripeProvider
from hub.environment import STRIPE_URL, StripeWay

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
OLD, NEW = "whsec_old", "whsec_new"


def provider(key: str = "sk_test_1") -> StripeProvider:
    return StripeProvider(StripeWay(key, (NEW, OLD)))


def body(kind: str = "customer.subscription.updated", **fields: Any) -> bytes:
    thing = {"id": "sub_1", "object": "subscription", **fields.pop("object", {})}
    event = {"id": "evt_1", "object": "event", "type": kind, "created": int(AT.timestamp()), "livemode": False}
    return json.dumps({**event, "data": {"object": thing}, **fields}).encode()


def read(
    said: bytes, secret: str = NEW, age: timedelta = timedelta(0), signed: str = "", key: str = "sk_test_1"
) -> EventSeen:
    header = signed or signature(said, secret, int((AT - age).timestamp()))
    return provider(key).read_webhook(said, header, AT)


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_one_that_is_signed(secret: str) -> None:
    assert read(body(), secret) == EventSeen("evt_1", About.SUBSCRIPTION, "sub_1", AT)


@pytest.mark.parametrize("age", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_one_that_was_a_while_on_its_way(age: timedelta) -> None:
    assert read(body(), age=age).id == "evt_1"


@pytest.mark.parametrize("age", [timedelta(minutes=5, seconds=1), timedelta(days=1), timedelta(minutes=-6)])
def test_one_that_is_old_is_refused(age: timedelta) -> None:
    """So is one from another clock."""
    with pytest.raises(WebhookRefused, match="too long ago"):
        read(body(), age=age)


SIGNED = signature(body(), NEW, int(AT.timestamp()))


@pytest.mark.parametrize(
    "signed",
    [
        " ",
        "t=",
        "t=1,v1=",
        "v1=" + SIGNED.partition("v1=")[2],
        SIGNED.replace("v1=", "v0="),
        SIGNED[:-1] + ("0" if SIGNED[-1] != "0" else "1"),
        SIGNED.replace("t=", "t=1"),
        "t=" + "9" * 400 + ",v1=00",
        SIGNED.partition(",")[0] + ",v1=ä",
        "t=\x00,v1=00",
    ],
)
def test_one_that_is_forged_is_refused(signed: str) -> None:
    with pytest.raises(WebhookRefused):
        read(body(), signed=signed)


def test_one_of_another_secret_is_refused() -> None:
    with pytest.raises(WebhookRefused):
        read(body(), "whsec_of_another_account")


def test_one_that_was_changed_is_refused() -> None:
    with pytest.raises(WebhookRefused):
        provider().read_webhook(body().replace(b"sub_1", b"sub_2"), SIGNED, AT)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"id": "evt_1"}',
        body().replace(b'"data"', b'"else"'),
        body(data={"object": "sub_1"}),
        body(created="soon"),
        body(created=10**30),
        b"[" * 100_000,
    ],
)
def test_what_is_no_event_is_refused(said: bytes) -> None:
    with pytest.raises(WebhookRefused):
        read(said)


def test_what_other_accounts_and_the_other_world_do_is_of_no_matter() -> None:
    assert read(body(account="acct_other")).about is About.NOTHING
    assert read(body(livemode=True)).about is About.NOTHING
    assert read(body(), key="sk_live_1").about is About.NOTHING
    assert read(body(livemode=True), key="sk_live_1").about is About.SUBSCRIPTION


def test_what_is_not_in_the_table_is_of_no_matter() -> None:
    assert read(body("customer.updated")) == EventSeen("evt_1", About.NOTHING, "", AT)


@pytest.mark.parametrize(
    ("kind", "thing", "about", "reference"),
    [
        ("checkout.session.completed", {"id": "cs_1"}, About.CHECKOUT, "cs_1"),
        (
            "invoice.paid",
            {"parent": {"subscription_details": {"subscription": "sub_9"}}},
            About.SUBSCRIPTION,
            "sub_9",
        ),
        ("invoice.paid", {"parent": None}, About.NOTHING, ""),
        ("payment_intent.succeeded", {"id": "pi_1"}, About.PAYMENT, "pi_1"),
        ("refund.failed", {"id": "re_1", "payment_intent": "pi_1"}, About.PAYMENT, "pi_1"),
        ("charge.dispute.closed", {"payment_intent": {"id": "pi_1"}}, About.PAYMENT, "pi_1"),
        ("charge.dispute.created", {"payment_intent": None}, About.NOTHING, ""),
    ],
)
def test_of_what_each_tells(kind: str, thing: dict[str, Any], about: About, reference: str) -> None:
    seen = read(body(kind, object=thing))
    assert (seen.about, seen.reference) == (about, reference)


def test_stripe_lists_events_by_no_more_types() -> None:
    assert len(TABLE) <= 20


def test_its_secrets_are_in_no_repr() -> None:
    made = provider("sk_test_secret")
    for said in (repr(made), repr(made._way), str(vars(made))):
        assert "secret" not in said.replace("secrets", "") and NEW not in said


def test_where_staff_look_at_it() -> None:
    pages = provider("sk_live_1").dashboard_address, provider().dashboard_address
    assert [page(About.SUBSCRIPTION, "sub_1") for page in pages] == [
        "https://dashboard.stripe.com/subscriptions/sub_1",
        "https://dashboard.stripe.com/test/subscriptions/sub_1",
    ]
    assert pages[0](About.CHECKOUT, "cs_1") == ""
    assert StripeWay("sk_test_1", ()).url == STRIPE_URL


def test_the_documentation_names_what_the_webhook_has_to_tell() -> None:
    said = (Path(__file__).parents[2] / "docs" / "billing.md").read_text("utf-8")
    assert all(f"`{kind}`" in said for kind in TABLE)
    assert API_VERSION in said
