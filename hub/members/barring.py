"""Plans that nobody takes again by themselves: staff have ended them at once, and given them no more since."""

from django.db.models import QuerySet

from hub.members.models import Membership


def barred_plans(memberships: QuerySet[Membership]) -> set[int]:
    """By their ids. `memberships`: all that their holder ever had."""
    newest = dict(memberships.order_by("pk").values_list("plan_id", "revoked_at"))
    return {plan for plan, revoked_at in newest.items() if revoked_at is not None}
