"""The free days at a plan's beginning: once for each who takes it."""

from typing import Any

from hub.billing.models import Checkout
from hub.billing.seen import CheckoutState
from hub.members.models import Company, Customer, Membership, Plan


def trial_days(plan: Plan, holder: Customer | Company) -> int:
    """0 where they had them before, also under a membership that is over. Companies with an admin in common are
    one, and so are those that a customer sees to."""
    if not plan.trial_days:
        return 0
    theirs = Membership.objects.filter(**_held_by(plan, holder))
    if theirs.filter(plan=plan, trial_until__isnull=False).exists():
        return 0
    # Of a trial that nobody paid after, or that became another plan's, the page it was begun on knows alone.
    pages = Checkout.objects.filter(membership__in=theirs.values("pk"), state=CheckoutState.COMPLETE)
    had = pages.filter(asked__price__plan=plan.public_id, asked__trial_days__gt=0)
    return 0 if had.exists() else plan.trial_days


def _held_by(plan: Plan, holder: Customer | Company) -> dict[str, Any]:
    if not plan.for_companies:
        return {"customer": holder}
    if isinstance(holder, Customer):
        return {"company__in": Company.objects.filter(links__customer=holder, links__is_admin=True).values("pk")}
    admins = Customer.objects.filter(links__company=holder, links__is_admin=True)
    theirs = Company.objects.filter(links__customer__in=admins.values("pk"), links__is_admin=True)
    return {"company__in": [holder.pk, *theirs.values_list("pk", flat=True)]}
