"""Who was over a limit, by the plainest reading of docs/decisions.md: each use judged on all before it.

Quadratic, and without the code that the hub judges by; only the windows that the simulated club has.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from contract.effects import use_of
from contract.limits import Use
from contract.messages import CheckIn as Kept
from contract.messages import Void
from hub.checkins import content
from hub.checkins.models import CheckIn
from hub.members.models import Customer, Grant, Membership
from tests.simulation.clock import START

if TYPE_CHECKING:
    from tests.simulation.club import Club
    from tests.simulation.edge import EdgeMachine
    from tests.simulation.journals_held import Journal

ALWAYS_CONFIRMED = "sauna"
HELD = timedelta(seconds=60)
DECIDED_WITHIN = timedelta(seconds=5)
"""From a decision to its row's commit, a hub that does not answer included."""
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


def beyond_own(edge: "EdgeMachine", journal: "Journal", club: "Club", hub_restored: bool) -> list[str]:
    """An edge never lets a limit pass by what it has granted itself, wherever its uses and the hub's word of them
    are by then: each use of its journal, on those that stand before it there. Of an edge that kept its files."""
    earlier: list[Use] = []
    found = []
    for sequence, use in _held_to_limits(edge, journal, club, hub_restored):
        if any(_over(limit, use, _of(use.permission, earlier)) for limit in _limits_of_all(use.permission)):
            found.append(f"check-in {sequence} of {edge.name} is over a limit by what it had granted itself")
        earlier.append(use)
    return found


def _held_to_limits(
    edge: "EdgeMachine", journal: "Journal", club: "Club", hub_restored: bool
) -> Iterator[tuple[int, Use]]:
    """With their sequences. What was undone, whoever did it, and what people had who are gone counts at no hub;
    nor does what rests on a customer or a membership that a hub put back from a backup may know nothing of.
    Windows say nothing of what was decided by a wrong time."""
    undone = club.voided | {row.voids for _, row in journal if isinstance(row, Void)}
    for sequence, row in journal:
        use = use_of(row) if isinstance(row, Kept) else None
        if use is None or use.id in undone or not _at_the_right_time(use, edge):
            continue
        if use.permission in club.limits_changed or use.customer_id in club.left:
            continue
        if not hub_restored or (use.customer_id in club.founders and use.membership_id in club.founding):
            yield sequence, use


def _at_the_right_time(use: Use, edge: "EdgeMachine") -> bool:
    kept_s, _ = edge.kept.get(use.id, (None, None))
    return kept_s is not None and abs(START + timedelta(seconds=kept_s) - use.occurred_at) < DECIDED_WITHIN


def _of(permission: str, uses: Iterable[Use]) -> list[Use]:
    return [use for use in uses if use.permission == permission]


def _limits_of_all(permission: str) -> list:
    """One plan alone grants what is limited, so whoever uses it does so by these."""
    grants = Grant.objects.filter(permission__slug=permission)
    return [each.limit for grant in grants for each in grant.limits.all()]


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
