"""An invitation to a company, taken by whoever was sent it. The secret stands behind the link's `#`; while they
sign in, or think about it, the phone keeps it in a cookie of its own."""

from datetime import timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from hub.accounts.account_operations import sign_in
from hub.accounts.invitation_operations import (
    InvitationRefused,
    accept,
    accept_as_new,
    invitation_with,
    is_known,
    may_accept,
)
from hub.accounts.models import CompanyInvitation
from hub.audit.acting import acting
from hub.cards.first_card import first_card
from hub.cards.link_operations import MEMBER
from hub.errors import HubError
from hub.kept import forget, keep
from hub.organization.queries import signup
from hub.wallet.account.asking import words_of
from hub.wallet.agents import family
from hub.wallet.phone import PATH, for_anybody, goes_on_as, link_here, page

COOKIE: Final = "doorward_invitation"
_KEPT: Final = timedelta(hours=1)
_SECRET_LETTERS_MAX: Final = 200


@sensitive_post_parameters("link")
@for_anybody
def invitation(request: HttpRequest) -> HttpResponse:
    """POST: the secret behind the link's `#`, which the page's script puts into the form; or the whole link."""
    if request.method == "POST":
        return _taken(request, request.POST.get("link", "").rpartition("#")[2].strip()[:_SECRET_LETTERS_MAX])
    secret = _secret(request)
    if not secret:
        return _entrance(request)
    try:
        return _shown(request, invitation_with(secret, timezone.now()))
    except InvitationRefused as error:
        return _forgets(_entrance(request, str(error)))


@for_anybody
def accept_it(request: HttpRequest) -> HttpResponse:
    """POST: as whoever is signed in here; with `name` as somebody new, who is signed in by it."""
    here = reverse("wallet:invitation")
    secret, at = _secret(request), timezone.now()
    if request.method != "POST" or not secret:
        return HttpResponseRedirect(here)
    terms = request.POST.get("shown", "") if "terms" in request.POST else ""
    try:
        found = invitation_with(secret, at)
        link = link_here(request)
        if link is not None and may_accept(found, link.customer):
            accept(secret, link.customer, at, terms)
            return _joined(found)
        joined, proof = accept_as_new(secret, request.POST.get("name", ""), at, terms)
    except (HubError, ValidationError) as error:
        return _refused(request, secret, words_of(error))
    with acting(MEMBER):
        first_card(joined.customer, at)
    phone = sign_in(joined.customer, proof, at, family(request.headers.get("User-Agent", "")))
    return goes_on_as(request, _joined(found), phone, at)


def _taken(request: HttpRequest, secret: str) -> HttpResponse:
    try:
        invitation_with(secret, timezone.now())
    except InvitationRefused as error:
        return _forgets(_entrance(request, str(error), 422))
    response = HttpResponseRedirect(reverse("wallet:invitation"))
    keep(response, COOKIE, secret, _KEPT, PATH)
    return response


def _shown(request: HttpRequest, found: CompanyInvitation, error: str = "", status: int = 200) -> HttpResponse:
    link = link_here(request)
    return page(
        request,
        "wallet/account/invitation.html",
        status,
        invitation=found,
        is_known=is_known(found),
        me=link.customer if link is not None and may_accept(found, link.customer) else None,
        terms=signup().terms,
        shown=signup().terms_version,
        error=error,
        name=request.POST.get("name", ""),
    )


def _refused(request: HttpRequest, secret: str, error: str) -> HttpResponse:
    try:
        return _shown(request, invitation_with(secret, timezone.now()), error, 409)
    except InvitationRefused:
        return _forgets(_entrance(request, error, 409))


def _joined(found: CompanyInvitation) -> HttpResponse:
    return _forgets(HttpResponseRedirect(f"{reverse('wallet:account')}?done=joined"))


def _entrance(request: HttpRequest, refused: str = "", status: int = 200) -> HttpResponse:
    return page(request, "wallet/account/invitation_link.html", status, refused=refused)


def _secret(request: HttpRequest) -> str:
    return request.COOKIES.get(COOKIE, "")[:_SECRET_LETTERS_MAX]


def _forgets(response: HttpResponse) -> HttpResponse:
    forget(response, COOKIE, PATH)
    return response
