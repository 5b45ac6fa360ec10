"""Which partner this phone belongs to: the cookie that holds a link's secret, signed, for a year."""

from typing import Final

from django.http import HttpRequest, HttpResponse

from hub.kept import forget, keep
from hub.partners.link_operations import link_of
from hub.partners.models import PartnerLink
from hub.scan.signed import LINK_FOR, read_link, sign_link

COOKIE: Final = "doorward_partner"


def link_of_phone(request: HttpRequest) -> PartnerLink | None:
    """None: it has none. hub.partners.link_operations.LinkRefused: it counts no more, or not now."""
    secret = read_link(request.COOKIES.get(COOKIE, ""))
    return None if secret is None else link_of(secret)


def remembers(response: HttpResponse, secret: str) -> HttpResponse:
    """For all paths: the scan page, the counter page and the partner's own lie apart."""
    keep(response, COOKIE, sign_link(secret), LINK_FOR)
    return response


def forgotten(response: HttpResponse) -> HttpResponse:
    forget(response, COOKIE)
    return response
