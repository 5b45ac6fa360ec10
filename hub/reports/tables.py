"""The reports: each a table of rows with counts, made from counted figures. Pure but for the names of things."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contract.reasons import Outcome
from hub.checkins import names, places
from hub.fleet.models import Edge
from hub.members.models import Plan
from hub.reports.queries import Count, Counted, Group, Span

Text = str | Promise


@dataclass(frozen=True)
class Row:
    """`labels`: one for each heading of the table."""

    labels: tuple[Text, ...]
    count: Count

    @property
    def total(self) -> int:
        return sum(self.count)


@dataclass(frozen=True)
class Table:
    name: str
    title: Text
    headings: tuple[Text, ...]
    rows: list[Row]

    @property
    def most(self) -> int:
        return max((each.total for each in self.rows), default=0)

    @property
    def granted(self) -> int:
        return sum(each.count.granted for each in self.rows)

    @property
    def denied(self) -> int:
        return sum(each.count.denied for each in self.rows)


Maker = Callable[[Counted, ZoneInfo], list[Row]]


def table(name: str, counted: Counted, zone: ZoneInfo) -> Table:
    """`name`: of TABLES."""
    title, headings, make = TABLES[name]
    return Table(name, title, headings, make(counted, zone))


# By the clock on the wall


def _by_day(counted: Counted, zone: ZoneInfo) -> list[Row]:
    """Days on which nothing was are rows too."""
    found = _folded(counted, zone, datetime.date)
    span = counted.span
    last = (span.until_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [Row((each.isoformat(),), found.get(each, Count())) for each in _days(_first(span, zone), last)]


def _by_hour(counted: Counted, zone: ZoneInfo) -> list[Row]:
    found = _folded(counted, zone, lambda at: at.hour)
    return [Row((f"{hour:02}:00",), found.get(hour, Count())) for hour in range(24)]


def _by_weekday(counted: Counted, zone: ZoneInfo) -> list[Row]:
    found = _folded(counted, zone, datetime.weekday)
    return [Row((WEEKDAYS[day],), found.get(day, Count())) for day in range(7)]


def _folded(counted: Counted, zone: ZoneInfo, key: Callable[[datetime], Any]) -> dict[Any, Count]:
    found: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for slot, (granted, denied) in counted.slots(zone):
        both = found[key(slot)]
        both[0] += granted
        both[1] += denied
    return {each: Count(*both) for each, both in found.items()}


def _first(span: Span, zone: ZoneInfo) -> date:
    return span.from_at.astimezone(zone).date()


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


# By what they were about


def _by_site(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    return _rows(counted.by("site"), lambda group: (group[0] or _("no site"),))


def _by_reader(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("edge_id", "reader")
    edges = dict(Edge.objects.filter(pk__in={edge for edge, _reader in found}).values_list("pk", "name"))
    return _rows(found, lambda group: (f"{edges.get(group[0], places.HUB)}/{group[1]}",))


def _by_permission(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("permission")
    called = names.permissions(slug for (slug,) in found)
    return _rows(found, lambda group: (called.get(group[0], group[0]),))


def _by_partner(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = {group: count for group, count in counted.by("partner").items() if group[0]}
    called = names.partners(slug for (slug,) in found)
    return _rows(found, lambda group: (called.get(group[0], group[0]),))


def _by_plan(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("plan_id")
    plans = dict(Plan.objects.filter(pk__in={plan for (plan,) in found}).values_list("pk", "name"))
    return _rows(found, lambda group: (plans.get(group[0], _("no plan, or one that is gone")),))


def _by_reason(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("reason", outcome=Outcome.DENIED.value)
    return _rows(found, lambda group: (group[0],))


def _redemptions(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("partner", "permission", counted=True, outcome=Outcome.GRANTED.value)
    partners = names.partners(slug for slug, _benefit in found if slug)
    called = names.permissions(slug for _partner, slug in found)
    return _rows(
        found,
        lambda group: (
            partners.get(group[0], group[0]) if group[0] else _("at no partner"),
            called.get(group[1], group[1]),
        ),
    )


def _rows(found: dict[Group, Count], labels: Callable[[Group], tuple[Text, ...]]) -> list[Row]:
    """The most first."""
    rows = [Row(labels(group), count) for group, count in found.items()]
    return sorted(rows, key=lambda each: (-each.total, [str(label) for label in each.labels]))


TABLES: Final[dict[str, tuple[Text, tuple[Text, ...], Maker]]] = {
    "day": (gettext_lazy("By day"), (gettext_lazy("Day"),), _by_day),
    "hour": (gettext_lazy("By hour of the day"), (gettext_lazy("Hour"),), _by_hour),
    "weekday": (gettext_lazy("By day of the week"), (gettext_lazy("Day"),), _by_weekday),
    "site": (gettext_lazy("By site"), (gettext_lazy("Site"),), _by_site),
    "reader": (gettext_lazy("By reader"), (gettext_lazy("Reader"),), _by_reader),
    "permission": (gettext_lazy("By permission"), (gettext_lazy("Permission"),), _by_permission),
    "partner": (gettext_lazy("By partner"), (gettext_lazy("Partner"),), _by_partner),
    "plan": (gettext_lazy("By plan"), (gettext_lazy("Plan"),), _by_plan),
    "reason": (gettext_lazy("Denied, by reason"), (gettext_lazy("Reason"),), _by_reason),
    "redemptions": (
        gettext_lazy("Redemptions by partner and benefit"),
        (gettext_lazy("Partner"), gettext_lazy("Benefit")),
        _redemptions,
    ),
}
