"""Memberships by plan: how they stand, and which began, were renewed and ended in a span. Nobody's name is in it.

Status and ends are the contract's, of each membership. Reads only.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from contract.membership import State, end_of, status_at
from hub.audit.models import Entry
from hub.members import rows
from hub.members.models import Membership, Plan
from hub.reports.queries import Span


@dataclass
class PlanFigures:
    """`states`: how many are in each, now. The others are of the span."""

    plan: str
    states: Counter[State] = field(default_factory=Counter)
    begun: int = 0
    renewed: int = 0
    ended: int = 0

    @property
    def active(self) -> int:
        return self.states[State.ACTIVE]

    @property
    def inactive(self) -> int:
        return self.states[State.INACTIVE]

    @property
    def expired(self) -> int:
        return self.states[State.EXPIRED]


def by_plan(span: Span, at: datetime) -> list[PlanFigures]:
    """By their names. A site narrows nothing here."""
    called = dict(Plan.objects.values_list("pk", "name"))
    found: dict[int, PlanFigures] = {pk: PlanFigures(name) for pk, name in called.items()}
    revoked = dict(Membership.objects.exclude(revoked_at=None).values_list("pk", "revoked_at"))
    renewed = _renewed(span)
    for each in rows.meanings_of(Membership.objects.all()):
        figures = found[each.plan_id]
        figures.states[status_at(each, at).state] += 1
        figures.begun += span.from_at <= each.starts_at < span.until_at
        figures.renewed += renewed[each.id]
        end = revoked.get(each.id) or end_of(each)
        figures.ended += end is not None and span.from_at <= end < min(span.until_at, at)
    return sorted(found.values(), key=lambda each: each.plan)


def _renewed(span: Span) -> dict[int, int]:
    """How often each was, as the audit log has it."""
    found: dict[int, int] = defaultdict(int)
    entries = Entry.objects.filter(
        thing_kind="membership", action="renewed", at__gte=span.from_at, at__lt=span.until_at
    )
    for membership_id in entries.values_list("thing_id", flat=True):
        found[membership_id or 0] += 1
    return found
