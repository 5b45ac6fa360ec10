"""Who has to sign in before they see anything, and how they come back to the card that they had scanned: its code
is in no address of the pages in between."""

from typing import Final

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hub.kept import keep
from hub.scan import signed
from hub.scan.gate import face, page, refused

_BACK_COOKIE: Final = "scan_back"


def asks_for_login(request: HttpRequest) -> bool:
    """Where the organization wants that everybody is signed in, a partner's link is not enough."""
    return request.organization.login_required and request.scanner.user is None


def sign_in_first(request: HttpRequest, then: str = "") -> HttpResponse:
    """`then`: where to go on after that, if not here. Whose account may not look is told so: signing in once more
    with it would lead here again."""
    then = then or (request.path if request.method == "GET" else reverse("scan:counter"))
    there = redirect_to_login(then, resolve_url("account_login")).url
    return page(request, "scan/login_required.html", 403, there=there)


def sign_in_for_card(request: HttpRequest) -> HttpResponse:
    response = sign_in_first(request, reverse("scan:back"))
    keep(response, _BACK_COOKIE, signed.sign_back(request.path), signed.BACK_FOR, path=reverse("scan:back"))
    return response


@require_GET
@face
def back(request: HttpRequest) -> HttpResponse:
    """To the card that somebody signed in for."""
    path = signed.read_back(request.COOKIES.get(_BACK_COOKIE, ""))
    return redirect(path) if path else refused(request, _("Scan the card again."), 200)
