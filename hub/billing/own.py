"""What a member may change about how a membership is paid, by how it stands. Reads only.

Staff move what no provider bills, so of that a member cancels alone, and asks staff for the rest.
"""

from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from contract.membership import AtEnd, Detail, State, Status
from hub.billing import choosing
from hub.billing.models import HAND, Subscription
from hub.billing.offers import price_of
from hub.billing.queries import Standing, account_of
from hub.billing.seen import SubscriptionState
from hub.members.barring import barred_plans
from hub.members.models import Company, Customer, Membership, Plan

_BILLED: Final = (SubscriptionState.TRIALING, SubscriptionState.ACTIVE, SubscriptionState.PAST_DUE)


@dataclass(frozen=True, slots=True)
class May:
    """`by_provider`: what is changed is changed there and at once; else staff are asked, but to cancel.
    `ends_now`: cancelled, it is over at once, since what runs is not paid. `is_endless`: so it is, as
    what is free and has no end."""

    by_provider: bool = False
    pay: bool = False
    cancel: bool = False
    ends_now: bool = False
    is_endless: bool = False
    keep: bool = False
    change: bool = False
    seats: bool = False


def may(membership: Membership, standing: Standing, status: Status) -> May:
    if status.state is State.EXPIRED:
        return May()
    if status.detail is Detail.PENDING:
        return May(pay=_can_pay(membership))
    subscription = standing.subscription
    by_provider = bool(membership.billed_by) and standing.is_by_provider
    if by_provider and subscription is not None:
        runs = subscription.is_open and subscription.state in _BILLED
        goes_on, stops = runs and not subscription.cancel_at_end, runs and subscription.cancel_at_end
    else:
        goes_on = membership.at_end == AtEnd.RENEWS and membership.ends_at is not None
        stops = status.detail is Detail.CANCELLING
    is_endless = not by_provider and _is_free_without_end(membership, status)
    changes = status.state is State.ACTIVE and not stops
    return May(
        by_provider=by_provider,
        cancel=goes_on or is_endless,
        ends_now=goes_on and status.detail is Detail.GRACE,
        is_endless=is_endless,
        keep=stops,
        change=changes,
        seats=changes and membership.plan.for_companies,
    )


def plans_instead(membership: Membership, by_provider: bool) -> QuerySet[Plan]:
    """Public plans of its kind that may take its place, but for those that staff have ended for its holder. A
    provider bills on in the currency in which it began, and again and again."""
    theirs = Membership.objects.filter(customer=membership.customer_id, company=membership.company_id)
    found = Plan.objects.filter(is_public=True, for_companies=membership.company_id is not None)
    if by_provider:
        priced = found.filter(billed_every__isnull=False, price_cents__isnull=False)
        billed = Subscription.objects.filter(membership=membership, is_open=True, is_spare=False)
        found = priced.filter(currency__in=billed.values("currency"))
    others = found.exclude(pk__in=[membership.plan_id, *barred_plans(theirs)])
    return others.order_by("price_cents", "name", "pk")


def still_billed(customer: Customer) -> QuerySet[Membership]:
    """Their own, with plans, whose subscription with a provider is not over: cancelled for an end to come too, and
    those that it has given up on and would bill again."""
    open_ones = Subscription.objects.filter(membership=OuterRef("pk"), is_open=True).exclude(provider=HAND)
    found = Membership.objects.filter(Exists(open_ones), customer=customer)
    return found.select_related("plan").order_by("plan__name", "pk")


def pays_through_a_provider(holder: Customer | Company) -> bool:
    """Now or before: who has an account there sees to how they pay, and has invoices."""
    asked = choosing.provider()
    return asked is not None and account_of(holder, asked.name) is not None


def _is_free_without_end(membership: Membership, status: Status) -> bool:
    """Paid once and for good it is not given away by a press."""
    has_begun = status.detail is not Detail.SCHEDULED
    return has_begun and membership.ends_at is None and price_of(membership.plan) is None


def _can_pay(membership: Membership) -> bool:
    """Online, where nobody bills it yet."""
    return not membership.billed_by and choosing.provider() is not None and price_of(membership.plan) is not None
