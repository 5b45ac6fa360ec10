"""How a phone comes to show a card, and how it forgets it: the link's secret is put in, or a letter asked for."""

from hashlib import sha256
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from hub.cards.link_operations import LinkRefused, open_link
from hub.login.address import address_of
from hub.members.finding import with_email
from hub.rates.operations import Limit, take
from hub.wallet import sending
from hub.wallet.phone import for_anybody, forgotten, link_here, page, remembers, too_many

_LETTERS_MAX: Final = 5
"""So many members of one family have the same address."""
_SECRET_LETTERS_MAX: Final = 200
_ASKED: Final = Limit("card-login", 6, 3600)
_WRITTEN_TO: Final = Limit("card-letter", 3, 3600)


def entrance(request: HttpRequest, refused: str, status: int = 200, *, goes_on: bool = False) -> HttpResponse:
    """For a phone that is nobody's; or, `goes_on`, for one that keeps the card that it has."""
    by_letter = sending.can_send()
    return page(request, "wallet/entrance.html", status, refused=refused, by_letter=by_letter, goes_on=goes_on)


@sensitive_post_parameters("link")
@for_anybody
def open_card(request: HttpRequest) -> HttpResponse:
    """The secret behind the link's `#`, which the page's script puts into the form; or the whole link, pasted. One
    that counts no more takes nothing off the phone."""
    if request.method != "POST":
        return entrance(request, "")
    secret = request.POST.get("link", "").rpartition("#")[2].strip()
    try:
        open_link(secret[:_SECRET_LETTERS_MAX], timezone.now())
    except LinkRefused as refused:
        goes_on = link_here(request) is not None
        answer = entrance(request, str(refused), 422, goes_on=goes_on)
        return answer if goes_on else forgotten(answer)
    return remembers(HttpResponseRedirect(reverse("wallet:card")), secret)


@require_POST
@for_anybody
def leave(request: HttpRequest) -> HttpResponse:
    """This phone forgets the card; the link goes on."""
    return forgotten(HttpResponseRedirect(reverse("wallet:card")))


@for_anybody
def login(request: HttpRequest) -> HttpResponse:
    """The same answer to everybody, whether there is such a member or not."""
    if not sending.can_send():
        return entrance(request, "")
    if request.method != "POST":
        return page(request, "wallet/login.html", error="")
    email, at = request.POST.get("email", "").strip(), timezone.now()
    if "@" not in email:
        return page(request, "wallet/login.html", 422, error=_("Type your e-mail address."))
    rate = take(_ASKED, address_of(request), at)
    if not rate.granted:
        return too_many(request, rate.wait_s)
    if take(_WRITTEN_TO, sha256(email.lower().encode()).hexdigest(), at).granted:
        for customer in with_email(email)[:_LETTERS_MAX]:
            sending.send_card_link(customer, at)
    return page(request, "wallet/login_sent.html", email=email)
