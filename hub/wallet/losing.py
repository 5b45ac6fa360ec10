"""A member's card is lost: they say so themselves, and have another one at once. Who has not proved on this
phone who they are only blocks it: whoever came by a link of theirs gets no new card by it, and ends no phone."""

from contextlib import suppress
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from hub.accounts.proofs import is_fresh
from hub.cards.models import CardLink
from hub.cards.replacing import NothingToReplace, block_card, replace_from_phone
from hub.members.models import Card
from hub.rates.operations import Limit, take
from hub.wallet.entering import entrance
from hub.wallet.phone import customer_key, for_member, page, remembers, secret_of, spare_of, too_many

_REPLACED: Final = Limit("card-lost", 5, 24 * 3600)


@for_member(entrance)
def lost(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    """Their own card, after they have confirmed it. Pressed twice, it is replaced (or blocked) once.

    The page that asks them gives the phone the secret that it goes on with: whether the answer to pressing reaches
    it or not, it has it. Who presses for a new one (`new`) when their proof is too old is asked for it once more,
    and has the card until then."""
    card, at = get_object_or_404(Card, pk=number, customer=link.customer_id), timezone.now()
    is_proved = is_fresh(link.proved_at, at)
    if card.revoked_at is not None:
        return _done(link, is_proved)
    if "new" in request.POST and not is_proved:
        return HttpResponseRedirect(f"{reverse('wallet:login')}?{urlencode({'next': request.path})}")
    spare = spare_of(request)
    if request.method != "POST":
        asked = page(request, "wallet/lost.html", card=card, is_proved=is_proved)
        return remembers(asked, secret_of(request, link), spare) if is_proved else asked
    rate = take(_REPLACED, customer_key(link), at)
    if not rate.granted:
        return too_many(request, rate.wait_s)
    # Pressed a moment ago: what they wanted is so.
    with suppress(NothingToReplace):
        if not is_proved:
            block_card(card, at)
            return _done(link, is_proved)
        replace_from_phone(card, link, spare, at)
        return remembers(_done(link, is_proved), spare)
    return _done(link, is_proved)


@for_member(entrance)
def blocked(request: HttpRequest, link: CardLink) -> HttpResponse:
    return page(request, "wallet/blocked.html")


@for_member(entrance)
def replaced(request: HttpRequest, link: CardLink) -> HttpResponse:
    return page(request, "wallet/replaced.html")


def _done(link: CardLink, is_proved: bool) -> HttpResponse:
    has_new = is_proved and Card.objects.filter(customer=link.customer_id, revoked_at=None).exists()
    return HttpResponseRedirect(reverse("wallet:replaced" if has_new else "wallet:blocked"))
