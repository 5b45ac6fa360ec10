"""Which sums of hourly figures are kept, and which of them make up a span: whole months, then whole days, then
hours, none of which was touched since. Pure but for the counting of a period.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any, Final, NamedTuple

from django.db.models import F, Q, QuerySet
from django.db.models import Sum as Total
from django.db.models.functions import Coalesce

from contract.reasons import Outcome
from hub.reports.models import HourlyFigure, Sum

DAY, MONTH = "day", "month"
_DAY: Final = timedelta(days=1)


class Kind(NamedTuple):
    """`fields`: by which it is summed. `of_benefits`: of those check-ins alone that were to use one up."""

    fields: tuple[str, ...]
    of_benefits: bool = False

    @property
    def by_months(self) -> bool:
        return "slot" not in self.fields


KINDS: Final[dict[str, Kind]] = {
    "reason": Kind(("reason",)),
    "plan": Kind(("plan_id",)),
    "permission": Kind(("partner", "permission")),
    "reader": Kind(("site", "edge_id", "reader")),
    "reason-of-site": Kind(("site", "reason")),
    "plan-of-site": Kind(("site", "plan_id")),
    "permission-of-site": Kind(("site", "partner", "permission")),
    "slot": Kind(("slot",)),
    "slot-of-site": Kind(("site", "slot")),
    "benefit": Kind(("partner", "permission"), True),
    "benefit-plan": Kind(("plan_id",), True),
    "benefit-reason": Kind(("permission", "reason"), True),
    "benefit-plan-at": Kind(("partner", "permission", "plan_id"), True),
    "benefit-reason-at": Kind(("partner", "permission", "reason"), True),
    "benefit-slot": Kind(("slot",), True),
    "benefit-slot-at": Kind(("partner", "permission", "slot"), True),
}
"""Those with the fewest sums first."""
NUMBERS: Final = ("granted", "denied", "first", "excess", "voided", "said")
_DENIED: Final = Q(outcome=Outcome.DENIED.value)


def kind_for(fields: Collection[str], of_benefits: bool = False) -> str | None:
    """The first that tells these fields apart."""
    kinds = ((name, kind) for name, kind in KINDS.items() if kind.of_benefits == of_benefits)
    return next((name for name, kind in kinds if set(fields) <= set(kind.fields)), None)


Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Cover:
    """What a span is made of: stretches of whole months, whole days, and hours, each half open and in order."""

    months: list[Stretch] = field(default_factory=list)
    days: list[Stretch] = field(default_factory=list)
    hours: list[Stretch] = field(default_factory=list)

    def of_sums(self) -> Q:
        """Q(): there are none."""
        stretches = [(MONTH, each) for each in self.months] + [(DAY, each) for each in self.days]
        asked = (Q(period=period, begins__gte=begin, begins__lt=end) for period, (begin, end) in stretches)
        return reduce(or_, asked, Q())


def cover(from_at: datetime, until_at: datetime, touched: Collection[datetime], kind: str | None) -> Cover:
    """`touched`: hours. Of a kind that is None all are hours."""
    first, last = day_of(from_at + _DAY - timedelta(microseconds=1)), day_of(until_at)
    if kind is None or first >= last:
        return Cover(hours=[(from_at, until_at)])
    touched_days = {day_of(each) for each in touched}
    touched_months = {month_of(each) for each in touched_days}
    found, at = Cover(), first
    _append(found.hours, from_at, first)
    while at < last:
        after, made_of = next_month(at), found.months
        if not KINDS[kind].by_months or at.day > 1 or after > last or at in touched_months:
            after, made_of = at + _DAY, found.hours if at in touched_days else found.days
        _append(made_of, at, after)
        at = after
    _append(found.hours, last, until_at)
    return found


def _append(stretches: list[Stretch], from_at: datetime, until_at: datetime) -> None:
    """The last one goes on where this one follows it."""
    if stretches and stretches[-1][1] == from_at:
        from_at = stretches.pop()[0]
    if from_at < until_at:
        stretches.append((from_at, until_at))


def sums_of(period: str, begins: datetime) -> Iterator[Sum]:
    """Counted now: a day from its hours, a month from its days."""
    for name, kind in KINDS.items():
        if period == DAY or kind.by_months:
            for each in _grouped(period, begins, name):
                yield Sum(period=period, begins=begins, kind=name, **each)


def _grouped(period: str, begins: datetime, name: str) -> Iterable[dict[str, Any]]:
    rows: QuerySet[Any]
    kind = KINDS[name]
    sums = {each: Total(F(each)) for each in NUMBERS}
    if period == DAY:
        rows = HourlyFigure.objects.filter(hour__gte=begins, hour__lt=begins + _DAY)
        rows = rows.filter(of_benefit=True) if kind.of_benefits else rows
        sums |= {"granted": Total("count", filter=~_DENIED), "denied": Total("count", filter=_DENIED)}
    else:
        rows = Sum.objects.filter(kind=name, period=DAY, begins__gte=begins, begins__lt=next_month(begins))
    renamed = {f"total_{each}": Coalesce(total, 0) for each, total in sums.items()}
    # In their order: those of one site, or one partner, are read together and lie together then.
    for each in rows.order_by(*kind.fields).values(*kind.fields).annotate(**renamed):
        yield {key.removeprefix("total_"): value for key, value in each.items()}


def day_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def month_of(at: datetime) -> datetime:
    return day_of(at).replace(day=1)


def next_month(month: datetime) -> datetime:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
