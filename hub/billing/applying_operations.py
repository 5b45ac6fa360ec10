"""What a provider says of a subscription, applied to the membership that it pays for, in the caller's transaction
under the feed's lock. Applied twice, or after a later one, it ends the same (look_operations.py).
"""

from datetime import datetime, timedelta
from typing import Final

from contract.membership import AtEnd, State
from hub.billing.hand_operations import end_by_hand
from hub.billing.keeping import keep
from hub.billing.meaning import Becomes, becomes
from hub.billing.models import HAND, BillingAccount, Checkout, Subscription
from hub.billing.queries import left_of, payments_of
from hub.billing.seen import EndedWhy, SubscriptionSeen, SubscriptionState
from hub.billing.signals import payment_failed
from hub.members import billed_operations
from hub.members.billed_operations import Terms
from hub.members.models import Membership, Plan
from hub.members.queries import status_of
from hub.members.signals import cancelled
from hub.members.status_operations import grace_hours_of

_A_DAY: Final = timedelta(days=1)
_UNPAID: Final = (SubscriptionState.PAST_DUE, SubscriptionState.UNPAID, EndedWhy.PAYMENT_FAILED)


def apply_subscription(provider: str, seen: SubscriptionSeen, at: datetime) -> Subscription | None:
    """The one that it is kept as; None: it is of none of our memberships."""
    subscription = _known(provider, seen) or _new(provider, seen, at)
    if subscription is None:
        return None
    plan = _plan_of(seen, subscription.membership)
    meant = becomes(seen, grace_hours_of(plan))
    _fill(subscription, seen, meant, at)
    if subscription.is_open and not subscription.is_spare:
        # Who pays through a provider owes nothing by hand any more.
        end_by_hand(subscription.membership, at)
    keep(subscription)
    if _decides(subscription):
        _pause(subscription, meant, seen, at)
        before = subscription.membership
        after = billed_operations.set_terms(before, _terms(subscription, plan, meant))
        _tell(subscription, before, after, at)
    return subscription


def remember_payer(provider: str, reference: str, membership: Membership) -> None:
    """By what name the provider knows who holds it, for portal and invoices."""
    if reference:
        holder = {"customer_id": membership.customer_id, "company_id": membership.company_id}
        BillingAccount.objects.get_or_create(provider=provider, reference=reference, defaults=holder)


def _known(provider: str, seen: SubscriptionSeen) -> Subscription | None:
    found = Subscription.objects.select_related("membership__plan", "paused")
    return found.filter(provider=provider, reference=seen.reference).first()


def _new(provider: str, seen: SubscriptionSeen, at: datetime) -> Subscription | None:
    """Of the membership that was ordered by a checkout; of a second one the first stays in force, as does what was
    paid by hand while its page was open."""
    checkouts = Checkout.objects.select_related("membership__plan")
    checkout = checkouts.filter(provider=provider, public_id=seen.ours).first() if seen.ours else None
    if checkout is None or checkout.membership is None:
        return None
    membership = checkout.membership
    remember_payer(provider, seen.payer, membership)
    is_needed = membership.revoked_at is None and not _runs_otherwise(membership, at)
    is_spare = not (is_needed and _makes_way(membership, provider, seen))
    return Subscription(provider=provider, reference=seen.reference, membership=membership, is_spare=is_spare)


def _runs_otherwise(membership: Membership, at: datetime) -> bool:
    """A page is begun for what waits: somebody has paid to the organization since."""
    if membership.pending or membership.billed_by or status_of(membership, at).state is State.EXPIRED:
        return False
    return any(left_of(each) for each in payments_of(membership).filter(provider=HAND))


def _makes_way(membership: Membership, provider: str, seen: SubscriptionSeen) -> bool:
    """One that nobody has paid yet does for one that somebody has: it is the second then."""
    others = Subscription.objects.filter(membership=membership, provider=provider, is_spare=False, is_open=True)
    if seen.state is not SubscriptionState.INCOMPLETE:
        for waiting in others.filter(state=SubscriptionState.INCOMPLETE):
            waiting.is_spare = True
            keep(waiting)
    return not others.exists()


def _plan_of(seen: SubscriptionSeen, membership: Membership) -> Plan:
    """What is billed there says which plan it is, where that is one of ours."""
    return Plan.objects.filter(public_id=seen.price.plan).first() or membership.plan


def _fill(subscription: Subscription, seen: SubscriptionSeen, meant: Becomes, at: datetime) -> None:
    subscription.state, subscription.is_open = seen.state.value, meant.is_open
    subscription.cents, subscription.currency = seen.price.cents, seen.price.currency
    subscription.seats, subscription.cancel_at_end = seen.seats, seen.cancel_at_end
    subscription.began_at = subscription.anchor_at = seen.started_at
    subscription.paid_until, subscription.period_ends_at = seen.paid_until, seen.period_ends_at
    subscription.trial_until, subscription.retry_at = seen.trial_until, seen.retry_at
    subscription.ended_at, subscription.seen_at = seen.ended_at, at
    subscription.ended_why = "" if seen.ended_why is None else seen.ended_why.value


def _decides(subscription: Subscription) -> bool:
    """Whether the membership follows it: not a second one, nor an old one where another has come since."""
    if subscription.is_spare:
        return False
    later = Subscription.objects.filter(membership=subscription.membership, is_spare=False, pk__gt=subscription.pk)
    return not later.exists()


def _tell(subscription: Subscription, before: Membership, after: Membership, at: datetime) -> None:
    """Whoever writes to members."""
    if after.revoked_at is not None or before.pending:
        return
    if _is_cancelled(before, after):
        cancelled.send(Membership, membership=after, at=at)
    why = subscription.ended_why or subscription.state
    if why in _UNPAID and subscription.paid_until is not None:
        payment_failed.send(Subscription, subscription=subscription, at=at)


def _is_cancelled(before: Membership, after: Membership) -> bool:
    """Newly, or for an earlier day: a provider ends at the moment that it had said, give or take a little."""
    if after.at_end != AtEnd.CANCELLED or after.ends_at is None:
        return False
    return before.at_end != AtEnd.CANCELLED or before.ends_at is None or after.ends_at < before.ends_at - _A_DAY


def _pause(subscription: Subscription, meant: Becomes, seen: SubscriptionSeen, at: datetime) -> None:
    if meant.paused_from is not None and subscription.paused is None:
        subscription.paused = billed_operations.pause(subscription.membership, meant.paused_from)
    elif meant.paused_from is None and subscription.paused is not None:
        # Billed again means now, also where the provider's clock is ahead of ours.
        billed_operations.resume(subscription.paused, min(at, seen.ended_at or seen.period_started_at))
        subscription.paused = None
    else:
        return
    subscription.save(update_fields=["paused"])


def _terms(subscription: Subscription, plan: Plan, meant: Becomes) -> Terms:
    return Terms(
        plan=plan,
        # What is over can be taken up again by staff.
        billed_by=subscription.provider if subscription.is_open else "",
        pending=meant.pending,
        ends_at=meant.ends_at,
        at_end=meant.at_end,
        grace_hours=meant.grace_hours,
        trial_until=meant.trial_until,
        seats=None if subscription.membership.company_id is None else _seats(subscription, plan),
    )


def _seats(subscription: Subscription, plan: Plan) -> int | None:
    return subscription.seats if plan.for_companies else subscription.membership.seats
