"""Which member this phone belongs to: the cookie that holds a link's secret, and who gets in by it.

Every page of /card/ is declared with `@for_member`, `@for_anybody` or `@for_signed`. What they answer is kept by
nobody on the way (but by the phone's own worker), found by no search engine and told to no other site; what
strangers may ask is counted by their address. What is the organization's alone (icons, colours, the wallets'
buttons) is as open as static files, and phones' wallets ask by tokens of their own (apple_service.py).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from hub.audit.acting import acting
from hub.cards.link_operations import MEMBER, LinkRefused, hash_of, link_of, new_secret, revoke_links, was_ever
from hub.cards.models import CardLink
from hub.cards.session_operations import seen
from hub.fleet.zones import organization_zone
from hub.kept import forget, keep
from hub.login.address import address_of
from hub.organization.queries import organization
from hub.rates.operations import Limit, take
from hub.wallet.agents import family

COOKIE: Final = "doorward_card"
"""The secret of this phone's link. While a member is asked whether a card is lost a second one stands behind it,
which is a link as soon as they say so."""
PATH: Final = "/card/"
WHOSE: Final = "X-Doorward-Card"
"""By which the page on a phone knows an answer of the hub's from a stranger's on the way, and its own copy from
another member's: says nothing of either."""
NOBODYS: Final = "none"
"""What stands there when the phone shows nobody's card: then it keeps no copy."""
_APART: Final = "."
_SECRETS_MAX: Final = 2
_KEPT: Final = timedelta(days=365)
_STRANGERS: Final = Limit("card", 120, 600)
_OK: Final = 200
# Not no-referrer: with it a browser says of its own forms that they come from nowhere, and they are refused.
_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "same-origin"}
View = Callable[..., HttpResponse]


def for_member(unknown: View) -> Callable[[View], View]:
    """The view gets the link after the request. `unknown` answers a phone that is nobody's, or no longer: it gets
    a text that says so, or none. With a page (200) that phone forgets its link."""

    def declared(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refused = ""
            try:
                link = link_of_phone(request)
            except LinkRefused as error:
                link, refused = None, str(error)
            if link is None:
                answer = _for_stranger(request, lambda: _marked(unknown(request, refused), NOBODYS))
                # Where nobody reads it, the phone keeps its link until a page has told why.
                return forgotten(answer) if refused and answer.status_code == _OK else answer
            seen(link, timezone.now(), family(request.headers.get("User-Agent", "")))
            with acting(MEMBER):
                return _marked(_told(lambda: view(request, link, *args, **kwargs)), _mark_of(link))

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


def link_of_phone(request: HttpRequest) -> CardLink | None:
    """None: it has none. LinkRefused: none that still counts."""
    kept = _secrets(request)
    return link_of(*kept) if kept else None


def link_here(request: HttpRequest) -> CardLink | None:
    """None also where it has one that counts no more."""
    try:
        return link_of_phone(request)
    except LinkRefused:
        return None


def remembers(response: HttpResponse, *secrets: str) -> HttpResponse:
    keep(response, COOKIE, _APART.join(secrets), _KEPT, PATH)
    return response


def goes_on_as(request: HttpRequest, response: HttpResponse, secret: str, at: datetime) -> HttpResponse:
    """Signed in anew. What this phone was signed in by before is on no other, so it ends."""
    before = link_here(request)
    if before is not None and before.proved_at is not None and bytes(before.secret_hash) != hash_of(secret):
        revoke_links([before], at)
    return remembers(response, secret)


def forgotten(response: HttpResponse) -> HttpResponse:
    forget(response, COOKIE, PATH)
    return response


def secret_of(request: HttpRequest, link: CardLink) -> str:
    """Of the link by which this phone asks."""
    return next(each for each in _secrets(request) if hash_of(each) == bytes(link.secret_hash))


def spare_of(request: HttpRequest) -> str:
    """A secret that is no link yet: the one that this phone has, else a new one."""
    return next((each for each in _secrets(request) if not was_ever(each)), None) or new_secret()


def customer_key(link: CardLink) -> str:
    """What rate limits know a member by."""
    return str(link.customer_id)


def _secrets(request: HttpRequest) -> list[str]:
    kept = request.COOKIES.get(COOKIE, "").split(_APART)
    return [each for each in kept if each][:_SECRETS_MAX]


def _mark_of(link: CardLink) -> str:
    return salted_hmac("hub.wallet", str(link.customer_id)).hexdigest()[:16]


def _marked(response: HttpResponse, mark: str) -> HttpResponse:
    response[WHOSE] = mark
    return response


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
