"""A plan taken by somebody who joins: the membership that they have then, before it is paid or at once."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from contract.membership import AtEnd
from hub.billing.checkout_operations import NotForSale
from hub.billing.hand_operations import begin_by_hand
from hub.billing.offers import Way, offers_for
from hub.billing.trials import trial_days
from hub.members import operations, periods
from hub.members.models import Company, Customer, Membership, Plan
from hub.members.writing import writing


def take_plan(  # noqa: PLR0913, PLR0917 (what is taken, by whom, how)
    plan: Plan, holder: Customer | Company, seats: int | None, way: Way, at: datetime, zone: ZoneInfo
) -> Membership:
    """Through a provider, and by hand without a trial, it waits for its first payment. NotForSale."""
    _check(plan, holder, seats, way)
    is_company = isinstance(holder, Company)
    days = trial_days(plan, holder)
    is_trial = way is Way.BY_HAND and days > 0
    period = periods.first_period(plan, at, zone)
    trial_until = at + timedelta(days=days) if is_trial else None
    with writing():
        membership = operations.save_membership(
            Membership(
                plan=plan,
                **{"company" if is_company else "customer": holder},
                starts_at=at,
                ends_at=trial_until or period.ends_at,
                pending=way is not Way.FREE and not is_trial,
                at_end=(AtEnd.ENDS if period.ends_at is None else AtEnd.RENEWS).value,
                trial_until=trial_until,
                seats=(seats or 1) if is_company else None,
            )
        )
        if way is Way.BY_HAND:
            begin_by_hand(membership, at, zone)
    return membership


def _check(plan: Plan, holder: Customer | Company, seats: int | None, way: Way) -> None:
    if way not in {offer.way for offer in offers_for(plan)}:
        raise NotForSale(_("This plan cannot be paid for like this: choose another way."))
    if plan.for_companies != isinstance(holder, Company):
        raise NotForSale(_("This plan is not for them: choose another one."))
    most = plan.seats_max
    if seats is not None and (seats < 1 or (most is not None and seats > most)):
        raise NotForSale(_("This plan has 1 to %(most)s seats.") % {"most": most or seats})
