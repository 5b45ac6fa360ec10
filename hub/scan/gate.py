"""How the pages of this room are answered: rate-limited, in the organization's zone, kept by no cache.

`@face` stands on every view; what is asked without a sign-in is counted by the address that asks, else by who.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import ngettext

from hub.audit.acting import acting, who_acts
from hub.fleet.zones import organization_zone
from hub.login.address import address_of
from hub.organization.queries import organization
from hub.partners.link_operations import note_use
from hub.rates.operations import Limit, take
from hub.scan.who import Scanner, scanner_of

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]
OF_AN_ADDRESS: Final = Limit("scan-address", 120, 600)
"""Pages of whoever is not known: a busy bar's phones share an address."""
OF_SOMEBODY_KNOWN: Final = Limit("scan-known", 1_200, 600)
OF_UNKNOWN_CODES: Final = Limit("scan-unknown", 15, 900)
"""Codes that are no card's, by address. Cards that are ours still open there: others share the address."""


def face(view: View[Rest]) -> View[Rest]:
    """Says who scans in `request.scanner`, and the organization in `request.organization`."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        request.scanner, request.organization = scanner_of(request), organization()
        with timezone.override(organization_zone()):
            response = _answered(lambda: view(request, *args, **kwargs), request)
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return asked


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> TemplateResponse:
    known = {"organization": request.organization, "scanner": request.scanner}
    return TemplateResponse(request, template, {**known, **context}, status=status)


def refused(request: HttpRequest, why: str, status: int = 422) -> HttpResponse:
    return page(request, "scan/refused.html", status, why=why)


def unknown_code_seen(request: HttpRequest) -> int:
    """Counts a code that is no card's. 0, or in how many seconds another one may be asked for."""
    rate = take(OF_UNKNOWN_CODES, address_of(request), timezone.now())
    return 0 if rate.granted else rate.wait_s


def too_many(request: HttpRequest, wait_s: int) -> HttpResponse:
    minutes = max(1, -(-wait_s // 60))
    again = ngettext("Try again in a minute.", "Try again in %(count)s minutes.", minutes) % {"count": minutes}
    response = page(request, "scan/too_many.html", 429, again=again)
    response["Retry-After"] = str(wait_s)
    return response


def _answered(view: Callable[[], HttpResponse], request: HttpRequest) -> HttpResponse:
    scanner: Scanner = request.scanner
    limit, whose = _counted(scanner, request)
    at = timezone.now()
    rate = take(limit, whose, at)
    if rate.granted and scanner.link is not None:
        note_use(scanner.link, at)
    with acting(who_acts() if request.user.is_authenticated else scanner.actor or who_acts()):
        response = view() if rate.granted else too_many(request, rate.wait_s)
        return response.render() if isinstance(response, TemplateResponse) else response


def _counted(scanner: Scanner, request: HttpRequest) -> tuple[Limit, str]:
    if scanner.user is not None:
        return OF_SOMEBODY_KNOWN, f"user-{scanner.user.pk}"
    if scanner.partner is not None:
        return OF_SOMEBODY_KNOWN, f"partner-{scanner.partner.pk}"
    return OF_AN_ADDRESS, address_of(request)
