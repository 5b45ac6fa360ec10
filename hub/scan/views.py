"""The scan page: what a phone's own camera opens from a card's QR code. Opening it records nothing.

/c/CODE has our own codes alone, in upper or lower case, with or without the digits of a rotating card: printed
numbers of other cards could be counted through. What is pressed goes to /c/use, and its result is shown at
/c/done from a signed cookie, so that no address tells of it and loading it again does nothing.
"""

from dataclasses import replace
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from contract.card import is_code, read_scan
from contract.effects import VOID_WITHIN
from hub.checkins.desk_operations import NotUndone, undo_press
from hub.checkins.models import CheckIn
from hub.decisions.checkin_operations import NotAsked
from hub.decisions.scan_operations import Pressed, press
from hub.kept import keep
from hub.members import codes, queries
from hub.members.models import Card, CustomerPhoto
from hub.organization.models import Sees
from hub.scan import saying, signed
from hub.scan.entrance import asks_for_login, sign_in_first, sign_in_for_card
from hub.scan.gate import face, page, refused, too_many, unknown_code_seen
from hub.scan.results import confirmed_of, done_of
from hub.scan.showing import Scanned, card_shown

DONE_COOKIE: Final = "scan_done"
TEXT_MAX: Final = 512


@require_GET
@face
def open_card(request: HttpRequest, scanned: str) -> HttpResponse:
    if asks_for_login(request):
        return sign_in_for_card(request)
    found = scanned_of(scanned)
    card = card_of(found, takes_carried=False)
    if found is None or card is None:
        return unknown_card(request)
    return _card(request, card, found)


@require_POST
@face
def say(request: HttpRequest) -> HttpResponse:
    """At which partner a visitor says that they are: `said`, or nothing. The card's page again, as `code` and
    `live` have it."""
    if asks_for_login(request):
        return sign_in_first(request)
    scanner, found = request.scanner, scanned_of(request.POST.get("code", "")[:TEXT_MAX])
    card = card_of(found, takes_carried=scanner.is_known)
    if found is None or card is None:
        return unknown_card(request)
    if _said_is_gone(request):
        return refused(request, _("This partner is not there any more. Scan the card again."))
    shown = _card(request, card, replace(found, live=request.POST.get("live", "")))
    return shown if scanner.is_known else saying.remembers(shown, scanner.said)


@require_POST
@face
def use(request: HttpRequest) -> HttpResponse:
    """`code`, `permission`, `id`, `live` as the card's page has them; `sure`: it was asked about once more."""
    if asks_for_login(request):
        return sign_in_first(request)
    pressed, scanner, at = pressed_of(request), request.scanner, timezone.now()
    if pressed is None:
        return refused(request, _("This page is too old, or not whole. Scan the card again."))
    if card_of(Scanned(pressed.code), takes_carried=scanner.is_known) is None:
        return unknown_card(request)
    if not scanner.may_press(request.organization):
        return refused(request, _("Only partners and staff may check members in here."))
    confirmed = confirmed_of(pressed, scanner, request.organization, at)
    if confirmed.refused:
        return refused(request, confirmed.refused)
    if confirmed.asks and not request.POST.get("sure"):
        return page(request, "scan/confirm.html", asked=confirmed, posted=request.POST)
    try:
        checkin = press(pressed, scanner.station(request.organization), at).checkin
    except NotAsked as error:
        return refused(request, str(error))
    return _done(checkin)


@require_GET
@face
def done_page(request: HttpRequest) -> HttpResponse:
    if asks_for_login(request):
        return sign_in_first(request)
    checkin = _made_here(request, request.COOKIES.get(DONE_COOKIE, ""))
    if checkin is None:
        return refused(request, _("There is nothing here any more. Scan the card again."), 200)
    shown = done_of(checkin, request.scanner, request.organization, timezone.now())
    # With which one it is: another window may have pressed since, and the cookie be of that.
    known = {"undone": checkin.voided_at is not None, "token": signed.sign_done(bytes(checkin.checkin_id))}
    return page(request, "scan/done.html", done=shown, **known)


@require_POST
@face
def undo(request: HttpRequest) -> HttpResponse:
    """By the browser that pressed: it alone has the cookie, or the page that says which one by itself."""
    if asks_for_login(request):
        return sign_in_first(request)
    checkin = _made_here(request, request.POST.get("done") or request.COOKIES.get(DONE_COOKIE, ""))
    if checkin is None:
        return refused(request, _("This cannot be undone here any more: staff may void it."))
    try:
        undo_press(checkin, timezone.now())
    except NotUndone as error:
        return refused(request, str(error))
    return _done(checkin)


@require_GET
@face
def photo(request: HttpRequest, token: str) -> HttpResponse:
    """Of a member who is shown on a page; its address holds for a few minutes, and for who may see it still."""
    if asks_for_login(request) or request.scanner.sees(request.organization) is not Sees.ALL:
        raise Http404
    found = get_object_or_404(CustomerPhoto, customer=signed.read_photo(token) or 0)
    return HttpResponse(bytes(found.jpeg), content_type="image/jpeg")


def scanned_of(text: str) -> Scanned | None:
    scan = read_scan(text.encode(errors="replace"))
    return None if scan.text is None else Scanned(scan.text, scan.digits)


def card_of(scanned: Scanned | None, takes_carried: bool) -> Card | None:
    """None: it is nobody's, or a number that a member carries already (printed ones can be counted through) where
    those are not taken."""
    if scanned is None or not (takes_carried or is_code(scanned.code)):
        return None
    return queries.card_with_code(scanned.code)


def unknown_card(request: HttpRequest) -> HttpResponse:
    """Forged, another organization's, never issued: all are answered alike."""
    wait_s = 0 if request.scanner.is_known else unknown_code_seen(request)
    return too_many(request, wait_s) if wait_s else page(request, "scan/unknown.html", 404)


def pressed_of(request: HttpRequest) -> Pressed | None:
    """None: something of it is missing, the button was shown too long ago, or the benefit is not offered to
    whoever presses."""
    scanned = scanned_of(request.POST.get("code", "")[:TEXT_MAX])
    made = signed.read_button(request.POST.get("id", ""))
    benefit = request.scanner.offered().filter(slug=request.POST.get("permission", "")).first()
    if scanned is None or benefit is None or made is None or _said_is_gone(request):
        return None
    step = signed.read_live(request.POST.get("live", ""), codes.hash_of(scanned.code))
    return Pressed(scanned.code, benefit, made, step, needs_live=not request.scanner.is_staff)


def _done(checkin: CheckIn) -> HttpResponse:
    response = redirect("scan:done")
    keep(response, DONE_COOKIE, signed.sign_done(bytes(checkin.checkin_id)), VOID_WITHIN, path="/c/")
    return response


def _made_here(request: HttpRequest, token: str) -> CheckIn | None:
    """None: longer ago than it can be undone, not ours, or made by somebody who is not at this browser now."""
    checkin = CheckIn.objects.filter(checkin_id=signed.read_done(token) or b"").first()
    return checkin if checkin and request.scanner.made(checkin) else None


def _card(request: HttpRequest, card: Card, scanned: Scanned) -> HttpResponse:
    shown = card_shown(card, scanned, request.scanner, request.organization, timezone.now())
    return page(request, "scan/card.html", card=shown)


def _said_is_gone(request: HttpRequest) -> bool:
    """Of a partner that was active when the page was shown, whoever sends it now."""
    return not request.scanner.is_known and saying.is_gone(request, request.scanner.said)
