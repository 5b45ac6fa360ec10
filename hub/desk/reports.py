"""Reports: figures of check-ins, redemptions and memberships over a span, as charts, tables, CSV; nobody's name.

Days are those of the site that is chosen, or the organization's.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract.calendar import zone_of
from hub.decisions.said import reason_text
from hub.desk.answers import page
from hub.desk.charts import bars
from hub.desk.csv_answers import csv_answer
from hub.desk.gate import desk
from hub.fleet.models import Site
from hub.fleet.zones import organization_zone
from hub.reports.memberships import by_plan
from hub.reports.queries import Counted, Span
from hub.reports.tables import TABLES, Row, Table, table

RANGES: Final[dict[str, tuple[int, str | Promise]]] = {
    "1": (1, _("Today")),
    "7": (7, _("7 days")),
    "30": (30, _("30 days")),
    "90": (90, _("90 days")),
    "365": (365, _("A year")),
}
_CHARTS: Final = ("day", "hour", "weekday")
_MAY: Final = "reports.view_figures"


class Asked(NamedTuple):
    span: Span
    zone: ZoneInfo
    range: str


@desk(_MAY)
def reports_page(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    counted = Counted(asked.span)
    tables = [table(name, counted, asked.zone) for name in TABLES]
    context: dict[str, Any] = {
        "charts": [(each, bars(each)) for each in tables if each.name in _CHARTS],
        "tables": [(each, _told(each)) for each in tables if each.name not in _CHARTS],
        "sum": tables[0],
        "ranges": RANGES,
        "asked": asked,
        "sites": Site.objects.order_by("name"),
        "plans": by_plan(asked.span, timezone.now()),
    }
    with timezone.override(asked.zone):
        return page(request, "desk/reports/page.html", **context).render()


@desk(_MAY)
def report_csv(request: HttpRequest, name: str) -> HttpResponse:
    asked = _asked(request)
    if name == "memberships":
        return csv_answer("memberships.csv", _PLAN_COLUMNS, _plan_lines(asked.span))
    if name not in TABLES:
        raise Http404
    found = table(name, Counted(asked.span), asked.zone)
    return csv_answer(f"{name}.csv", (*found.headings, "granted", "denied"), _lines(found))


_PLAN_COLUMNS: Final = ("plan", "active", "inactive", "expired", "begun", "renewed", "ended")


def _plan_lines(span: Span) -> Iterator[tuple[object, ...]]:
    for each in by_plan(span, timezone.now()):
        yield tuple(getattr(each, name) for name in _PLAN_COLUMNS)


def _lines(found: Table) -> Iterator[tuple[object, ...]]:
    for each in found.rows:
        yield (*each.labels, *each.count)


def _told(found: Table) -> list[Row]:
    """Reasons in words; all others are words already."""
    if found.name != "reason":
        return found.rows
    return [Row((reason_text(str(each.labels[0])),), each.count) for each in found.rows]


def _asked(request: HttpRequest) -> Asked:
    """Whole days, today the last one; 30 of them unless another range is asked for."""
    site = Site.objects.filter(name=request.GET.get("site", "")).first()
    zone = organization_zone() if site is None else zone_of(site.time_zone)
    chosen = request.GET.get("range", "")
    chosen = chosen if chosen in RANGES else "30"
    today = timezone.now().astimezone(zone).date()
    first = today - timedelta(days=RANGES[chosen][0] - 1)
    begin, end = (datetime.combine(each, time(), zone) for each in (first, today + timedelta(days=1)))
    return Asked(Span(begin, end, site.name if site else ""), zone, chosen)
