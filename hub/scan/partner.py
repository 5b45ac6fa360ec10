"""A partner's own pages, at /partner/: what they offer, what was used at them today, and how a phone comes to be
theirs."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from hub.partners.link_operations import LinkRefused, link_of
from hub.partners.queries import benefits_offered_by
from hub.scan.entrance import asks_for_login, sign_in_first
from hub.scan.gate import face, page
from hub.scan.phone import forgotten, link_of_phone, remembers
from hub.scan.today import today_at

_SECRET_LETTERS_MAX: Final = 200


@require_safe
@face
def home(request: HttpRequest) -> HttpResponse:
    partner = request.scanner.partner
    if partner is None:
        return _entrance_of_phone(request)
    if asks_for_login(request):
        return sign_in_first(request)
    return page(
        request,
        "scan/partner.html",
        partner=partner,
        offers=benefits_offered_by(partner),
        today=today_at(partner, timezone.now()),
    )


@sensitive_post_parameters("link")
@face
def open_link(request: HttpRequest) -> HttpResponse:
    """The secret behind the link's `#`, which the page's script puts into the form; or the whole link, pasted."""
    if request.method != "POST":
        return _entrance(request, "")
    secret = request.POST.get("link", "").rpartition("#")[2].strip()[:_SECRET_LETTERS_MAX]
    try:
        link_of(secret)
    except LinkRefused as refused:
        return _entrance(request, str(refused), 422)
    return remembers(redirect("scan:partner"), secret)


@require_POST
@face
def leave(request: HttpRequest) -> HttpResponse:
    """This phone is nobody's from now on; the link goes on."""
    return forgotten(redirect("scan:partner"))


def _entrance_of_phone(request: HttpRequest) -> HttpResponse:
    """Says why, where its link counts no more; one that never will again is forgotten."""
    try:
        link_of_phone(request)
    except LinkRefused as refused:
        told = _entrance(request, str(refused))
        return forgotten(told) if refused.for_good else told
    return _entrance(request, "")


def _entrance(request: HttpRequest, refused: str, status: int = 200) -> HttpResponse:
    return page(request, "scan/partner_entrance.html", status, refused=refused)
