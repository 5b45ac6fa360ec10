"""Reports: figures of check-ins, benefits and memberships over a span, as charts, tables, CSV; nobody's name."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.checkins.benefits import slugs
from hub.decisions.said import reason_text
from hub.desk.answers import page
from hub.desk.gate import desk
from hub.exchange.csv_answers import csv_answer
from hub.fleet.models import Site
from hub.members.models import Permission
from hub.partners.models import Partner
from hub.reports import benefits
from hub.reports.asked import RANGES, Asked, benefits_asked, checkins_asked
from hub.reports.memberships import by_plan
from hub.reports.queries import Counted, Span
from hub.reports.showing import shown, totals
from hub.reports.tables import CHECKINS, DENIED, GRANTED, Report, Table, Text, table

_MAY: Final = "reports.view_figures"


class Choice(NamedTuple):
    """A field of the form above the figures; `pairs`: values and what they are called."""

    name: str
    title: Text
    chosen: str
    pairs: Iterable[tuple[str, str]]


@desk(_MAY)
def reports_page(request: HttpRequest) -> HttpResponse:
    asked = checkins_asked(request.GET, timezone.now())
    counted = Counted(asked.span)
    tables = [table(name, counted, asked.zone) for name in CHECKINS]
    sites = [(name, name) for name in Site.objects.order_by("name").values_list("name", flat=True)]
    choices = [Choice("site", _("Site"), asked.span.site, sites)]
    return _figures(request, asked, tables, choices, totals(counted, (GRANTED, DENIED)))


@desk(_MAY)
def benefits_page(request: HttpRequest) -> HttpResponse:
    asked = benefits_asked(request.GET, timezone.now())
    counted = benefits.counted_of(asked.span)
    choices = [
        Choice("partner", _("Partner"), asked.span.partner, Partner.objects.values_list("slug", "name")),
        Choice("permission", _("Benefit"), asked.span.permission, _benefits()),
    ]
    tables = benefits.tables_of(counted, asked.zone)
    return _figures(request, asked, tables, choices, totals(counted, benefits.COLUMNS))


@desk(_MAY)
def memberships_page(request: HttpRequest) -> HttpResponse:
    asked, at = checkins_asked(request.GET, timezone.now()), timezone.now()
    context = {"asked": asked, "ranges": RANGES, "plans": by_plan(asked.span, at)}
    return page(request, "desk/reports/memberships.html", **context)


@desk(_MAY)
def report_csv(request: HttpRequest, name: str) -> HttpResponse:
    asked = checkins_asked(request.GET, timezone.now())
    if name == "memberships":
        return csv_answer("memberships.csv", _PLAN_COLUMNS, _plan_lines(asked.span))
    return _file(name, Counted(asked.span), asked, CHECKINS)


@desk(_MAY)
def benefits_csv(request: HttpRequest, name: str) -> HttpResponse:
    asked = benefits_asked(request.GET, timezone.now())
    return _file(name, benefits.counted_of(asked.span), asked, benefits.reports_of(asked.span))


def _figures(
    request: HttpRequest, asked: Asked, tables: list[Table], choices: list[Choice], total: list[tuple[Text, int]]
) -> HttpResponse:
    def file_of(name: str) -> str:
        return f"{reverse(f'{request.resolver_match.view_name}_csv', args=[name])}?{asked.query}"

    context = {"asked": asked, "ranges": RANGES, "choices": choices, "total": total}
    context["shown"] = shown(tables, file_of, reason_text)
    with timezone.override(asked.zone):
        return page(request, "desk/reports/page.html", **context).render()


def _file(name: str, counted: Counted, asked: Asked, reports: Mapping[str, Report]) -> HttpResponse:
    if name not in reports:
        raise Http404
    found = table(name, counted, asked.zone, reports)
    return csv_answer(f"{name}.csv", found.csv_header, found.csv_rows())


def _benefits() -> list[tuple[str, str]]:
    benefits_now = Permission.objects.filter(slug__in=slugs())
    return list(benefits_now.order_by("name").values_list("slug", "name"))


_PLAN_COLUMNS: Final = ("plan", "active", "inactive", "expired", "begun", "renewed", "ended")


def _plan_lines(span: Span) -> Iterator[tuple[object, ...]]:
    for each in by_plan(span, timezone.now()):
        yield tuple(getattr(each, name) for name in _PLAN_COLUMNS)
