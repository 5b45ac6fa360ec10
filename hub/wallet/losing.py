"""A member's card is lost: they say so themselves, and have another one at once."""

from contextlib import suppress
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from hub.cards.models import CardLink
from hub.cards.replacing import NothingToReplace, replace_from_phone
from hub.members.models import Card
from hub.rates.operations import Limit, take
from hub.wallet.entering import entrance
from hub.wallet.phone import customer_key, for_member, page, remembers, secret_of, spare_of, too_many

_REPLACED: Final = Limit("card-lost", 5, 24 * 3600)


@for_member(entrance)
def lost(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    """Their own card, after they have confirmed it. Pressed twice, it is replaced once.

    The page that asks them gives the phone the secret that it goes on with: whether the answer to pressing reaches
    it or not, it has it."""
    card = get_object_or_404(Card, pk=number, customer=link.customer_id)
    done = reverse("wallet:replaced")
    if card.revoked_at is not None:
        return HttpResponseRedirect(done)
    spare = spare_of(request)
    if request.method != "POST":
        asked = page(request, "wallet/lost.html", card=card)
        return remembers(asked, secret_of(request, link), spare)
    at = timezone.now()
    rate = take(_REPLACED, customer_key(link), at)
    if not rate.granted:
        return too_many(request, rate.wait_s)
    # Pressed a moment ago: what they wanted is so.
    with suppress(NothingToReplace):
        replace_from_phone(card, link, spare, at)
        return remembers(HttpResponseRedirect(done), spare)
    return HttpResponseRedirect(done)


@for_member(entrance)
def replaced(request: HttpRequest, link: CardLink) -> HttpResponse:
    return page(request, "wallet/replaced.html")
