"""A card that somebody carries already is given to them here: scanned by hand or by camera, or typed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contract.card import CardError
from hub.contract_errors import text_of
from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.errors import HubError
from hub.members import operations, queries
from hub.members.models import Card, Customer
from hub.members.operations import CardTaken
from hub.members.queries import CardState


@desk("members.add_card")
def import_card(request: HttpRequest, number: int) -> HttpResponse:
    """Scanned twice, it is theirs once, and that is said."""
    customer = get_object_or_404(Customer, pk=number)
    if request.method != "POST":
        return _asked(request, customer)
    code = request.POST.get("code", "").strip()
    if not code:
        return _asked(request, customer, _("Scan the card, or type the number that is printed on it."))
    try:
        operations.import_card(customer, code)
    except CardTaken as taken:
        return _taken(request, customer, taken.card)
    except CardError as error:
        return _asked(request, customer, _("No card can have this code: %(why)s.") % {"why": text_of(error)})
    except HubError as error:
        return _asked(request, customer, str(error))
    messages.success(request, _("The card is theirs now."))
    return goes_to(request, reverse("desk:customer", args=[number]))


def _taken(request: HttpRequest, customer: Customer, card: Card) -> HttpResponse:
    is_theirs = card.customer_id == customer.pk
    if not is_theirs:
        # Whose it is, for who may look members up.
        holder = card.customer if request.user.has_perm("members.view_customer") else None
        return _asked(request, customer, _("Somebody else has this card. Nothing was changed."), holder)
    if queries.card_state(card, timezone.now()) is CardState.REVOKED:
        return _asked(
            request, customer, _("This card was theirs and is revoked, for good: give them another one.")
        )
    messages.info(request, _("They have this card already. Nothing was changed."))
    return goes_to(request, reverse("desk:customer", args=[customer.pk]))


def _asked(
    request: HttpRequest, customer: Customer, error: str = "", holder: Customer | None = None
) -> HttpResponse:
    title = _("Give %(name)s a card that they carry already") % {"name": customer}
    back = reverse("desk:customer", args=[customer.pk])
    said = {"title": title, "error": error, "holder": holder, "back": back}
    return page(request, "desk/import_card.html", 422 if error else 200, **said)
