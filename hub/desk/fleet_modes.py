"""What is set by hand, for staff: everything, sites, edges and readers, set and ended after asking once more."""

from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from contract.ask import Posture
from hub.desk.answers import goes_to, page
from hub.desk.fleet import live_page
from hub.desk.gate import check, desk
from hub.errors import HubError
from hub.fleet.paging import number_of
from hub.fleet.workers import workers_shown
from hub.orders import queries
from hub.orders.mode_lines import effect_text, fields_of, modes_context
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.places import NoPlace, Place

CLEAR = "clear"
_DIGITS: Final = 19
OPEN_DOORS = "orders.open_doors"
_FOR_ALL_WHO_SET_MODES = (Posture.LOCKDOWN, CLEAR)


@desk("fleet.view_edge")
def modes_page(request: HttpRequest) -> HttpResponse:
    """Everything, sites, edges and readers, with what each is set to by hand."""
    context = modes_context(request.GET.get("q", ""), number_of(request.GET.get("page", "")))
    return live_page(request, "desk/fleet/modes", context | {"at": timezone.now(), "trouble": _trouble()})


@desk("orders.set_mode")
def set_mode_page(request: HttpRequest) -> HttpResponse:
    """Asks once more, then does it: `posture` or clear, and of `site`, `edge`, `reader` what is meant;
    `shown`: the order that stood there when it was asked, 0: none."""
    asked = request.POST if request.method == "POST" else request.GET
    if not asked:
        return goes_to(request, reverse("desk:modes"))
    place = _place(asked)
    posture = asked.get("posture", "")
    if posture not in [*Posture, CLEAR]:
        raise Http404
    if posture not in _FOR_ALL_WHO_SET_MODES:
        check(request, OPEN_DOORS)
    back = _back(request)
    if request.method == "POST":
        _set_mode(request, place, posture)
        return goes_to(request, back)
    standing = queries.standing_at(place)
    shown = "0" if standing is None else str(standing.pk)
    fields = {"posture": posture, **fields_of(place), "shown": shown, "back": back}
    effect = effect_text(place, posture)
    context = {"posture": posture, "back": back, "fields": fields, "trouble": _trouble(), **effect}
    return page(request, "desk/fleet/set_mode.html", **context)


def _place(asked: QueryDict) -> Place:
    try:
        return Place(**{word: asked[word] for word in ("site", "edge", "reader") if asked.get(word)})
    except NoPlace as error:
        raise Http404 from error


def _set_mode(request: HttpRequest, place: Place, posture: str) -> None:
    """Who has not heard it yet is told by the banner, for as long as that is so."""
    by, shown = request.user.get_username(), request.POST.get("shown", "")
    given = int(shown) if shown.isdecimal() and len(shown) < _DIGITS else 0
    try:
        if posture == CLEAR:
            clear_mode(place, timezone.now(), by, given)
        else:
            set_mode(place, Posture(posture), timezone.now(), by, given)
    except HubError as error:
        messages.error(request, _("Nothing changed: %(error)s.") % {"error": error})
    else:
        messages.success(request, effect_text(place, posture)["done"])


def _trouble() -> str:
    return workers_shown(timezone.now()).trouble


def _back(request: HttpRequest) -> str:
    """Where the button was, if that is a page of this hub."""
    wanted = request.POST.get("back") or request.GET.get("back") or ""
    if not wanted and request.htmx and request.htmx.current_url_abs_path:
        wanted = request.htmx.current_url_abs_path
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    return wanted if allowed else reverse("desk:modes")
