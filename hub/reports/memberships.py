"""Memberships by plan: how they stand, and which began, were renewed and ended in a span. Nobody's name is in it.

Status and ends are the contract's, asked once for all memberships that are alike: of one plan, in one order of
their instants and those that are asked about. Those that are frozen, or may be in their grace then, are asked each
by itself. Reads only.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Final

from django.db.models import Case, Count, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable

from contract.membership import GRACE_SECONDS_MAX, AtEnd, State, expires_at, status_at
from contract.membership import Membership as Meaning
from hub.audit.models import Entry
from hub.members import rows
from hub.members.models import Freeze, Membership, Plan
from hub.reports.queries import Span

_GRACE_MAX: Final = timedelta(seconds=GRACE_SECONDS_MAX)
_ALIKE: Final = ("plan_id", "pending", "at_end")


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
    found = {pk: PlanFigures(name) for pk, name in Plan.objects.values_list("pk", "name")}
    for meaning, revoked_at, many in _counted(span, at):
        figures = found[meaning.plan_id]
        figures.states[status_at(meaning, at).state] += many
        figures.begun += many * (span.from_at <= meaning.starts_at < span.until_at)
        end = _over_at(meaning, revoked_at)
        figures.ended += many * (end is not None and span.from_at <= end < min(span.until_at, at))
    for plan_id, many in _renewed(span):
        if plan_id in found:
            found[plan_id].renewed += many
    return sorted(found.values(), key=lambda each: each.plan)


def _counted(span: Span, at: datetime) -> Iterator[tuple[Meaning, datetime | None, int]]:
    """Each membership, or one of many that are alike, when it was revoked, and how many there are."""
    frozen = Q(pk__in=Freeze.objects.values("membership"))
    graced = Q(at_end=AtEnd.RENEWS.value, grace_hours__gt=0) & _in_grace_at(
        span.from_at, min(span.until_at, at), at
    )
    apart = Membership.objects.filter(frozen | graced)
    places = _places(span, at)
    alike = Membership.objects.filter(~(frozen | graced)).annotate(**places)
    groups = alike.order_by().values(*_ALIKE, *places).annotate(many=Count("pk"), one=Min("pk"))
    many_of = dict(groups.values_list("one", "many"))
    yield from _meant(apart, {})
    yield from _meant(Membership.objects.filter(pk__in=many_of), many_of)


def _in_grace_at(*instants: datetime) -> Q:
    """At one of them, or it may be: whether its grace was over by then is its own."""
    found = [Q(ends_at__lte=each, ends_at__gt=each - _GRACE_MAX) for each in instants]
    return reduce(lambda one, other: one | other, found)


def _over_at(meaning: Meaning, revoked_at: datetime | None) -> datetime | None:
    """From when on it grants nothing any more: one that has expired is not over once more when it is revoked."""
    by_itself = expires_at(replace(meaning, revoked=False))
    return min((each for each in (revoked_at, by_itself) if each is not None), default=None)


def _meant(
    memberships: QuerySet[Membership], many_of: dict[int, int]
) -> Iterator[tuple[Meaning, datetime | None, int]]:
    revoked = dict(memberships.exclude(revoked_at=None).values_list("pk", "revoked_at"))
    for each in rows.meanings_of(memberships):
        yield each, revoked.get(each.id), many_of.get(each.id, 1)


def _places(span: Span, at: datetime) -> dict[str, Combinable]:
    """Where a membership's instants stand among those that are asked about, as far as it makes a difference to
    what is told."""
    ends, grace_over = (span.from_at, span.until_at, at), at - _GRACE_MAX
    return {
        "starts": _place("starts_at", before=(span.from_at, span.until_at), until=(at,)),
        "ends": _place("ends_at", before=ends, until=(at, grace_over)),
        "revoked": _place("revoked_at", before=ends),
        "trial": _place("trial_until", until=(at,)),
    }


def _place(name: str, before: Iterable[datetime] = (), until: Iterable[datetime] = ()) -> Combinable:
    """A number for each stretch that is left between what is `before` one instant and `until` another, that one
    included; 0: it has none. The first that holds is the only one looked for."""
    edges = sorted({*((each, "lt") for each in before), *((each, "lte") for each in until)})
    stretches = [Q(**{name: None}), *(Q(**{f"{name}__{follows}": each}) for each, follows in edges)]
    whens = [When(each, then=Value(number)) for number, each in enumerate(stretches)]
    return Case(*whens, default=Value(len(stretches)))


def _renewed(span: Span) -> list[tuple[int | None, int]]:
    """Plans and how often their memberships were, as the audit log has it."""
    entries = Entry.objects.filter(
        thing_kind="membership", action="renewed", at__gte=span.from_at, at__lt=span.until_at
    )
    plan = Subquery(Membership.objects.filter(pk=OuterRef("thing_id")).values("plan_id"))
    return list(entries.order_by().values(plan=plan).annotate(many=Count("pk")).values_list("plan", "many"))
