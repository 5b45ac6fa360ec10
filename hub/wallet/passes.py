"""A member's card for the wallet of their phone: Apple's as a file, Google's by a signed link."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.http import http_date
from django.utils.translation import gettext as _

from hub.cards.models import CardLink, WalletPass
from hub.cards.passes.apple import MIME, package
from hub.cards.passes.configuration import Apple, button_file, wallets
from hub.cards.passes.facts import photo_of
from hub.cards.passes.google import save_link
from hub.cards.passes.operations import give_pass
from hub.cards.passes.queries import facts_of
from hub.members.codes import CodeUnreadable
from hub.members.models import Card
from hub.rates.operations import Limit, take
from hub.wallet.entering import entrance
from hub.wallet.phone import customer_key, for_member, page, too_many

_GIVEN: Final = Limit("card-pass", 30, 3600)
"""To sign one takes a while."""
_APPLES: Final = ("iPhone", "iPad")
_OTHERS: Final = "Android"


class Button(NamedTuple):
    """`artwork`: the company's own picture of it is there; else `text` stands on it."""

    text: str
    address: str
    wallet: str
    artwork: bool


def buttons(request: HttpRequest, at: datetime) -> list[Button]:
    """For the wallets that are set up and that this phone can have; by what it says it is, where it says so."""
    usable, says = wallets(at), request.headers.get("User-Agent", "")
    is_apples = any(each in says for each in _APPLES)
    found = []
    if usable.apple is not None and _OTHERS not in says:
        found.append(_button(WalletPass.Wallet.APPLE, _("Add to Apple Wallet")))
    if usable.google is not None and not is_apples:
        found.append(_button(WalletPass.Wallet.GOOGLE, _("Add to Google Wallet")))
    return found


def _button(wallet: WalletPass.Wallet, text: str) -> Button:
    return Button(text, f"wallet:{wallet}_pass", wallet, button_file(wallet).is_file())


def artwork(request: HttpRequest, wallet: str) -> HttpResponse:
    """What the organization has put there, as open as static files are: Apple and Google hand it out to whoever
    issues passes."""
    try:
        picture = button_file(WalletPass.Wallet(wallet)).read_bytes()
    except (ValueError, OSError) as error:
        raise Http404 from error
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=300"}
    return HttpResponse(picture, content_type="image/svg+xml", headers=headers)


@for_member(entrance)
def apple_pass(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    at = timezone.now()
    apple = wallets(at).apple
    if apple is None:
        raise Http404
    return _given(request, link, number, WalletPass.Wallet.APPLE, lambda given: packed(given, apple, at))


@for_member(entrance)
def google_pass(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    at = timezone.now()
    google = wallets(at).google
    if google is None:
        raise Http404

    def saved(given: WalletPass) -> HttpResponse:
        return HttpResponseRedirect(save_link(facts_of(given, at), given, google, at))

    return _given(request, link, number, WalletPass.Wallet.GOOGLE, saved)


def packed(wallet_pass: WalletPass, apple: Apple, at: datetime) -> HttpResponse:
    """hub.members.codes.CodeUnreadable."""
    facts = facts_of(wallet_pass, at)
    response = HttpResponse(package(facts, wallet_pass, apple, photo_of(facts)), content_type=MIME)
    response["Content-Disposition"] = 'inline; filename="card.pkpass"'
    response["Last-Modified"] = http_date(wallet_pass.changed_at.timestamp())
    return response


def _given(
    request: HttpRequest,
    link: CardLink,
    number: int,
    wallet: WalletPass.Wallet,
    answer: Callable[[WalletPass], HttpResponse],
) -> HttpResponse:
    """Their own card, unless it is revoked. To ask again gives the same one."""
    card = get_object_or_404(Card, pk=number, customer=link.customer_id, revoked_at=None)
    at = timezone.now()
    rate = take(_GIVEN, customer_key(link), at)
    if not rate.granted:
        return too_many(request, rate.wait_s)
    try:
        return answer(give_pass(card, wallet, at))
    except CodeUnreadable:
        return page(request, "wallet/no_pass.html", 503, headline=_("No pass at the moment"))
