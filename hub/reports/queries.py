"""Figures of check-ins between two instants, by what they have in common. Nobody's name is in them. Reads only.

What is stored by the month, the day and the hour is read; hours that were touched since are counted from the
check-ins, so that a figure is always right.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce
from operator import or_
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum

from contract.reasons import Outcome
from hub.checkins.models import TouchedHour
from hub.reports import models
from hub.reports.counting import HOUR, figures_of
from hub.reports.models import HourlyFigure
from hub.reports.sums import Cover, cover, kind_for

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


class Counted:
    """A span's figures, to be asked for by several reports: what is not stored is counted once for all of them."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self._slots: tuple[ZoneInfo, list[tuple[datetime, Count]]] | None = None

    def by(self, *fields: str, **only: Any) -> dict[Group, Count]:
        """`fields`: of HourlyFigure; `only`: values that other fields must have."""
        outcome = only.pop("outcome", None)
        if self.span.site:
            only["site"] = self.span.site
        kind = kind_for({*fields, *only})
        made_of = cover(self.span.from_at, self.span.until_at, self._touched, kind)
        found: dict[Group, list[int]] = defaultdict(lambda: [0, 0])
        if kind is not None:
            _add_sums(found, made_of, fields, only | {"kind": kind})
        self._add_hours(found, made_of, fields, only)
        for each in self._fresh:
            if all(getattr(each, name) == value for name, value in only.items()):
                found[tuple(getattr(each, name) for name in fields)][each.outcome == Outcome.DENIED] += each.count
        return _of_outcome({group: Count(*both) for group, both in found.items()}, outcome)

    def slots(self, zone: ZoneInfo) -> list[tuple[datetime, Count]]:
        """By the hour, or its quarter, each as the clock on the wall in `zone` has it; counted once for all."""
        if self._slots is None or self._slots[0] != zone:
            self._slots = zone, [(slot.astimezone(zone), count) for (slot,), count in self.by("slot").items()]
        return self._slots[1]

    @cached_property
    def _touched(self) -> set[datetime]:
        marks = TouchedHour.objects.filter(hour__gt=self.span.from_at - HOUR, hour__lt=self.span.until_at)
        return set(marks.order_by().values_list("hour", flat=True).distinct())

    @cached_property
    def _fresh(self) -> list[HourlyFigure]:
        span = self.span
        counted = (figure for hour in self._touched for figure in figures_of(hour))
        return [each for each in counted if span.from_at <= each.slot < span.until_at]

    def _add_hours(
        self, found: dict[Group, list[int]], made_of: Cover, fields: Iterable[str], only: dict[str, Any]
    ) -> None:
        within = [
            Q(hour__gt=from_at - HOUR, hour__lt=until_at, slot__gte=from_at, slot__lt=until_at)
            for from_at, until_at in made_of.hours
        ]
        stored = HourlyFigure.objects.filter(reduce(or_, within, Q(pk__in=[])), **only)
        if self._touched:
            stored = stored.exclude(hour__in=self._touched)
        sums = stored.order_by().values_list(*fields, "outcome").annotate(many=Sum("count"))
        for *group, outcome, many in sums:
            found[tuple(group)][outcome == Outcome.DENIED] += many


def counted_by(span: Span, *fields: str, **only: Any) -> dict[Group, Count]:
    """One report alone, as Counted gives it."""
    return Counted(span).by(*fields, **only)


def _add_sums(found: dict[Group, list[int]], made_of: Cover, fields: Iterable[str], only: dict[str, Any]) -> None:
    stored = models.Sum.objects.filter(made_of.of_sums(), **only)
    # All are of one kind: named, so that there is a field even where none is asked for.
    totals = stored.order_by().values_list("kind", *fields).annotate(Sum("granted"), Sum("denied"))
    for _kind, *group, granted, denied in totals:
        both = found[tuple(group)]
        both[0] += granted or 0
        both[1] += denied or 0


def _of_outcome(found: dict[Group, Count], outcome: str | None) -> dict[Group, Count]:
    """Those that have some of it, and nothing else of them; None: all."""
    if outcome is None:
        return {group: count for group, count in found.items() if any(count)}
    if outcome == Outcome.DENIED:
        return {group: Count(0, count.denied) for group, count in found.items() if count.denied}
    return {group: Count(count.granted, 0) for group, count in found.items() if count.granted}
