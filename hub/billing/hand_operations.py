"""What is paid to the organization itself, by invoice or in cash: what is owed, marked as paid, written off.

What is owed for the next period is opened some days before the present one ends. Paid, the membership goes on;
unpaid, the plan's grace runs after the end, and then it is over by itself. A first payment is before anything is
granted, but for a trial.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from contract.billing import billing_period_at
from contract.membership import AtEnd, State
from hub.billing.keeping import keep
from hub.billing.models import HAND, WRITTEN_OFF, Payment, Refund, Subscription
from hub.billing.queries import left_of, payments_of, waiting
from hub.billing.seen import EndedWhy, PaymentState, SubscriptionState
from hub.billing.signals import paid_by_hand
from hub.errors import HubError
from hub.members import billed_operations, queries, term_operations
from hub.members.models import Membership
from hub.members.writing import stored, writing

AHEAD: Final = timedelta(days=14)
"""How long before its period begins a payment is opened; of short periods half of one."""
TO_PAY: Final = timedelta(days=14)
"""How long there is for a first payment."""


class NotPayable(HubError):
    """This cannot be paid by hand, or not any more; the message says what to do."""


def begin_by_hand(membership: Membership, at: datetime, zone: ZoneInfo) -> Payment | None:
    """It is paid to the organization from now on, beginning with what is owed for its first period, or for the one
    after its trial. None: nothing is owed now, as where billing that was stopped goes on after what is paid. Told
    again, it gives what is owed.

    NotPayable: a provider bills it, or its plan says no price.
    """
    with writing():
        held = _held(membership)
        if held.billed_by:
            raise NotPayable(_("A payment provider bills this membership: cancel it there first."))
        if held.plan.price_cents is None:
            raise NotPayable(_("The plan says no price: give it one first."))
        standing = _open(held).first()
        if standing is not None:
            return standing.payments.filter(state=PaymentState.OPEN).order_by("pk").first()
        first_is_owed = held.pending or (held.trial_until is not None and not _is_paid(held))
        subscription = Subscription(
            provider=HAND,
            membership=held,
            cents=held.plan.price_cents,
            currency=held.plan.currency,
            seats=held.seats or 1,
            began_at=at,
            anchor_at=held.trial_until or held.starts_at,
            trial_until=held.trial_until,
            paid_until=_paid_until(held, first_is_owed),
        )
        keep(subscription)
        if not first_is_owed:
            return None
        due_at = held.trial_until or at + TO_PAY
        cents = _cents(subscription) + held.plan.setup_fee_cents
        return _opened(subscription, subscription.anchor_at, cents, at, due_at, zone)


def open_renewals(at: datetime, zone: ZoneInfo) -> int:
    """What is owed for periods that begin soon. How many were opened."""
    soon = at + AHEAD
    found = Subscription.objects.filter(
        provider=HAND,
        is_open=True,
        membership__ends_at__lte=soon,
        membership__revoked_at=None,
        membership__pending=False,
        membership__at_end=AtEnd.RENEWS.value,
    ).exclude(payments__state=PaymentState.OPEN)
    return sum(open_renewal(each, at, zone) is not None for each in found)


def open_renewal(subscription: Subscription, at: datetime, zone: ZoneInfo) -> Payment | None:
    """What is owed for the period after the present one; None: it does not go on, or it is too early."""
    with writing():
        held = _held(subscription.membership)
        billing, ends_at = held.plan.billing, held.ends_at
        if billing is None or ends_at is None or held.at_end != AtEnd.RENEWS:
            return None
        if at < ends_at - min(AHEAD, billing.longest / 2):
            return None
        if subscription.payments.filter(period_starts_at=ends_at).exists():
            return None
        return _opened(subscription, ends_at, _cents(subscription), at, ends_at, zone)


def mark_paid(payment: Payment, how: str, at: datetime, zone: ZoneInfo) -> Payment:
    """The money is there: the membership begins, or goes on for the period. One that is over by now begins anew.
    Told again, it changes nothing.

    NotPayable: it is no payment by hand, was written off, or its membership is gone.
    """
    with writing():
        held = _stored_payment(payment)
        if held.state == PaymentState.PAID:
            return held
        if held.state != PaymentState.OPEN:
            raise NotPayable(_("This was written off: open what is owed anew."))
        if held.membership is None or held.membership.revoked_at is not None:
            raise NotPayable(_("The membership is gone or revoked: assign one anew, and write this off."))
        _go_on(held, at, zone)
        held.state, held.how, held.done_at = PaymentState.PAID.value, how, at
        keep(held, action="paid")
        paid_by_hand.send(Payment, payment=held, at=at)
        return held


def write_off(payment: Payment, at: datetime) -> Payment:
    """Nobody is going to pay it: the membership ends by itself where it was to go on, and does not begin where it
    waits for this. NotPayable: it is paid."""
    with writing():
        held = _stored_payment(payment)
        if held.state == WRITTEN_OFF:
            return held
        if held.state != PaymentState.OPEN:
            raise NotPayable(_("This is paid: give the money back instead."))
        held.state, held.done_at = WRITTEN_OFF, at
        keep(held, action="written off")
        if held.subscription is not None and held.subscription.is_open:
            _end(held.subscription, at, EndedWhy.PAYMENT_FAILED)
        if held.membership is not None and not held.membership.billed_by:
            billed_operations.give_up(held.membership, at)
        return held


def write_off_waiting(numbers: Iterable[int], at: datetime) -> int:
    """First payments that nobody makes, all or none; what has been paid or written off meanwhile stays so. How
    many were."""
    with writing():
        found = list(waiting().filter(pk__in=numbers))
        for payment in found:
            write_off(payment, at)
        return len(found)


def end_by_hand(membership: Membership, at: datetime, *, is_cancelled: bool = False) -> None:
    """It is paid otherwise from now on, or is not to go on: what is owed is owed no longer. `is_cancelled`: the
    membership is, and billing goes on where that is taken back (resuming_operations.py)."""
    with writing():
        for subscription in _open(membership):
            subscription.cancel_at_end = is_cancelled
            _end(subscription, at, EndedWhy.WISH)
            for owed in subscription.payments.filter(state=PaymentState.OPEN):
                owed.state, owed.done_at = WRITTEN_OFF, at
                keep(owed, action="written off")


def refund_by_hand(payment: Payment, cents: int, at: datetime) -> Refund:
    """It was given back by whoever tells so."""
    refund = Refund(payment=payment, cents=cents, done=True, at=at)
    return keep(refund, action="refunded")


def _open(membership: Membership) -> QuerySet[Subscription]:
    return Subscription.objects.filter(membership=membership, provider=HAND, is_open=True)


def _is_paid(held: Membership) -> bool:
    """Whether its first period is, with what was to be paid once: something has come for it, and was not all given
    back."""
    return any(left_of(each) for each in payments_of(held).filter(is_spare=False))


def _paid_until(held: Membership, first_is_owed: bool) -> datetime | None:
    if held.pending:
        return None
    return held.trial_until if first_is_owed else held.ends_at


def _cents(subscription: Subscription) -> int:
    """By the plan as it is now: who is to pay sees what it costs."""
    plan = subscription.membership.plan
    return (plan.price_cents or 0) * (subscription.membership.seats or 1 if plan.for_companies else 1)


def _opened(  # noqa: PLR0913, PLR0917 (what is owed, for when, by when)
    subscription: Subscription, starts_at: datetime, cents: int, at: datetime, due_at: datetime, zone: ZoneInfo
) -> Payment:
    plan = subscription.membership.plan
    payment = Payment(
        provider=HAND,
        membership=subscription.membership,
        subscription=subscription,
        text=plan.name,
        state=PaymentState.OPEN.value,
        cents=cents,
        currency=plan.currency,
        period_starts_at=starts_at,
        period_ends_at=_period_end(subscription, starts_at, zone),
        opened_at=at,
        due_at=due_at,
    )
    return keep(payment)


def _period_end(subscription: Subscription, starts_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Of the billing period that begins then, counted from where periods are counted from. None: paid once."""
    billing = subscription.membership.plan.billing
    return None if billing is None else billing_period_at(subscription.anchor_at, billing, starts_at, zone)[1]


def _go_on(payment: Payment, at: datetime, zone: ZoneInfo) -> None:
    held, subscription = payment.membership, payment.subscription
    if held is None or subscription is None:
        return
    if held.pending:
        # From when it was paid: nobody pays for the days in which it waited.
        _count_from(payment, subscription, max(held.starts_at, at), zone)
        billed_operations.begin_paid(held, payment.period_starts_at, payment.period_ends_at)
    elif payment.period_ends_at is None or held.ends_at is None or payment.period_ends_at <= held.ends_at:
        pass  # staff have given it a longer term meanwhile
    elif queries.status_of(held, at).state is State.EXPIRED:
        _count_from(payment, subscription, at, zone)
        new = billed_operations.begin_anew(held, at, payment.period_ends_at)
        subscription.membership = payment.membership = new
    else:
        term_operations.renew_membership(held, payment.period_ends_at, at)
    subscription.paid_until = payment.period_ends_at
    keep(subscription)


def _count_from(payment: Payment, subscription: Subscription, starts_at: datetime, zone: ZoneInfo) -> None:
    subscription.anchor_at = payment.period_starts_at = starts_at
    payment.period_ends_at = _period_end(subscription, starts_at, zone)


def _end(subscription: Subscription, at: datetime, why: EndedWhy) -> None:
    subscription.is_open, subscription.state = False, SubscriptionState.CANCELED.value
    subscription.ended_at, subscription.ended_why = at, why.value
    keep(subscription, action="ended")


def _held(membership: Membership) -> Membership:
    held = stored(membership)
    if held is None or held.revoked_at is not None:
        raise NotPayable(_("This membership is gone or revoked: assign one anew."))
    return held


def _stored_payment(payment: Payment) -> Payment:
    held = stored(payment)
    if held is None or held.provider != HAND:
        raise NotPayable(_("This is no payment to the organization itself."))
    return held
