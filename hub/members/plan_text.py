"""Plans and what they grant, in words for staff."""

from contract.grant import Offline
from hub.members import limits_text, rows
from hub.members.models import Grant, Plan


def billing_text(plan: Plan) -> str:
    """As in `every 3 months`; empty: it is not billed again."""
    if plan.billed_every is None:
        return ""
    unit = str(plan.billed_in)
    return f"every {unit.removesuffix('s')}" if plan.billed_every == 1 else f"every {plan.billed_every} {unit}"


def grant_text(grant: Grant) -> str:
    """As in `Glass of wine (1 per calendar week; Opening hours; asks the hub first; offline at most 2)`."""
    details = [
        limits_text.encode(rows.limits_of(grant)),
        str(grant.schedule or ""),
        "asks the hub first" if grant.confirm else "",
        _offline_rule_text(grant),
    ]
    said = "; ".join(filter(None, details))
    return f"{grant.permission} ({said})" if said else str(grant.permission)


def _offline_rule_text(grant: Grant) -> str:
    """Empty where being offline changes nothing."""
    if grant.offline == Offline.DENY:
        return "not while offline"
    if not rows.limits_of(grant):
        return ""
    return f"offline at most {grant.offline_uses}" if grant.offline == Offline.AT_MOST else "offline too"


def offline_text(grant: Grant, edges: int) -> str:
    """What `edges` edges may give out while they and the hub don't reach each other."""
    if grant.offline == Offline.DENY:
        return "nothing"
    if not rows.limits_of(grant):
        return "as much as ever: it has no limit"
    if edges == 0:
        return "nothing yet: there are no edges"
    at_each = "at 1 edge" if edges == 1 else f"at each of {edges} edges"
    if grant.offline == Offline.ALLOW:
        return f"{at_each} as much as it knows to be left; together that may be more than the limit"
    most = grant.offline_uses or 0
    return f"{most} {at_each}: up to {most * edges} more than the limit" if most else "say how many times"


def edges_text(edges: int) -> str:
    """What a number for each of `edges` edges comes to."""
    if edges == 1:
        return "There is 1 edge now."
    return f"There are {edges} edges now, so {edges} times as many in all." if edges else "There are no edges yet."
