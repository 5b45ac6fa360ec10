"""Which sums of hourly figures are kept, and which of them make up a span: whole months, then whole days, then
hours, none of which was touched since. Pure but for the counting of a period.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.db.models import Sum as Total
from django.db.models.functions import Coalesce

from contract.reasons import Outcome
from hub.reports.models import HourlyFigure, Sum

DAY, MONTH = "day", "month"
_DAY: Final = timedelta(days=1)
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "reason": ("site", "reason"),
    "plan": ("site", "plan_id"),
    "permission": ("site", "partner", "permission", "counted"),
    "reader": ("site", "edge_id", "reader"),
    "slot": ("slot",),
    "slot-of-site": ("slot", "site"),
}
"""By which fields each is summed; those with the fewest sums first."""
_OF_MONTHS: Final = [kind for kind, fields in KINDS.items() if "slot" not in fields]
_DENIED: Final = Q(outcome=Outcome.DENIED.value)


def kind_for(fields: Collection[str]) -> str | None:
    """The first that tells these fields apart."""
    return next((kind for kind, has in KINDS.items() if set(fields) <= set(has)), None)


@dataclass(frozen=True)
class Cover:
    """What a span is made of. `hours`: half open, apart, in order."""

    months: list[datetime]
    days: list[datetime]
    hours: list[tuple[datetime, datetime]]

    def of_sums(self) -> Q:
        return Q(period=MONTH, begins__in=self.months) | Q(period=DAY, begins__in=self.days)


def cover(from_at: datetime, until_at: datetime, touched: Collection[datetime], kind: str | None) -> Cover:
    """`touched`: hours. Of a kind that is None all are hours."""
    first, last = day_of(from_at + _DAY - timedelta(microseconds=1)), day_of(until_at)
    if kind is None or first >= last:
        return Cover([], [], [(from_at, until_at)])
    touched_days = {day_of(each) for each in touched}
    touched_months = {month_of(each) for each in touched_days}
    found = Cover([], [], [])
    gap_from, at = from_at, first
    while at < last:
        after = next_month(at)
        if kind in _OF_MONTHS and at.day == 1 and after <= last and at not in touched_months:
            found.months.append(at)
        elif at in touched_days:
            at += _DAY
            continue
        else:
            found.days.append(at)
            after = at + _DAY
        _append(found.hours, gap_from, at)
        gap_from = at = after
    _append(found.hours, gap_from, until_at)
    return found


def _append(hours: list[tuple[datetime, datetime]], from_at: datetime, until_at: datetime) -> None:
    if from_at < until_at:
        hours.append((from_at, until_at))


def sums_of(period: str, begins: datetime) -> Iterator[Sum]:
    """Counted now: a day from its hours, a month from its days."""
    for kind in KINDS if period == DAY else _OF_MONTHS:
        for each in _grouped(period, begins, kind):
            yield Sum(period=period, begins=begins, kind=kind, **each)


def _grouped(period: str, begins: datetime, kind: str) -> Iterable[dict[str, Any]]:
    rows: QuerySet[Any]
    if period == DAY:
        rows = HourlyFigure.objects.filter(hour__gte=begins, hour__lt=begins + _DAY)
        sums = {"granted": Total("count", filter=~_DENIED), "denied": Total("count", filter=_DENIED)}
    else:
        rows = Sum.objects.filter(kind=kind, period=DAY, begins__gte=begins, begins__lt=next_month(begins))
        sums = {"granted": Total(F("granted")), "denied": Total(F("denied"))}
    totals = {name: Coalesce(each, 0) for name, each in sums.items()}
    renamed = {f"total_{name}": each for name, each in totals.items()}
    for each in rows.order_by().values(*KINDS[kind]).annotate(**renamed):
        yield {name.removeprefix("total_"): value for name, value in each.items()}


def day_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def month_of(at: datetime) -> datetime:
    return day_of(at).replace(day=1)


def next_month(month: datetime) -> datetime:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
