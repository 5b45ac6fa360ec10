"""At which partner a visitor says that they are: nobody knows whether it is so, and what they check in is counted
there and marked. The phone remembers it; a page that is sent says by itself what it showed."""

from typing import Final

from django.http import HttpRequest, HttpResponse

from hub.kept import forget, keep
from hub.partners.models import Partner
from hub.scan.signed import SAID_FOR, read_said, sign_said

COOKIE: Final = "doorward_said"
FIELD: Final = "said"
_SLUG_LETTERS_MAX: Final = 32


def said_at(request: HttpRequest) -> Partner | None:
    """None: at none, or at one that is not active."""
    slug = _asked(request) if FIELD in request.POST else read_said(request.COOKIES.get(COOKIE, ""))
    return Partner.objects.filter(slug=slug, active=True).first() if slug else None


def is_gone(request: HttpRequest, said: Partner | None) -> bool:
    """Whether the page that was sent is of a partner that is not there any more."""
    return said is None and bool(request.POST.get(FIELD))


def remembers(response: HttpResponse, said: Partner | None) -> HttpResponse:
    if said is None:
        forget(response, COOKIE)
    else:
        keep(response, COOKIE, sign_said(said.slug), SAID_FOR)
    return response


def _asked(request: HttpRequest) -> str:
    """Empty where it can be no partner's."""
    slug = str(request.POST[FIELD])
    return slug if slug.isprintable() and len(slug) <= _SLUG_LETTERS_MAX else ""
