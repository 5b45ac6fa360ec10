"""Figures of check-ins between two instants, by what they have in common. Nobody's name is in them. Reads only.

What is stored by the month, the day and the hour is read; hours that were touched since are counted from the
check-ins, so that a figure is always right. Each kind of sums is read once, whatever is asked of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce
from operator import or_
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q, Sum
from django.db.models.functions import ExtractHour, TruncDate

from contract.reasons import Outcome
from hub.checkins.models import TouchedHour
from hub.reports import models
from hub.reports.counting import HOUR, figures_of
from hub.reports.models import HourlyFigure
from hub.reports.sums import KINDS, NUMBERS, Cover, cover, kind_for

Group = tuple[Any, ...]
Numbers = dict[Group, list[int]]
"""Those of NUMBERS."""


class Count(NamedTuple):
    """`granted` and `denied` stand; `first` (somebody's of a benefit), `excess` and `said` (at a partner that
    whoever scanned only said to be at) are some of the granted; `voided` stand no more. Of benefits, granted ones
    are uses."""

    granted: int = 0
    denied: int = 0
    first: int = 0
    excess: int = 0
    voided: int = 0
    said: int = 0

    @property
    def total(self) -> int:
        return self.granted + self.denied

    @property
    def repeat(self) -> int:
        """Uses that are not somebody's first of that benefit."""
        return self.granted - self.first


@dataclass(frozen=True)
class Span:
    """Half open. A site, a partner or a permission that is empty: all of them."""

    from_at: datetime
    until_at: datetime
    site: str = ""
    partner: str = ""
    permission: str = ""

    @property
    def narrowed(self) -> dict[str, str]:
        asked = {"site": self.site, "partner": self.partner, "permission": self.permission}
        return {name: value for name, value in asked.items() if value}


class Counted:
    """A span's figures, to be asked for by several reports. `of_benefits`: only of what was to use one up."""

    def __init__(self, span: Span, of_benefits: bool = False) -> None:
        self.span, self.of_benefits = span, of_benefits
        self._groups: dict[tuple[str, ...], dict[Group, Count]] = {}
        self._clocks: dict[ZoneInfo, Clock] = {}

    def by(self, *fields: str) -> dict[Group, Count]:
        """`fields`: of HourlyFigure. Groups of which there is none are left out."""
        kind = kind_for({*fields, *self.span.narrowed}, self.of_benefits)
        told_by = KINDS[kind].fields if kind else tuple(dict.fromkeys(fields))
        if told_by not in self._groups:
            self._groups[told_by] = self._read(kind, told_by)
        groups = self._groups[told_by]
        return groups if fields == told_by else folded(groups, [told_by.index(name) for name in fields])

    @cached_property
    def all(self) -> Count:
        return self.by().get((), Count())

    def clock(self, zone: ZoneInfo) -> "Clock":
        """As the clock on the wall in `zone` has it."""
        if zone not in self._clocks:
            self._clocks[zone] = self._read_clock(zone)
        return self._clocks[zone]

    def _read_clock(self, zone: ZoneInfo) -> "Clock":
        """A year has too many slots to be told one by one: the database adds them up by day, and by hour."""
        kind = kind_for({"slot", *self.span.narrowed}, self.of_benefits)
        made_of = cover(self.span.from_at, self.span.until_at, self._touched, kind)
        days, hours, others = _numbers(), _numbers(), _numbers()
        self._add_sums(days, made_of, kind, [TruncDate("slot", tzinfo=zone)])
        self._add_sums(hours, made_of, kind, [ExtractHour("slot", tzinfo=zone)])
        self._add_hours(others, made_of, ("slot",))
        for (slot,), numbers in others.items():
            at = slot.astimezone(zone)
            _add(days[(at.date(),)], numbers)
            _add(hours[(at.hour,)], numbers)
        return Clock(_counts(days), _counts(hours))

    def _read(self, kind: str | None, fields: tuple[str, ...]) -> dict[Group, Count]:
        made_of = cover(self.span.from_at, self.span.until_at, self._touched, kind)
        found = _numbers()
        self._add_sums(found, made_of, kind, fields)
        self._add_hours(found, made_of, fields)
        return _counts(found)

    @cached_property
    def _touched(self) -> set[datetime]:
        marks = TouchedHour.objects.filter(hour__gt=self.span.from_at - HOUR, hour__lt=self.span.until_at)
        return set(marks.order_by().values_list("hour", flat=True).distinct())

    @cached_property
    def _fresh(self) -> list[HourlyFigure]:
        span, narrowed = self.span, self.span.narrowed.items()
        counted = figures_of(self._touched) if self._touched else []
        return [
            each
            for each in counted
            if span.from_at <= each.slot < span.until_at
            and (each.of_benefit or not self.of_benefits)
            and all(getattr(each, name) == value for name, value in narrowed)
        ]

    def _add_sums(self, found: Numbers, made_of: Cover, kind: str | None, fields: Iterable[Any]) -> None:
        of_sums = made_of.of_sums()
        if not of_sums:
            return
        stored = models.Sum.objects.filter(of_sums, kind=kind, **self.span.narrowed)
        totals = stored.order_by().values_list(*fields).annotate(*(Sum(name) for name in NUMBERS))
        for row in totals:
            _add(found[row[: -len(NUMBERS)]], row[-len(NUMBERS) :])

    def _add_hours(self, found: Numbers, made_of: Cover, fields: Iterable[str]) -> None:
        """What is stored of them, and what was touched since."""
        for each in self._fresh:
            both = (0, each.count) if each.outcome == Outcome.DENIED else (each.count, 0)
            more = (*both, each.first, each.excess, each.voided, each.said)
            _add(found[tuple(getattr(each, name) for name in fields)], more)
        within = [
            Q(hour__gt=from_at - HOUR, hour__lt=until_at, slot__gte=from_at, slot__lt=until_at)
            for from_at, until_at in made_of.hours
        ]
        if not within:
            return
        only = self.span.narrowed | ({"of_benefit": True} if self.of_benefits else {})
        stored = HourlyFigure.objects.filter(reduce(or_, within), **only)
        if self._touched:
            stored = stored.exclude(hour__in=self._touched)
        sums = (
            stored.order_by()
            .values_list(*fields, "outcome")
            .annotate(Sum("count"), Sum("first"), Sum("excess"), Sum("voided"), Sum("said"))
        )
        for *group, outcome, count, first, excess, voided, said in sums:
            both = (0, count) if outcome == Outcome.DENIED else (count, 0)
            _add(found[tuple(group)], (*both, first, excess, voided, said))


@dataclass(frozen=True)
class Clock:
    """`days`: by their date; `hours`: by hour of the day."""

    days: dict[Group, Count]
    hours: dict[Group, Count]


def _add(numbers: list[int], more: Iterable[int]) -> None:
    for number, each in enumerate(more):
        numbers[number] += each


def folded(groups: Mapping[Group, Count], places: Sequence[int]) -> dict[Group, Count]:
    """By some of what they are grouped by."""
    found = _numbers()
    for group, count in groups.items():
        _add(found[tuple(group[place] for place in places)], count)
    return _counts(found)


def _numbers() -> Numbers:
    return defaultdict(lambda: [0] * len(NUMBERS))


def _counts(found: Numbers) -> dict[Group, Count]:
    return {group: Count(*numbers) for group, numbers in found.items() if any(numbers)}
