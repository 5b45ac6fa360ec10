"""Stripe as the port's provider: what is asked of it, one call after another; it answers how things are then."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from stripe import StripeClient

from hub.billing.port import NotThere, ProviderRefused, WebhookRefused
from hub.billing.seen import (
    About,
    CheckoutSeen,
    CheckoutStarted,
    EventSeen,
    InvoiceSeen,
    Order,
    PaymentSeen,
    Price,
    RefundSeen,
    SubscriptionSeen,
    SubscriptionState,
)
from hub.billing.stripe import money, paying, seeing, signatures
from hub.billing.stripe.connection import asking, client_of
from hub.billing.stripe.events import TABLE, event
from hub.billing.stripe.money import amount_of
from hub.billing.stripe.names import instant, product_of
from hub.billing.stripe.ordering import checkout_of, price_of
from hub.environment import STRIPE_URL, StripeWay

_MOST: Final = 100
"""In one page of a list."""
_LAST_INVOICES: Final = 5
"""Some are of changes in the middle of a period; the end of the latest period is among so many."""
_INVOICE: Final = {"expand": ["latest_invoice"]}
_INTENT: Final = {"expand": ["payment_intent"]}
_PAGES: Final = {About.SUBSCRIPTION: "subscriptions", About.PAYMENT: "payments"}


class StripeProvider:
    """See hub.billing.port.Provider."""

    name = "stripe"

    def __init__(self, way: StripeWay) -> None:
        self._way = way
        self._client: StripeClient = client_of(way)

    def check_price(self, price: Price, setup_fee_cents: int) -> None:
        money.check(price, setup_fee_cents)

    def begin_checkout(self, order: Order, key: str) -> CheckoutStarted:
        self._see_to_product(order.price)
        with asking():
            session = self._client.v1.checkout.sessions.create(checkout_of(order), {"idempotency_key": key})
        return CheckoutStarted(session.id, session.url or "", instant(session.expires_at))

    def checkout(self, reference: str) -> CheckoutSeen:
        with asking():
            return seeing.checkout(self._client.v1.checkout.sessions.retrieve(reference, _INTENT).to_dict())

    def close_checkout(self, reference: str) -> CheckoutSeen:
        try:
            with asking():
                session = self._client.v1.checkout.sessions.expire(reference, _INTENT)
                return seeing.checkout(session.to_dict())
        except NotThere:
            raise
        except ProviderRefused:  # it is open no more
            return self.checkout(reference)

    def subscription(self, reference: str) -> SubscriptionSeen:
        return self._seen(self._subscription(reference))

    def payment(self, reference: str) -> PaymentSeen:
        its = {"payment_intent": reference, "limit": _MOST}
        with asking():
            v1 = self._client.v1
            intent = v1.payment_intents.retrieve(reference).to_dict()
            refunds, disputes = v1.refunds.list(its).to_dict(), v1.disputes.list(its).to_dict()
            return paying.payment(intent, self._invoice_of(reference), refunds["data"], disputes["data"])

    def cancel_at_end(self, reference: str, key: str) -> SubscriptionSeen:
        return self._update(reference, {"cancel_at_period_end": True}, key)

    def keep(self, reference: str, key: str) -> SubscriptionSeen:
        """By which of two ways it is to end says Stripe; only one of them may be taken back."""
        thing = self._subscription(reference)
        if thing["cancel_at_period_end"]:
            return self._update(reference, {"cancel_at_period_end": False}, key)
        return self._update(reference, {"cancel_at": ""}, key) if thing.get("cancel_at") else self._seen(thing)

    def cancel_now(self, reference: str, key: str) -> SubscriptionSeen:
        try:
            with asking():
                thing = self._client.v1.subscriptions.cancel(reference, _INVOICE, {"idempotency_key": key})
            return self._seen(thing.to_dict())
        except NotThere:  # over already, or never there
            return self.subscription(reference)

    def change_plan(self, reference: str, price: Price, seats: int, key: str) -> SubscriptionSeen:
        """What it costs more is paid at once, or nothing is changed."""
        item = seeing.item_of(self._subscription(reference))
        self._see_to_product(price)
        change = {
            "items": [{"id": item["id"], "price_data": price_of(price), "quantity": seats}],
            "proration_behavior": "always_invoice",
            "payment_behavior": "error_if_incomplete",
        }
        return self._update(reference, change, key)

    def tell_address(self, payer: str, email: str) -> None:
        with asking():
            self._client.v1.customers.update(payer, {"email": email})

    def portal(self, payer: str, return_address: str) -> str:
        with asking():
            asked = {"customer": payer, "return_url": return_address}
            return self._client.v1.billing_portal.sessions.create(asked).url

    def invoices(self, payer: str) -> list[InvoiceSeen]:
        with asking():
            found = self._client.v1.invoices.list({"customer": payer, "limit": _MOST}).to_dict()
        return [seeing.invoice(each) for each in found["data"] if each["status"] != "draft"]

    def refund(self, payment: str, cents: int, currency: str, key: str) -> RefundSeen:
        with asking():
            asked = {"payment_intent": payment, "amount": amount_of(cents, currency)}
            return paying.refund(self._client.v1.refunds.create(asked, {"idempotency_key": key}).to_dict())

    def dashboard_address(self, about: About, reference: str) -> str:
        if about not in _PAGES or self._way.url != STRIPE_URL:
            return ""
        return f"https://dashboard.stripe.com/{'' if self._way.live else 'test/'}{_PAGES[about]}/{reference}"

    def read_webhook(self, body: bytes, signature: str, at: datetime) -> EventSeen:
        found = signatures.read(body, signature, self._way.secrets, at)
        try:
            return event(found, self._way.live)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise WebhookRefused("no event of Stripe's") from error

    def events_since(self, since: datetime) -> list[EventSeen]:
        asked = {"created": {"gte": int(since.timestamp())}, "types": list(TABLE), "limit": _MOST}
        with asking():
            found = [each.to_dict() for each in self._client.v1.events.list(asked).auto_paging_iter()]
        return [event(each, self._way.live) for each in reversed(found)]

    def _subscription(self, reference: str) -> dict[str, Any]:
        with asking():
            return dict(self._client.v1.subscriptions.retrieve(reference, _INVOICE).to_dict())

    def _update(self, reference: str, change: dict[str, Any], key: str) -> SubscriptionSeen:
        with asking():
            options: Any = {"idempotency_key": key}
            thing = self._client.v1.subscriptions.update(reference, {**change, **_INVOICE}, options)
        return self._seen(thing.to_dict())

    def _seen(self, thing: dict[str, Any]) -> SubscriptionSeen:
        until = seeing.settled_until(thing)
        if until is None and thing["status"] not in (
            SubscriptionState.INCOMPLETE,
            SubscriptionState.INCOMPLETE_EXPIRED,
        ):
            until = self._paid_until(thing["id"])
        return seeing.subscription(thing, until)

    def _paid_until(self, reference: str) -> datetime | None:
        asked: Any = {"subscription": reference, "status": "paid", "limit": _LAST_INVOICES}
        with asking():
            return seeing.paid_until(self._client.v1.invoices.list(asked).to_dict()["data"])

    def _invoice_of(self, payment: str) -> dict[str, Any] | None:
        its: Any = {"payment": {"type": "payment_intent", "payment_intent": payment}, "expand": ["data.invoice"]}
        found = self._client.v1.invoice_payments.list(its).to_dict()["data"]
        return found[0]["invoice"] if found else None

    def _see_to_product(self, price: Price) -> None:
        """It has the plan's name, whatever that was before."""
        product, called = product_of(price.plan), {"name": price.name, "active": True}
        try:
            with asking():
                self._client.v1.products.update(product, called)
        except NotThere:
            # Refused where another has made it meanwhile; whatever else is wrong, the next call says.
            with suppress(ProviderRefused), asking():
                self._client.v1.products.create({"id": product, "name": price.name})


def stripe_of(way: StripeWay | None) -> StripeProvider | None:
    """None: this hub has no key of Stripe's."""
    return None if way is None else StripeProvider(way)
