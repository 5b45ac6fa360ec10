"""An order as Checkout is told of it: mode, lines, trial, and our name on everything that comes of it."""

from datetime import timedelta
from math import ceil
from typing import Any

from django.utils.translation import gettext as _

from hub.billing.seen import Order, Price
from hub.billing.stripe.money import amount_of
from hub.billing.stripe.names import OURS, product_of


def checkout_of(order: Order) -> dict[str, Any]:
    """Stripe has a page open for 30 minutes to 24 hours: `order.until` has to lie there."""
    ours = {OURS: order.ours}
    subscribes = order.price.interval is not None
    return {
        "mode": "subscription" if subscribes else "payment",
        "line_items": _lines(order),
        "success_url": order.success,
        "cancel_url": order.cancel,
        "expires_at": int(order.until.timestamp()),
        "client_reference_id": order.ours,
        "metadata": ours,
        "locale": order.language or "auto",
        **_payer(order),
        **(
            {"subscription_data": _subscription(order)}
            if subscribes
            else {"payment_intent_data": {"metadata": ours}}
        ),
    }


def price_of(price: Price) -> dict[str, Any]:
    """Of a product that stands at Stripe already."""
    every = price.interval and {"interval": price.interval.unit.value, "interval_count": price.interval.count}
    return {
        "product": product_of(price.plan),
        "currency": price.currency.lower(),
        "unit_amount": amount_of(price.cents, price.currency),
        **({"recurring": every} if every else {}),
    }


def _lines(order: Order) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = [{"price_data": price_of(order.price), "quantity": order.seats}]
    if order.setup_fee_cents:
        once = {
            "product_data": {"name": _("Setup fee")},
            "currency": order.price.currency.lower(),
            "unit_amount": amount_of(order.setup_fee_cents, order.price.currency),
        }
        lines.append({"price_data": once, "quantity": 1})
    return lines


def _payer(order: Order) -> dict[str, Any]:
    """Whoever is not there yet becomes a customer by paying, so that nobody is told of who only looked."""
    if order.payer.reference:
        return {"customer": order.payer.reference}
    email = {"customer_email": order.payer.email} if order.payer.email else {}
    return email if order.price.interval else {**email, "customer_creation": "always"}


def _subscription(order: Order) -> dict[str, Any]:
    data: dict[str, Any] = {"metadata": {OURS: order.ours}}
    if order.trial_until is not None:
        # Whole days from when they join, as Checkout takes no trial's end that is less than two days away.
        days = ceil((order.trial_until - order.until) / timedelta(days=1))
        data |= {
            "trial_period_days": max(1, days),
            # Nobody is in a membership that nobody can pay for.
            "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}},
        }
    return data
