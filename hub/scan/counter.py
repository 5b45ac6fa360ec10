"""The counter page: card after card, by camera, by a scanner that types, or by hand. For those who are known.

What it does with a card stands in the form that is sent along with each scan: a page that says "show the card
first" never uses anything up, whatever was chosen in another window since. A scan is sent with an id of its own,
so that sent again, after the network failed, it counts once.
"""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from contract.feed import CHECKIN_ID_BYTES
from hub.checkins.desk_operations import new_id
from hub.decisions.checkin_operations import NotAsked
from hub.decisions.scan_operations import Pressed, press
from hub.decisions.scanning import facts_of_scan, live_step
from hub.members import codes
from hub.members.models import Permission
from hub.partners.queries import benefits_offered_by
from hub.scan import signed
from hub.scan.choosing import AT_ONCE, Choice, choice_of, remember, remembered
from hub.scan.entrance import asks_for_login, sign_in_first
from hub.scan.gate import face, page
from hub.scan.results import done_of
from hub.scan.showing import Scanned, card_shown
from hub.scan.views import card_of, scanned_of


@require_GET
@face
def counter(request: HttpRequest) -> HttpResponse:
    return _closed(request) or _shown(request, remembered(request, _offered(request)))


@require_POST
@face
def choose(request: HttpRequest) -> HttpResponse:
    if closed := _closed(request):
        return closed
    choice = _posted(request)
    if choice.is_gone or (request.POST.get("when") == AT_ONCE and choice.benefit is None):
        wrong = _("Choose one benefit: what is used without asking has to be clear.")
        return _shown(request, replace(choice, is_made=False), 422, wrong=wrong)
    response = redirect("scan:counter")
    remember(response, choice, reverse("scan:counter"))
    return response


@require_POST
@face
def scan(request: HttpRequest) -> HttpResponse:
    """`text` as it was scanned; `benefit` and `when` as the page has them; `id` of the check-in that it makes."""
    if closed := _closed(request):
        return closed
    choice, scanned = _posted(request), scanned_of(request.POST.get("text", ""))
    if choice.is_gone:
        return _shown(request, choice, why=_("What this counter did is not offered any more. Choose again."))
    if scanned is None:
        return _shown(
            request, choice, why=_("This is no card's code. Scan it again, or type what is on the card.")
        )
    if choice.benefit is None or not choice.at_once:
        return _shown(request, choice, **_card(request, scanned, choice.benefit))
    return _used(request, choice, scanned, choice.benefit)


def _used(request: HttpRequest, choice: Choice, scanned: Scanned, benefit: Permission) -> HttpResponse:
    scanner, at = request.scanner, timezone.now()
    station = scanner.station(request.organization)
    facts = facts_of_scan(codes.hash_of(scanned.code), station.policy.site, at)
    step = live_step(facts, scanned.digits, at)
    pressed = Pressed(scanned.code, benefit, _id(request), step, needs_live=not scanner.is_staff)
    try:
        checkin = press(pressed, station, at).checkin
    except NotAsked as error:
        return _shown(request, choice, why=str(error))
    return _shown(
        request,
        choice,
        done=done_of(checkin, scanner, request.organization, at),
        undone=checkin.voided_at is not None,
        token=signed.sign_done(bytes(checkin.checkin_id)),
        **_card(request, scanned, None),
    )


def _card(request: HttpRequest, scanned: Scanned, only: Permission | None) -> dict[str, Any]:
    """As the scan page shows it; codes of cards that members carry already are taken here too."""
    card = card_of(scanned, takes_carried=True)
    if card is None:
        return {"is_unknown": True}
    shown = card_shown(card, scanned, request.scanner, request.organization, timezone.now())
    if only is not None:
        shown = replace(shown, benefits=tuple(each for each in shown.benefits if each.slug == only.slug))
    return {"card": shown}


def _closed(request: HttpRequest) -> HttpResponse | None:
    """None: it is open to whoever asks."""
    if asks_for_login(request):
        return sign_in_first(request, reverse("scan:counter"))
    return None if request.scanner.is_known else page(request, "scan/counter_closed.html", 403)


def _shown(request: HttpRequest, choice: Choice, status: int = 200, **context: Any) -> HttpResponse:
    known = {"choice": choice, "id": new_id().hex(), "at_once": AT_ONCE}
    return page(request, "scan/counter.html", status, **known, **context)


def _offered(request: HttpRequest) -> list[Permission]:
    return list(benefits_offered_by(request.scanner.partner))


def _posted(request: HttpRequest) -> Choice:
    return choice_of(request.POST.get("benefit", ""), request.POST.get("when", ""), _offered(request))


def _id(request: HttpRequest) -> bytes:
    """As it came along; a new one for a form that has none."""
    try:
        found = bytes.fromhex(request.POST.get("id", ""))
    except ValueError:
        return new_id()
    return found if len(found) == CHECKIN_ID_BYTES else new_id()
