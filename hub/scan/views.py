"""The scan page: what a phone's own camera opens from a card's QR code. Opening it records nothing.

/c/CODE has our own codes alone, in upper or lower case, with or without the digits of a rotating card: printed
numbers of other cards could be counted through. What is pressed goes to /c/use, and its result is shown at
/c/done from a signed cookie, so that no address tells of it and loading it again does nothing.
"""

from typing import Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from contract.card import is_code, read_scan
from contract.effects import VOID_WITHIN
from contract.feed import CHECKIN_ID_BYTES
from hub.checkins.desk_operations import NotUndone, undo_press
from hub.checkins.models import CheckIn
from hub.decisions.checkin_operations import NotAsked
from hub.decisions.scan_operations import Pressed, press
from hub.members import codes, queries
from hub.members.models import CustomerPhoto
from hub.partners.queries import benefits_offered_by
from hub.scan import signed
from hub.scan.gate import face, page, too_many, unknown_code_seen
from hub.scan.results import confirmed_of, done_of
from hub.scan.showing import Scanned, card_shown

DONE_COOKIE: Final = "scan_done"
TEXT_MAX: Final = 512


@require_GET
@face
def open_card(request: HttpRequest, scanned: str) -> HttpResponse:
    if asks_for_login(request):
        return sign_in_first(request)
    found = scanned_of(scanned)
    card = queries.card_with_code(found.code) if found and is_code(found.code) else None
    if found is None or card is None:
        return unknown_card(request)
    shown = card_shown(card, found, request.scanner, request.organization, timezone.now())
    return page(request, "scan/card.html", card=shown)


@require_POST
@face
def use(request: HttpRequest) -> HttpResponse:
    """`code`, `permission`, `id`, `live` as the card's page has them; `sure`: it was asked about once more."""
    if asks_for_login(request):
        return page(request, "scan/login_required.html", 403)
    pressed = pressed_of(request)
    if pressed is None:
        return refused(request, _("This page is too old, or not whole. Scan the card again."))
    station, at = request.scanner.station(request.organization), timezone.now()
    confirmed = confirmed_of(pressed, request.scanner, request.organization, at)
    if confirmed.refused:
        return refused(request, confirmed.refused)
    if confirmed.asks and not request.POST.get("sure"):
        return page(request, "scan/confirm.html", asked=confirmed, posted=request.POST)
    try:
        checkin = press(pressed, station, at).checkin
    except NotAsked as error:
        return refused(request, str(error))
    return _done(request, checkin)


@require_GET
@face
def done_page(request: HttpRequest) -> HttpResponse:
    done = signed.read_done(request.COOKIES.get(DONE_COOKIE, ""))
    checkin = done and CheckIn.objects.filter(checkin_id=done).first()
    if not done or not checkin:
        return refused(request, _("There is nothing here any more. Scan the card again."), 200)
    shown = done_of(checkin, request.scanner, request.organization, timezone.now())
    # With which one it is: another window may have pressed since, and the cookie be of that.
    known = {"undone": checkin.voided_at is not None, "token": signed.sign_done(done)}
    return page(request, "scan/done.html", done=shown, **known)


@require_POST
@face
def undo(request: HttpRequest) -> HttpResponse:
    """By the browser that pressed: it alone has the cookie, or the page that says which one by itself."""
    done = signed.read_done(request.POST.get("done") or request.COOKIES.get(DONE_COOKIE, ""))
    checkin = done and CheckIn.objects.filter(checkin_id=done).first()
    if not checkin:
        return refused(request, _("It is too late to undo this here: staff may void it."))
    try:
        undo_press(checkin, timezone.now())
    except NotUndone as error:
        return refused(request, str(error))
    return _done(request, checkin)


@require_GET
@face
def photo(request: HttpRequest, token: str) -> HttpResponse:
    """Of a member who is shown on a page; its address holds for a few minutes."""
    found = get_object_or_404(CustomerPhoto, customer=signed.read_photo(token) or 0)
    return HttpResponse(bytes(found.jpeg), content_type="image/jpeg")


def asks_for_login(request: HttpRequest) -> bool:
    """Where the organization wants that everybody is signed in, a partner's link is not enough."""
    return request.organization.login_required and request.scanner.user is None


def sign_in_first(request: HttpRequest, then: str = "") -> HttpResponse:
    """`then`: where to go on after that, if not here."""
    there = redirect_to_login(then or request.path, resolve_url("account_login")).url
    return page(request, "scan/login_required.html", 403, there=there)


def scanned_of(text: str) -> Scanned | None:
    scan = read_scan(text.encode(errors="replace"))
    return None if scan.text is None else Scanned(scan.text, scan.digits)


def unknown_card(request: HttpRequest) -> HttpResponse:
    """Forged, another organization's, never issued: all are answered alike."""
    wait_s = 0 if request.scanner.is_known else unknown_code_seen(request)
    return too_many(request, wait_s) if wait_s else page(request, "scan/unknown.html", 404)


def refused(request: HttpRequest, why: str, status: int = 422) -> HttpResponse:
    return page(request, "scan/refused.html", status, why=why)


def pressed_of(request: HttpRequest) -> Pressed | None:
    """None: something of it is missing, or is no benefit that is offered to whoever presses."""
    scanned, id_text = scanned_of(request.POST.get("code", "")[:TEXT_MAX]), request.POST.get("id", "")
    benefits = benefits_offered_by(request.scanner.partner)
    benefit = benefits.filter(slug=request.POST.get("permission", "")).first()
    if scanned is None or benefit is None or len(id_text) != 2 * CHECKIN_ID_BYTES:
        return None
    try:
        id_bytes = bytes.fromhex(id_text)
    except ValueError:
        return None
    step = signed.read_live(request.POST.get("live", ""), codes.hash_of(scanned.code))
    return Pressed(scanned.code, benefit, id_bytes, step, needs_live=not request.scanner.is_staff)


def _done(request: HttpRequest, checkin: CheckIn) -> HttpResponse:
    response = redirect("scan:done")
    response.set_cookie(
        DONE_COOKIE,
        signed.sign_done(bytes(checkin.checkin_id)),
        max_age=int(VOID_WITHIN.total_seconds()),
        path="/c/",
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response
