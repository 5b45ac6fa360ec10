"""Which of Stripe's events say something to us, and of what: ONE table. What they say beside is not read."""

from typing import Any, Final

from hub.billing.seen import About, EventSeen
from hub.billing.stripe.names import instant, number_of

_ITSELF: Final = ("id",)
_SUBSCRIPTION: Final = ("parent", "subscription_details", "subscription")
_PAYMENT: Final = ("payment_intent",)

TABLE: Final[dict[str, tuple[About, tuple[str, ...]]]] = {
    "checkout.session.completed": (About.CHECKOUT, _ITSELF),
    "checkout.session.async_payment_succeeded": (About.CHECKOUT, _ITSELF),
    "checkout.session.async_payment_failed": (About.CHECKOUT, _ITSELF),
    "checkout.session.expired": (About.CHECKOUT, _ITSELF),
    "customer.subscription.created": (About.SUBSCRIPTION, _ITSELF),
    "customer.subscription.updated": (About.SUBSCRIPTION, _ITSELF),
    "customer.subscription.deleted": (About.SUBSCRIPTION, _ITSELF),
    "customer.subscription.paused": (About.SUBSCRIPTION, _ITSELF),
    "customer.subscription.resumed": (About.SUBSCRIPTION, _ITSELF),
    "invoice.paid": (About.SUBSCRIPTION, _SUBSCRIPTION),
    "invoice.payment_failed": (About.SUBSCRIPTION, _SUBSCRIPTION),
    "invoice.voided": (About.SUBSCRIPTION, _SUBSCRIPTION),
    "invoice.marked_uncollectible": (About.SUBSCRIPTION, _SUBSCRIPTION),
    "payment_intent.succeeded": (About.PAYMENT, _ITSELF),
    "payment_intent.payment_failed": (About.PAYMENT, _ITSELF),
    "refund.created": (About.PAYMENT, _PAYMENT),
    "refund.updated": (About.PAYMENT, _PAYMENT),
    "refund.failed": (About.PAYMENT, _PAYMENT),
    "charge.dispute.created": (About.PAYMENT, _PAYMENT),
    "charge.dispute.closed": (About.PAYMENT, _PAYMENT),
}
"""By type: what it is of, and where in the object its id stands. As many as Stripe lists by at once."""


def event(thing: dict[str, Any], live: bool) -> EventSeen:
    """`live`: whether our key is; what the other world says is About.NOTHING, as is what another's account does.

    KeyError, TypeError, ValueError: it is none.
    """
    about, path = TABLE.get(thing["type"], (About.NOTHING, _ITSELF))
    reference = _at(thing["data"]["object"], path)
    other = bool(thing.get("account")) or thing["livemode"] is not live
    if other or not reference or about is About.NOTHING:
        about, reference = About.NOTHING, ""
    return EventSeen(str(thing["id"]), about, reference, instant(thing["created"]))


def _at(found: Any, path: tuple[str, ...]) -> str:
    for name in path:
        found = (found or {}).get(name)
    return number_of(found)
