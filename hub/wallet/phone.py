"""Which member this phone belongs to: the cookie that holds a link's secret, and who gets in by it.

Every view of /card/ is declared with `@for_member`, `@for_anybody` or `@for_signed`. What they answer is kept by
nobody on the way, found by no search engine and told to no other site; what strangers may ask is counted by their
address.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from hub.audit.acting import acting
from hub.cards.link_operations import MEMBER, LinkRefused, link_of
from hub.cards.models import CardLink
from hub.fleet.zones import organization_zone
from hub.login.address import address_of
from hub.organization.queries import organization
from hub.rates.operations import Limit, take

COOKIE: Final = "doorward_card"
PATH: Final = "/card/"
_KEPT_S: Final = 365 * 24 * 3600
_STRANGERS: Final = Limit("card", 120, 600)
_OK: Final = 200
# Not no-referrer: with it a browser says of its own forms that they come from nowhere, and they are refused.
_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "same-origin"}
View = Callable[..., HttpResponse]


def for_member(unknown: View) -> Callable[[View], View]:
    """The view gets the link after the request. `unknown` answers a phone that is nobody's, or no longer: it gets
    a text that says so, or none. That phone forgets its link then."""

    def declared(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            secret, refused = request.COOKIES.get(COOKIE, ""), ""
            try:
                link = link_of(secret) if secret else None
            except LinkRefused as error:
                link, refused = None, str(error)
            if link is None:
                answer = _for_stranger(request, lambda: unknown(request, refused))
                # Where nobody reads it, the phone keeps its link until a page has told why.
                return forgotten(answer) if secret and answer.status_code == _OK else answer
            with acting(MEMBER):
                return _told(lambda: view(request, link, *args, **kwargs))

        return asked

    return declared


def for_anybody(view: View) -> View:
    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _for_stranger(request, lambda: view(request, *args, **kwargs))

    return asked


def for_signed(view: View) -> View:
    """For whoever has what we have signed, on any phone. Not counted: a mail provider presses for many at once."""

    @wraps(view)
    def asked(*args: Any, **kwargs: Any) -> HttpResponse:
        with acting(MEMBER):
            return _told(lambda: view(*args, **kwargs))

    return asked


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> TemplateResponse:
    return TemplateResponse(request, template, {"club": organization(), **context}, status=status)


def too_many(request: HttpRequest, wait_s: int) -> HttpResponse:
    minutes = -(-wait_s // 60)
    response = page(request, "wallet/too_many.html", 429, minutes=minutes)
    response["Retry-After"] = str(wait_s)
    return response


def remembers(response: HttpResponse, secret: str) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        secret,
        max_age=_KEPT_S,
        path=PATH,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def forgotten(response: HttpResponse) -> HttpResponse:
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    return response


def secret_of(request: HttpRequest) -> str:
    """Of a phone that is somebody's."""
    return request.COOKIES[COOKIE]


def customer_key(link: CardLink) -> str:
    """What rate limits know a member by."""
    return str(link.customer_id)


def _for_stranger(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    rate = take(_STRANGERS, address_of(request), timezone.now())
    return _told(view if rate.granted else lambda: too_many(request, rate.wait_s))


def _told(view: Callable[[], HttpResponse]) -> HttpResponse:
    """Times are in the organization's zone."""
    with timezone.override(organization_zone()):
        response = view()
        if isinstance(response, TemplateResponse):
            response = response.render()
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
