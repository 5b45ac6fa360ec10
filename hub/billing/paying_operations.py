"""What a provider says of checkouts and of money, written down in the caller's transaction under the feed's lock;
what is paid once settles its membership.

Refunds and disputes change nobody's access: staff see them, and decide.
"""

from datetime import datetime
from typing import Any

from hub.billing.applying_operations import remember_payer
from hub.billing.hand_operations import end_by_hand
from hub.billing.keeping import keep
from hub.billing.models import Checkout, Dispute, Payment, Refund, Subscription
from hub.billing.seen import (
    CheckoutSeen,
    CheckoutState,
    PaymentSeen,
    PaymentState,
)
from hub.members import status_operations
from hub.members.models import Membership
from hub.members.writing import stored


def apply_checkout(provider: str, seen: CheckoutSeen, at: datetime) -> Checkout | None:
    """None: it is none of ours."""
    checkout = Checkout.objects.select_related("membership").filter(provider=provider, public_id=seen.ours).first()
    if checkout is None:
        return None
    was_complete = checkout.state == CheckoutState.COMPLETE
    checkout.state, checkout.reference, checkout.looked_at = seen.state.value, seen.reference, at
    if seen.payment_failed:
        # Nobody can pay there any more, and nobody has.
        checkout.state = CheckoutState.EXPIRED.value
    membership = checkout.membership
    if seen.state is CheckoutState.COMPLETE:
        if membership is not None:
            remember_payer(provider, seen.payer, membership)
        if not seen.subscription and not was_complete:
            checkout.is_spare = membership is None or membership.revoked_at is not None or not membership.pending
    checkout.save()
    if seen.state is CheckoutState.COMPLETE and seen.is_paid and not seen.subscription and membership is not None:
        _settle(membership, at)
    return checkout


def apply_payment(provider: str, seen: PaymentSeen) -> Payment | None:
    """None: it is for none of our memberships."""
    source = _source(provider, seen)
    payment = Payment.objects.filter(provider=provider, reference=seen.reference).first()
    payment = payment or _new(provider, seen, source)
    if payment is None:
        return None
    # What it is of may be known as a second one only after it.
    payment.is_spare = payment.is_spare or (source is not None and _is_spare(payment, source, seen))
    payment.state, payment.cents, payment.currency = seen.state.value, seen.cents, seen.currency
    payment.done_at = seen.at if seen.state is PaymentState.PAID else None
    keep(payment)
    for refund in seen.refunds:
        _keep_refund(payment, refund)
    for dispute in seen.disputes:
        values = {"cents": dispute.cents, "state": dispute.state.value, "at": dispute.at}
        _keep(Dispute, payment, dispute.reference, values)
    return payment


def _settle(membership: Membership, at: datetime) -> None:
    """Paid once, for good."""
    if stored(membership) is not None and membership.revoked_at is None:
        status_operations.confirm_payment(membership)
        end_by_hand(membership, at)


def _source(provider: str, seen: PaymentSeen) -> Subscription | Checkout | None:
    subscriptions = Subscription.objects.select_related("membership__plan")
    subscription = subscriptions.filter(provider=provider, reference=seen.subscription).first()
    checkouts = Checkout.objects.select_related("membership__plan")
    checkout = checkouts.filter(provider=provider, public_id=seen.ours).first() if seen.ours else None
    return subscription or checkout


def _is_spare(payment: Payment, source: Subscription | Checkout, seen: PaymentSeen) -> bool:
    """For what was paid already; or it came for who was gone by then, or whose membership was revoked."""
    held = source.membership
    is_late = held is None or (held.revoked_at is not None and seen.at > held.revoked_at)
    return source.is_spare or (is_late and payment.state != PaymentState.PAID)


def _new(provider: str, seen: PaymentSeen, source: Subscription | Checkout | None) -> Payment | None:
    if source is None:
        return None
    held = source.membership
    return Payment(
        provider=provider,
        reference=seen.reference,
        membership=held,
        subscription=source if isinstance(source, Subscription) else None,
        text=source.asked["price"]["name"] if held is None and isinstance(source, Checkout) else held.plan.name,
        opened_at=seen.at,
    )


def _keep_refund(payment: Payment, seen: Any) -> None:
    """One that was asked for here, and whose answer was lost, is the same."""
    values = {"cents": seen.cents, "done": seen.done, "has_failed": seen.failed, "at": seen.at}
    asked = payment.refunds.filter(reference=None, cents=seen.cents).first()
    if asked is not None and not payment.refunds.filter(reference=seen.reference).exists():
        asked.reference = seen.reference
        asked.save(update_fields=["reference"])
    _keep(Refund, payment, seen.reference, values)


def _keep(model: Any, payment: Payment, reference: str, values: dict[str, Any]) -> None:
    found = model.objects.filter(payment=payment, reference=reference).first()
    thing = found or model(payment=payment, reference=reference)
    for name, value in values.items():
        setattr(thing, name, value)
    keep(thing)
