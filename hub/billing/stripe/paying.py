"""Money as Stripe has it: payments with their refunds and disputes, in the port's words. Pure."""

from typing import Any, Final

from hub.billing.seen import (
    DisputeSeen,
    DisputeState,
    PaymentSeen,
    PaymentState,
    RefundSeen,
)
from hub.billing.stripe.money import cents_of
from hub.billing.stripe.names import instant, number_of, ours_of

_STATES: Final = {
    "succeeded": PaymentState.PAID,
    "canceled": PaymentState.FAILED,
    "requires_payment_method": PaymentState.FAILED,
}
_NOT_BACK: Final = ("failed", "canceled")
_DISPUTES: Final = {
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "prevented": DisputeState.WON,
    "lost": DisputeState.LOST,
}


def payment(
    intent: dict[str, Any],
    paid_invoice: dict[str, Any] | None,
    refunds: list[dict[str, Any]],
    disputes: list[dict[str, Any]],
) -> PaymentSeen:
    """`paid_invoice`: what it is a payment of, or None."""
    details = ((paid_invoice or {}).get("parent") or {}).get("subscription_details") or {}
    return PaymentSeen(
        reference=intent["id"],
        ours=ours_of(intent),
        payer=number_of(intent.get("customer")),
        state=_STATES.get(intent["status"], PaymentState.OPEN),
        cents=cents_of(intent["amount"], intent["currency"]),
        currency=intent["currency"].upper(),
        at=instant(intent["created"]),
        subscription=number_of(details.get("subscription")),
        refunds=tuple(map(refund, refunds)),
        disputes=tuple(map(_dispute, disputes)),
    )


def refund(thing: dict[str, Any]) -> RefundSeen:
    status, cents = thing["status"], cents_of(thing["amount"], thing["currency"])
    return RefundSeen(thing["id"], cents, status == "succeeded", instant(thing["created"]), status in _NOT_BACK)


def _dispute(thing: dict[str, Any]) -> DisputeSeen:
    state = _DISPUTES.get(thing["status"], DisputeState.OPEN)
    cents = cents_of(thing["amount"], thing["currency"])
    return DisputeSeen(thing["id"], cents, state, instant(thing["created"]))
