"""The card itself, its photo, and what its page asks while it is open."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.cards.models import CardLink
from hub.mail.queries import can_send
from hub.members.codes import CodeUnreadable
from hub.members.models import CustomerPhoto
from hub.members.profiles import customer_profiles
from hub.wallet import showing
from hub.wallet.entering import entrance
from hub.wallet.passes import buttons
from hub.wallet.phone import for_member, page


def nothing(request: HttpRequest, _refused: str) -> HttpResponse:
    """Where nobody reads the answer."""
    return HttpResponse(status=401)


@for_member(entrance)
def card_page(request: HttpRequest, link: CardLink) -> HttpResponse:
    at = timezone.now()
    customer = get_object_or_404(customer_profiles(), pk=link.customer_id)
    try:
        cards, error = showing.cards_of(customer, at), ""
    except CodeUnreadable:
        cards, error = [], _("Your card cannot be shown at the moment. Please ask at the desk.")
    held = showing.memberships_of(customer, at)
    return page(
        request,
        "wallet/card.html",
        at=at,
        customer=customer,
        photo=getattr(customer, "photo", None),
        cards=cards,
        may_print=any(showing.may_be_printed(each) for each in cards),
        error=error,
        first=held[0] if held else None,
        others=held[1:],
        allowed=showing.allowed_to(customer, at),
        wallets=buttons(request, at),
        has_letters=can_send(),
    )


@for_member(nothing)
def photo(request: HttpRequest, link: CardLink, digest: str) -> HttpResponse:
    """Their own."""
    found = get_object_or_404(CustomerPhoto, customer=link.customer_id, digest=digest)
    return HttpResponse(
        bytes(found.jpeg), content_type="image/jpeg", headers={"X-Content-Type-Options": "nosniff"}
    )


@for_member(nothing)
def still(request: HttpRequest, link: CardLink) -> HttpResponse:
    """204: this phone still shows a card; 401: no longer. In both phone.WHOSE says so, the answer's Date is the
    hub's clock."""
    if request.method not in ("GET", "HEAD"):
        raise Http404
    return HttpResponse(status=204)
