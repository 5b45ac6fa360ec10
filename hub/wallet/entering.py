"""How a phone comes to show a card, and how it forgets it: the link's secret is put in. Signing in is
signing_in.py."""

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from hub.audit.acting import acting
from hub.cards.link_operations import MEMBER, LinkRefused, revoke_links
from hub.cards.session_operations import open_apart
from hub.wallet.phone import for_anybody, forgotten, link_here, page, remembers

_SECRET_LETTERS_MAX: Final = 200


def entrance(request: HttpRequest, refused: str, status: int = 200, *, goes_on: bool = False) -> HttpResponse:
    """For a phone that is nobody's; or, `goes_on`, for one that keeps the card that it has."""
    return page(request, "wallet/entrance.html", status, refused=refused, goes_on=goes_on)


@sensitive_post_parameters("link")
@for_anybody
def open_card(request: HttpRequest) -> HttpResponse:
    """The secret behind the link's `#`, which the page's script puts into the form; or the whole link, pasted. One
    that counts no more takes nothing off the phone."""
    if request.method != "POST":
        return entrance(request, "")
    given = request.POST.get("link", "").rpartition("#")[2].strip()[:_SECRET_LETTERS_MAX]
    try:
        with acting(MEMBER):
            secret = open_apart(given, timezone.now())
    except LinkRefused as refused:
        goes_on = link_here(request) is not None
        answer = entrance(request, str(refused), 422, goes_on=goes_on)
        return answer if goes_on else forgotten(answer)
    return remembers(HttpResponseRedirect(reverse("wallet:card")), secret)


@require_POST
@for_anybody
def leave(request: HttpRequest) -> HttpResponse:
    """This phone forgets the card. A link that was shown or sent goes on; one that somebody signed in by is on no
    other phone, so it ends."""
    link = link_here(request)
    if link is not None and link.proved_at is not None:
        with acting(MEMBER):
            revoke_links([link], timezone.now())
    return forgotten(HttpResponseRedirect(reverse("wallet:card")))
