"""The free days at a plan's beginning: once for each who takes it."""

from typing import Any

from hub.members.models import Company, Customer, Membership, Plan


def trial_days(plan: Plan, holder: Customer | Company) -> int:
    """0 where they had them before, also under a membership that is over. Companies with an admin in common are
    one, and so are those that a customer sees to."""
    had = Membership.objects.filter(plan=plan, trial_until__isnull=False, **_held_by(plan, holder))
    return 0 if plan.trial_days and had.exists() else plan.trial_days


def _held_by(plan: Plan, holder: Customer | Company) -> dict[str, Any]:
    if not plan.for_companies:
        return {"customer": holder}
    if isinstance(holder, Customer):
        return {"company__in": Company.objects.filter(links__customer=holder, links__is_admin=True).values("pk")}
    admins = Customer.objects.filter(links__company=holder, links__is_admin=True)
    theirs = Company.objects.filter(links__customer__in=admins.values("pk"), links__is_admin=True)
    return {"company__in": [holder.pk, *theirs.values_list("pk", flat=True)]}
