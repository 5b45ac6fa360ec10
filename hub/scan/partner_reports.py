"""A partner's own figures: what was used at it, when, by whose plan, what was refused; of no other partner, and
without anybody's name. The tables are hub.reports', narrowed."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hub.exchange.csv_answers import csv_answer
from hub.partners.models import Partner
from hub.partners.queries import VIEW_OWN_FIGURES, benefits_offered_by
from hub.reports import benefits
from hub.reports.asked import RANGES, Asked, benefits_asked
from hub.reports.queries import Count
from hub.reports.showing import shown, totals
from hub.reports.tables import Table, rows_of, table
from hub.scan.entrance import asks_for_login, sign_in_first
from hub.scan.gate import face, page
from hub.scan.results import reason_told

View = Callable[..., HttpResponse]


def _of_partner(view: View) -> View:
    """The view gets the partner after the request; nobody else is asked for. Whoever is none is led to where they
    become one."""

    @require_safe
    @face
    @wraps(view)
    def asked(request: HttpRequest, **named: str) -> HttpResponse:
        scanner = request.scanner
        if scanner.partner is None:
            return redirect("scan:partner")
        if asks_for_login(request):
            return sign_in_first(request)
        if scanner.user is not None and not scanner.user.has_perm(VIEW_OWN_FIGURES):
            raise PermissionDenied
        return view(request, scanner.partner, **named)

    return asked


@_of_partner
def figures(request: HttpRequest, partner: Partner) -> HttpResponse:
    asked = benefits_asked(request.GET, timezone.now(), partner)
    counted = benefits.counted_of(asked.span)
    tables = [_told(each) for each in benefits.tables_of(counted, asked.zone)]
    offers = list(benefits_offered_by(partner).values_list("slug", "name"))
    benefit = {"name": "permission", "title": _("Benefit"), "chosen": asked.span.permission, "pairs": offers}
    return page(
        request,
        "scan/partner_figures.html",
        asked=asked,
        ranges=RANGES,
        choices=[benefit],
        total=totals(counted, benefits.COLUMNS),
        shown=shown(tables, lambda name: _file_of(name, asked), str),
    )


@_of_partner
def figures_csv(request: HttpRequest, partner: Partner, name: str) -> HttpResponse:
    asked = benefits_asked(request.GET, timezone.now(), partner)
    reports = benefits.reports_of(asked.span)
    if name not in reports:
        raise Http404
    found = _told(table(name, benefits.counted_of(asked.span), asked.zone, reports))
    return csv_answer(f"{name}.csv", found.csv_header, found.csv_rows())


def _told(found: Table) -> Table:
    """Reasons as a partner is told them, who learns less than staff: those that sound alike are one."""
    if found.name != "reason":
        return found
    sums: dict[tuple[str, ...], Count] = defaultdict(Count)
    for row in found.said_by(lambda reason: reason_told(reason, is_staff=False)).rows:
        labels = tuple(map(str, row.labels))
        sums[labels] = Count(*map(sum, zip(sums[labels], row.count, strict=True)))
    return replace(found, rows=rows_of(sums, tuple))


def _file_of(name: str, asked: Asked) -> str:
    """Whose figures they are is in no address."""
    query = replace(asked.span, partner="")
    return f"{reverse('scan:partner_figures_csv', args=[name])}?{asked._replace(span=query).query}"
