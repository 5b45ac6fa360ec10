"""The front desk: somebody is scanned or looked for, shown with what they may, and checked in.

What is scanned is posted and stands in no address. The permission and the site are remembered by the browser.
Decided and recorded by hub.decisions.checkin_operations; only words are made here (checkin_words.py).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from contract.card import read_scan
from hub.checkins.desk_operations import NotUndone, new_id, undo
from hub.checkins.models import CheckIn
from hub.decisions.checkin_operations import NotAsked, Station, check_in
from hub.decisions.looking import Place, look_at_code, look_at_customer
from hub.desk.answers import page
from hub.desk.checkin_words import result_of, who_of
from hub.desk.gate import desk
from hub.fleet.models import Site
from hub.kept import keep
from hub.members.models import Customer, Permission
from hub.members.searching import find

TEXT_MAX: Final = 500
_REMEMBERED: Final = "checkin"
_MAY: Final = "checkins.add_desk_checkin"
_YEAR: Final = timedelta(days=366)
_ID_BYTES: Final = 16
_GONE: Final = gettext_lazy(
    "The permission or the site that was chosen is not there any more. Load this page again and choose another."
)


@dataclass(frozen=True)
class Chosen:
    """What one is checked in for, and where; None: there is none at this hub. `is_gone`: what was sent is not
    there any more, and this is another one."""

    permission: Permission | None
    site: Site | None
    is_gone: bool = False


@desk(_MAY)
def checkin_page(request: HttpRequest) -> HttpResponse:
    return _shown(request)


@desk(_MAY)
@require_POST
def look_for(request: HttpRequest) -> HttpResponse:
    """Whose card it is, or who fits what was typed; `customer`: who of them was chosen."""
    chosen = _chosen(request)
    if chosen.is_gone:
        return _shown(request, error=_GONE)
    text = request.POST.get("q", "")[:TEXT_MAX].strip()
    number = _number(request.POST.get("customer", ""))
    if number is not None:
        return _with_who(request, chosen, get_object_or_404(Customer, pk=number), "")
    found = find(text)
    if found.card is not None:
        return _with_who(request, chosen, found.card.customer, text)
    if len(found.customers) == 1 and not found.more:
        return _with_who(request, chosen, found.customers[0], "")
    return _shown(request, text=text, found=found.customers, more=found.more, looked=True)


@desk(_MAY)
@require_POST
def do_check_in(request: HttpRequest) -> HttpResponse:
    """`code`: of the card that was scanned; without one, `customer`. The same `id` sent twice is done once."""
    chosen, at = _chosen(request), timezone.now()
    if chosen.is_gone:
        return _shown(request, error=_GONE)
    if chosen.permission is None:
        return _shown(request, error=_("There is no permission yet to check anybody in for."))
    code = request.POST.get("code", "")[:TEXT_MAX]
    who = code or get_object_or_404(Customer, pk=_number(request.POST.get("customer", "")) or 0)
    station = Station(site=chosen.site, by=request.user)
    try:
        done = check_in(who, chosen.permission.slug, station, at, _id_of(request.POST.get("id", "")))
    except NotAsked as error:
        return _shown(request, error=str(error))
    return _shown(request, result=result_of(done, chosen.permission, chosen.site))


@desk(_MAY)
@require_POST
def undo_checkin(request: HttpRequest, number: int) -> HttpResponse:
    checkin = get_object_or_404(CheckIn.objects.select_related("hub_site"), pk=number)
    try:
        undo(checkin, request.user, timezone.now())
    except NotUndone as error:
        return _shown(request, error=str(error))
    return _shown(request, told=_("Undone: it counts no more."))


def _with_who(request: HttpRequest, chosen: Chosen, customer: Customer, code: str) -> HttpResponse:
    at = timezone.now()
    decision = None
    if chosen.permission is not None:
        place = Place(Station(site=chosen.site).policy)
        if code and read_scan(code.encode()).text is not None:
            decision = look_at_code(code, chosen.permission.slug, place, at)
        else:
            decision = look_at_customer(customer, chosen.permission.slug, place, at)
    who = who_of(customer, decision, chosen.permission, chosen.site, at)
    return _shown(request, who=who, code=code, id=new_id().hex())


def _shown(request: HttpRequest, **context: Any) -> HttpResponse:
    """The whole page, or what htmx puts below the field."""
    template = "desk/checkin/part.html" if request.htmx else "desk/checkin/page.html"
    chosen = _chosen(request)
    known = {"chosen": chosen, "permissions": _permissions(), "sites": Site.objects.order_by("name")}
    response = page(request, template, **known, **context)
    if request.method == "POST" and chosen.permission is not None and not chosen.is_gone:
        kept = f"{chosen.permission.slug}/{chosen.site.name if chosen.site else ''}"
        keep(response, _REMEMBERED, kept, _YEAR, reverse("desk:checkin"))
    return response


def _permissions() -> list[Permission]:
    return list(Permission.objects.order_by("name"))


def _chosen(request: HttpRequest) -> Chosen:
    """As posted; where nothing is posted as remembered, else the first of each."""
    permission, _slash, site = request.COOKIES.get(_REMEMBERED, "").partition("/")
    asked_for, asked_at = request.POST.get("permission", permission), request.POST.get("site", site)
    permissions, sites = Permission.objects.order_by("name"), Site.objects.order_by("pk")
    what, where = permissions.filter(slug=asked_for).first(), sites.filter(name=asked_at).first()
    first, first_site = what or permissions.first(), where or sites.first()
    is_other = {"permission": what != first, "site": where != first_site}
    return Chosen(first, first_site, any(is_other[name] for name in is_other if name in request.POST))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _id_of(text: str) -> bytes | None:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return None
    return found if len(found) == _ID_BYTES else None
