"""What Stripe says of its things, in the port's words. Pure: takes Stripe's objects as dicts."""

from datetime import datetime
from typing import Any, Final

from hub.billing.seen import (
    CheckoutSeen,
    CheckoutState,
    EndedWhy,
    Interval,
    InvoiceSeen,
    Price,
    SubscriptionSeen,
    SubscriptionState,
    Unit,
)
from hub.billing.stripe.money import cents_of
from hub.billing.stripe.names import instant, instant_of, number_of, ours_of, plan_of

_FAILED: Final = frozenset({"payment_failed", "payment_disputed"})
_NO_MONEY: Final = frozenset({"requires_payment_method", "canceled"})
_PAID: Final = frozenset({"paid", "no_payment_required"})


def checkout(session: dict[str, Any]) -> CheckoutSeen:
    """With its `payment_intent` expanded."""
    intent = session.get("payment_intent")
    status = intent.get("status") if isinstance(intent, dict) else None
    state = CheckoutState(session["status"])
    return CheckoutSeen(
        reference=session["id"],
        ours=ours_of(session),
        state=state,
        is_paid=session["payment_status"] in _PAID,
        payer=number_of(session.get("customer")),
        subscription=number_of(session.get("subscription")),
        payment=number_of(intent),
        payment_failed=state is CheckoutState.COMPLETE and status in _NO_MONEY,
    )


def item_of(subscription: dict[str, Any]) -> dict[str, Any]:
    """Ours, where somebody has added another at Stripe."""
    items: list[dict[str, Any]] = subscription["items"]["data"]
    return next((item for item in items if plan_of(number_of(item["price"]["product"]))), items[0])


def subscription(thing: dict[str, Any], paid_until: datetime | None) -> SubscriptionSeen:
    """With its `latest_invoice` expanded."""
    item = item_of(thing)
    state = SubscriptionState(thing["status"])
    ends_at = instant(item["current_period_end"])
    cancel_at = instant_of(thing.get("cancel_at")) or (ends_at if thing["cancel_at_period_end"] else None)
    return SubscriptionSeen(
        reference=thing["id"],
        ours=ours_of(thing),
        payer=number_of(thing["customer"]),
        state=state,
        started_at=instant(thing["start_date"]),
        period_started_at=instant(item["current_period_start"]),
        period_ends_at=ends_at,
        price=_price(item["price"]),
        seats=item.get("quantity") or 1,
        paid_until=paid_until,
        trial_until=instant_of(thing.get("trial_end")),
        cancel_at_end=cancel_at is not None,
        cancel_at=cancel_at,
        ended_at=instant_of(thing.get("ended_at")),
        ended_why=_ended_why(thing, state),
        retry_at=_retry_at(thing),
    )


def settled_until(thing: dict[str, Any]) -> datetime | None:
    """The end of what is paid for, as far as the subscription and its latest invoice tell; None: they do not.

    The period has moved on when a renewal is not paid yet: for about an hour its invoice is a draft, and the
    subscription `active`.
    """
    if thing["status"] == SubscriptionState.TRIALING:
        return instant_of(thing["trial_end"])
    invoice = thing.get("latest_invoice") or {"status": "paid"}
    closed = thing["status"] == SubscriptionState.ACTIVE and invoice["status"] in ("void", "uncollectible")
    return instant(item_of(thing)["current_period_end"]) if invoice["status"] == "paid" or closed else None


def paid_until(paid: list[dict[str, Any]]) -> datetime | None:
    """The end of the last service period that these paid invoices are for; None: they are for none."""
    ends = [
        line["period"]["end"]
        for each in paid
        for line in each["lines"]["data"]
        if (line.get("parent") or {}).get("type") == "subscription_item_details"
    ]
    return instant_of(max(ends, default=None))


def invoice(thing: dict[str, Any]) -> InvoiceSeen:
    return InvoiceSeen(
        reference=thing["id"],
        number=thing.get("number") or "",
        at=instant(thing["created"]),
        cents=cents_of(thing["total"], thing["currency"]),
        currency=thing["currency"].upper(),
        is_paid=thing["status"] == "paid",
        address=thing.get("hosted_invoice_url") or "",
        pdf=thing.get("invoice_pdf") or "",
    )


def _price(price: dict[str, Any]) -> Price:
    every = price.get("recurring")
    return Price(
        plan=plan_of(number_of(price["product"])),
        name=price.get("nickname") or "",
        cents=cents_of(price.get("unit_amount") or 0, price["currency"]),
        currency=price["currency"].upper(),
        interval=Interval(Unit(every["interval"]), every["interval_count"]) if every else None,
    )


def _ended_why(thing: dict[str, Any], state: SubscriptionState) -> EndedWhy | None:
    if state is SubscriptionState.INCOMPLETE_EXPIRED:
        return EndedWhy.PAYMENT_FAILED
    if state is not SubscriptionState.CANCELED:
        return None
    reason = (thing.get("cancellation_details") or {}).get("reason")
    return EndedWhy.PAYMENT_FAILED if reason in _FAILED else EndedWhy.WISH


def _retry_at(thing: dict[str, Any]) -> datetime | None:
    last = thing.get("latest_invoice") or {}
    return instant_of(last.get("next_payment_attempt")) if last.get("status") == "open" else None
