"""Money as Stripe has it: payments with their refunds and disputes, in the port's words. Pure."""

from typing import Any, Final

from hub.billing.port import DisputeSeen, DisputeState, PaymentSeen, PaymentState, RefundSeen
from hub.billing.stripe.names import instant, number_of, ours_of

_STATES: Final = {
    "succeeded": PaymentState.PAID,
    "canceled": PaymentState.FAILED,
    "requires_payment_method": PaymentState.FAILED,
}
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
        cents=intent["amount"],
        currency=intent["currency"].upper(),
        at=instant(intent["created"]),
        subscription=number_of(details.get("subscription")),
        refunds=tuple(map(refund, refunds)),
        disputes=tuple(map(_dispute, disputes)),
    )


def refund(thing: dict[str, Any]) -> RefundSeen:
    return RefundSeen(thing["id"], thing["amount"], thing["status"] == "succeeded", instant(thing["created"]))


def _dispute(thing: dict[str, Any]) -> DisputeSeen:
    state = _DISPUTES.get(thing["status"], DisputeState.OPEN)
    return DisputeSeen(thing["id"], thing["amount"], state, instant(thing["created"]))
