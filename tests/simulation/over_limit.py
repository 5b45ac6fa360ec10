"""Who was over a limit, by the plainest reading of docs/decisions.md: each use judged on all before it.

Quadratic, and without the code that the hub judges by; only the windows that the simulated club has.
"""

from datetime import timedelta

from hub.checkins import content
from hub.checkins.models import CheckIn
from hub.members.models import Customer, Grant, Membership

ALWAYS_CONFIRMED = "sauna"
HELD = timedelta(seconds=60)
_WHOSE = {
    "membership": lambda use: (use.membership_id, use.customer_id),
    "customer": lambda use: use.customer_id,
    "company": lambda use: use.company_id,
}


def customers() -> set[int]:
    return set(Customer.objects.values_list("pk", flat=True))


def wrongly_marked(limits_changed: set[str]) -> list[str]:
    """Of customers who are here, of pools that nobody has left, of permissions whose limits are what they were: no
    other mark is looked at again."""
    counted = CheckIn.objects.filter(voided_at=None, outcome="granted", counted=True, customer__in=customers())
    rows = list(counted.exclude(permission__in=limits_changed))
    uses = {bytes(row.checkin_id): content.use_of(row) for row in rows}
    plans = dict(Membership.objects.values_list("pk", "plan_id"))
    found = []
    left = set(CheckIn.objects.exclude(customer__in=customers()).values_list("company", flat=True))
    for row in rows:
        if row.company_id is not None and row.company_id in left:
            continue
        use = uses[bytes(row.checkin_id)]
        if use is None:
            continue
        earlier = [
            each
            for each in uses.values()
            if each is not None
            and each.permission == use.permission
            and (each.occurred_at, each.id) < (use.occurred_at, use.id)
        ]
        over = any(_over(limit, use, earlier) for limit in _limits(plans.get(use.membership_id), use.permission))
        if over is not row.over_limit:
            said = "over" if over else "within"
            found.append(f"check-in {row.number}: {said} its limit, the hub says otherwise")
    return found


def beyond_a_yes(limits_changed: set[str], hub_restored: bool) -> list[str]:
    """What the hub has to say yes to is never over its limit, unless the hub forgot its word (restored from a
    backup) or waited in vain for what it held free (60 s)."""
    if hub_restored or ALWAYS_CONFIRMED in limits_changed:
        return []
    rows = list(CheckIn.objects.filter(permission=ALWAYS_CONFIRMED, counted=True, outcome="granted"))
    late = {row.customer_id for row in rows if row.received_at - row.at > HELD}
    return [
        f"check-in {row.number} was confirmed and is over its limit"
        for row in rows
        if row.over_limit and row.customer_id not in late and row.voided_at is None
    ]


def beyond_own(edge: str, limits_changed: set[str]) -> list[str]:
    """An edge never lets a limit pass by what it has granted itself, wherever its uses and the hub's word of them
    are by then. Of one that kept its files and its time, at a hub that forgot nothing."""
    counted = CheckIn.objects.filter(edge__name=edge, voided_at=None, outcome="granted", counted=True)
    rows = list(
        counted.filter(customer__in=customers()).exclude(permission__in=limits_changed).order_by("sequence")
    )
    plans = dict(Membership.objects.values_list("pk", "plan_id"))
    earlier: list = []
    found = []
    for row in rows:
        use = content.use_of(row)
        if use is None:
            continue
        same = [each for each in earlier if each.permission == use.permission]
        if any(_over(limit, use, same) for limit in _limits(plans.get(use.membership_id), use.permission)):
            found.append(f"check-in {row.sequence} of {edge} is over a limit by what {edge} itself had granted")
        earlier.append(use)
    return found


def _limits(plan: int | None, permission: str) -> list:
    grant = Grant.objects.filter(plan=plan, permission__slug=permission).first()
    return [] if grant is None else [each.limit for each in grant.limits.all()]


def _over(limit, use, earlier) -> bool:
    by = limit.counts_by.value
    if by == "company" and use.company_id is None:
        by = "membership"
    whose = _WHOSE[by]
    same = [each for each in earlier if whose(each) == whose(use)]
    since = use.occurred_at - timedelta(seconds=limit.window_seconds)
    inside = [each for each in same if each.occurred_at > since]
    gap = timedelta(seconds=limit.gap_seconds)
    return len(inside) >= limit.count or any(each.occurred_at + gap > use.occurred_at for each in same)
