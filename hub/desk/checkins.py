"""Check-ins for staff: a list that is filtered, filled as scans arrive, exported, and in which they are voided."""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contract.reasons import Outcome
from hub.checkins import names, places, queries
from hub.checkins.listing import page_of, wanted_rows
from hub.checkins.models import CheckIn
from hub.checkins.staff_operations import REASON_LETTERS_MAX, ReasonMissing, void_checkins
from hub.decisions.said import reason_text
from hub.desk.answers import goes_to, page
from hub.desk.checkins_form import FilterForm
from hub.desk.checkins_part import Seen, seen
from hub.desk.csv_answers import noted_csv_answer
from hub.desk.gate import desk
from hub.members.models import Customer

_COLUMNS: Final = (
    *("number", "at", "time_zone", "place", "site", "partner", "permission", "outcome", "reason", "used_up"),
    *("left", "over_limit", "voided_at", "customer_number", "customer", "partner_only_said"),
)
_AT_ONCE: Final = 2_000
_NO_CONTENT: Final = 204


@desk("checkins.view_checkin")
def checkins_page(request: HttpRequest) -> HttpResponse:
    """The first page fills by itself: `seen` is the number of the newest check-in that it knew."""
    newest = queries.newest_number()
    if request.GET.get("seen") == str(newest):
        return HttpResponse(status=_NO_CONTENT)
    form = FilterForm(request.GET)
    wanted, after = form.wanted(), request.GET.get("after", "")
    found = page_of(wanted, after)
    asked = {name: value for name, value in request.GET.items() if name not in ("after", "seen") and value}
    context = {
        "form": form,
        "rows": _shown(found.rows),
        "customer": Customer.objects.filter(pk=wanted.customer_id).first() if wanted.customer_id else None,
        "older": found.older and urlencode(asked | {"after": found.older}),
        "is_first": not after,
        "newest": newest,
        "query": urlencode(asked),
    }
    template = "desk/checkins/list.html" if request.htmx else "desk/checkins/page.html"
    return page(request, template, **context)


@desk("members.export_csv")
def checkins_csv(request: HttpRequest) -> HttpResponse:
    """All that the filter finds, row by row; instants in UTC."""
    found = wanted_rows(FilterForm(request.GET).wanted())
    rows = _lines(found.iterator(_AT_ONCE))
    return noted_csv_answer(request, "check-ins.csv", _COLUMNS, rows, found.count())


@desk("checkins.void_checkin")
def void_checkin(request: HttpRequest, number: int) -> HttpResponse:
    """Asks why, and voids it."""
    checkin = get_object_or_404(CheckIn.objects.select_related(*places.RELATED, "customer"), pk=number)
    back, error = reverse("desk:all_checkins"), ""
    if request.method == "POST":
        try:
            voided = void_checkins([checkin], request.POST.get("reason", ""), request.user, timezone.now())
            said = _("It is voided, and counts no more.") if voided else _("It was denied, or is voided already.")
            messages.info(request, said)
            return goes_to(request, back)
        except ReasonMissing:
            error = _("Say why: it stands beside the check-in from then on.")
    [row] = _shown([checkin])
    context = {"row": row, "error": error, "back": back, "letters_max": REASON_LETTERS_MAX}
    return page(request, "desk/checkins/void.html", 422 if error else 200, **context)


def _shown(rows: Iterable[CheckIn]) -> list[dict[str, Any]]:
    rows = list(rows)
    permissions = names.permissions(each.permission for each in rows)
    partners = names.partners(each.partner for each in rows if each.partner)
    return [_line(each, seen(each, permissions), partners) for each in rows]


def _line(row: CheckIn, shown: Seen, partners: dict[str, str]) -> dict[str, Any]:
    return {
        "row": row,
        "seen": shown,
        "partner": partners.get(row.partner or "", row.partner or ""),
        "may_be_voided": row.outcome == Outcome.GRANTED and row.voided_at is None,
        "reason": reason_text(row.reason),
    }


def _lines(rows: Iterable[CheckIn]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            *(
                row.number,
                row.at.isoformat(),
                places.zone_name(row),
                places.place_text(row),
                row.site,
                row.partner,
            ),
            *(row.permission, row.outcome, row.reason, _yes(row.counted), row.remaining, _yes(row.over_limit)),
            row.voided_at and row.voided_at.isoformat(),
            row.customer_id,
            row.customer and row.customer.name,
            _yes(row.partner_said),
        )


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
