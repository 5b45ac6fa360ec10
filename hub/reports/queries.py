"""Figures of check-ins between two instants, by what they have in common. Nobody's name is in them. Reads only.

What is stored by the hour is read; hours that were touched since are counted from the check-ins, so that a figure
is always right.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Sum

from contract.reasons import Outcome
from hub.checkins.models import TouchedHour
from hub.reports.counting import HOUR, figures_of
from hub.reports.models import HourlyFigure

Group = tuple[Any, ...]


class Count(NamedTuple):
    granted: int = 0
    denied: int = 0


@dataclass(frozen=True)
class Span:
    """Half open; `site` empty: all of them."""

    from_at: datetime
    until_at: datetime
    site: str = ""


def counted_by(span: Span, *fields: str, **only: Any) -> dict[Group, Count]:
    """`fields`: of HourlyFigure; `only`: values that other fields must have."""
    if span.site:
        only["site"] = span.site
    touched = set(_hours_in(span))
    stored = HourlyFigure.objects.filter(
        hour__gt=span.from_at - HOUR, slot__gte=span.from_at, slot__lt=span.until_at, **only
    )
    if touched:
        stored = stored.exclude(hour__in=touched)
    sums = stored.order_by().values_list(*fields, "outcome").annotate(many=Sum("count"))
    found: dict[Group, list[int]] = defaultdict(lambda: [0, 0])
    for *group, outcome, many in sums:
        found[tuple(group)][outcome == Outcome.DENIED] += many
    for each in _fresh(touched, span, only):
        found[tuple(getattr(each, name) for name in fields)][each.outcome == Outcome.DENIED] += each.count
    return {group: Count(*both) for group, both in found.items()}


def _hours_in(span: Span) -> Iterable[datetime]:
    marks = TouchedHour.objects.filter(hour__gt=span.from_at - HOUR, hour__lt=span.until_at)
    return marks.order_by().values_list("hour", flat=True).distinct()


def _fresh(hours: Iterable[datetime], span: Span, only: dict[str, Any]) -> Iterable[HourlyFigure]:
    for each in (figure for hour in hours for figure in figures_of(hour)):
        fits = all(getattr(each, name) == value for name, value in only.items())
        if fits and span.from_at <= each.slot < span.until_at:
            yield each
