"""A customer's cards: issued, shown, replaced, revoked. No address has a code."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from hub.cards import barcodes
from hub.cards.replacing import replace_card as replaced
from hub.desk.answers import goes_to, page
from hub.desk.gate import check, desk
from hub.errors import HubError
from hub.members import codes, operations, queries
from hub.members.models import Card, Customer
from hub.members.showing_operations import SEE_CODES, note_codes_shown
from hub.members.versions import do_as_shown, version_of

_QR_MM: Final = 60


@desk("members.add_card")
@require_POST
def issue_card(request: HttpRequest, number: int) -> HttpResponse:
    """With a code of the hub's own."""
    customer = get_object_or_404(Customer, pk=number)
    card = operations.issue_card(customer)
    messages.success(request, _("A card is issued. Print it, or let it be photographed."))
    return goes_to(request, reverse("desk:card", args=[card.pk]))


@desk("members.view_card")
def card_page(request: HttpRequest, number: int) -> HttpResponse:
    """How it stands; its QR code and its code to type for those who may see them, and each look is noted."""
    card = get_object_or_404(Card.objects.select_related("customer"), pk=number)
    state = queries.card_state(card, timezone.now())
    context = {"card": card, "state": state, "version": version_of(card), "error": ""}
    if request.user.has_perm(SEE_CODES):
        context |= _codes(card)
    return page(request, "desk/card.html", **context)


def _codes(card: Card) -> dict[str, str]:
    note_codes_shown([card])
    try:
        return {"qr": barcodes.card_svg(card, _QR_MM), "code": codes.typed_text(codes.decrypt(card))}
    except HubError as error:
        return {"error": str(error)}


@desk("members.change_card")
@require_POST
def revoke_card(request: HttpRequest, number: int) -> HttpResponse:
    """For good, and only the one that was looked at."""
    card = get_object_or_404(Card, pk=number)
    at = timezone.now()
    try:
        do_as_shown(card, request.POST.get("shown", ""), lambda held: operations.revoke_cards([held], at))
        messages.success(request, _("The card is revoked: no reader takes it any more."))
    except HubError as error:
        messages.error(request, str(error))
    return goes_to(request, reverse("desk:customer", args=[card.customer_id]))


@desk("members.change_card")
def replace_card(request: HttpRequest, number: int) -> HttpResponse:
    """It is lost: revoked and another one issued in one step, once it is confirmed."""
    card = get_object_or_404(Card.objects.select_related("customer"), pk=number)
    check(request, "members.add_card")
    if request.method != "POST":
        return page(request, "desk/replace_card.html", card=card, version=version_of(card))
    at = timezone.now()
    try:
        new = do_as_shown(card, request.POST.get("shown", ""), lambda held: replaced(held, at))
    except HubError as error:
        messages.error(request, str(error))
        return goes_to(request, reverse("desk:customer", args=[card.customer_id]))
    messages.success(request, _("The lost card works no more. This is the new one."))
    return goes_to(request, reverse("desk:card", args=[new.pk]))
