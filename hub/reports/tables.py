"""The reports: each a table of rows with counts, made from counted figures. Pure but for the names of things.

Those of check-ins are here, those of benefits in benefits.py.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hub.checkins import names, places
from hub.fleet.models import Edge
from hub.members.models import Plan
from hub.reports.queries import Count, Counted, Group, folded

Text = str | Promise


class Column(NamedTuple):
    """`name`: in files, and for style sheets."""

    name: str
    title: Text
    of: Callable[[Count], int]


GRANTED: Final = Column("granted", gettext_lazy("Granted"), lambda count: count.granted)
DENIED: Final = Column("denied", gettext_lazy("Denied"), lambda count: count.denied)


@dataclass(frozen=True)
class Row:
    """`labels`: one for each heading of the table."""

    labels: tuple[Text, ...]
    count: Count


@dataclass(frozen=True)
class Table:
    """`parts`: those columns that a chart stacks on each other; none: it is no chart."""

    name: str
    title: Text
    headings: tuple[Text, ...]
    columns: tuple[Column, ...]
    parts: tuple[Column, ...]
    rows: list[Row]

    @property
    def csv_header(self) -> tuple[Text, ...]:
        return (*self.headings, *(each.name for each in self.columns))

    def csv_rows(self) -> Iterator[tuple[object, ...]]:
        for row in self.rows:
            yield (*row.labels, *(each.of(row.count) for each in self.columns))

    def said_by(self, say: Callable[[str], Text]) -> "Table":
        """The same with `say` of each row's last label."""
        said = [Row((*each.labels[:-1], say(str(each.labels[-1]))), each.count) for each in self.rows]
        return replace(self, rows=said)


Maker = Callable[[Counted, ZoneInfo], list[Row]]


class Report(NamedTuple):
    title: Text
    headings: tuple[Text, ...]
    make: Maker
    columns: tuple[Column, ...] = (GRANTED, DENIED)
    parts: tuple[Column, ...] = ()


def table(name: str, counted: Counted, zone: ZoneInfo, reports: Mapping[str, Report] | None = None) -> Table:
    """`name`: of the reports; None: those of check-ins."""
    title, headings, make, columns, parts = (CHECKINS if reports is None else reports)[name]
    return Table(name, title, headings, columns, parts, make(counted, zone))


# By the clock on the wall


def by_day(counted: Counted, zone: ZoneInfo) -> list[Row]:
    """Days on which nothing was are rows too."""
    found, span = counted.clock(zone).days, counted.span
    first = span.from_at.astimezone(zone).date()
    last = (span.until_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [Row((each.isoformat(),), found.get((each,), Count())) for each in _days(first, last)]


def by_hour(counted: Counted, zone: ZoneInfo) -> list[Row]:
    found = counted.clock(zone).hours
    return [Row((f"{hour:02}:00",), found.get((hour,), Count())) for hour in range(24)]


def by_weekday(counted: Counted, zone: ZoneInfo) -> list[Row]:
    days = counted.clock(zone).days
    found = folded({(each.isoweekday(), each): count for (each,), count in days.items()}, [0])
    return [Row((WEEKDAYS[day],), found.get((day + 1,), Count())) for day in range(7)]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


# By what they were about


def by_plan(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("plan_id")
    plans = dict(Plan.objects.filter(pk__in={plan for (plan,) in found}).values_list("pk", "name"))
    return rows_of(found, lambda group: (plans.get(group[0], _("no plan, or one that is gone")),))


def by_permission(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("permission")
    called = names.permissions(slug for (slug,) in found)
    return rows_of(found, lambda group: (called.get(group[0], group[0]),))


def _by_site(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    return rows_of(counted.by("site"), lambda group: (group[0] or _("no site"),))


def _by_reader(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = counted.by("edge_id", "reader")
    edges = dict(Edge.objects.filter(pk__in={edge for edge, _reader in found}).values_list("pk", "name"))
    return rows_of(found, lambda group: (places.place_said(edges.get(group[0]), group[1]),))


def _by_partner(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    found = {group: count for group, count in counted.by("partner").items() if group[0]}
    called = names.partners(slug for (slug,) in found)
    return rows_of(found, lambda group: (called.get(group[0], group[0]),))


def _by_reason(counted: Counted, _zone: ZoneInfo) -> list[Row]:
    denied = {group: Count(denied=count.denied) for group, count in counted.by("reason").items()}
    return rows_of(denied, lambda group: (group[0],))


def rows_of(found: dict[Group, Count], labels: Callable[[Group], tuple[Text, ...]]) -> list[Row]:
    """The most first, without those of which nothing stands and nothing was voided."""
    rows = [Row(labels(group), count) for group, count in found.items() if any(count)]
    return sorted(rows, key=lambda each: (-each.count.total, [str(label) for label in each.labels]))


_PARTS: Final = (GRANTED, DENIED)
CHECKINS: Final[dict[str, Report]] = {
    "day": Report(gettext_lazy("By day"), (gettext_lazy("Day"),), by_day, parts=_PARTS),
    "hour": Report(gettext_lazy("By hour of the day"), (gettext_lazy("Hour"),), by_hour, parts=_PARTS),
    "weekday": Report(gettext_lazy("By day of the week"), (gettext_lazy("Day"),), by_weekday, parts=_PARTS),
    "site": Report(gettext_lazy("By site"), (gettext_lazy("Site"),), _by_site),
    "reader": Report(gettext_lazy("By reader"), (gettext_lazy("Reader"),), _by_reader),
    "permission": Report(gettext_lazy("By permission"), (gettext_lazy("Permission"),), by_permission),
    "partner": Report(gettext_lazy("By partner"), (gettext_lazy("Partner"),), _by_partner),
    "plan": Report(gettext_lazy("By plan"), (gettext_lazy("Plan"),), by_plan),
    "reason": Report(gettext_lazy("Denied, by reason"), (gettext_lazy("Reason"),), _by_reason),
}
