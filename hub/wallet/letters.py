"""Which letters a member gets: chosen on their own phone, or ended by a letter's link on whichever."""

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from hub.cards.models import CardLink
from hub.letters import unsubscribing
from hub.letters.queries import wishes_of
from hub.letters.unsubscribing import Unsubscribing
from hub.letters.wish_operations import set_wishes
from hub.mail.queries import can_send
from hub.members.models import Customer
from hub.organization.queries import organization
from hub.rates.operations import Limit, take
from hub.wallet.entering import entrance
from hub.wallet.phone import for_anybody, for_member, for_signed, page, too_many

_CHANGED: Final = Limit("card-letters", 20, 3600)
"""By a member: each change stands in the audit log."""


@for_member(entrance)
def wishes(request: HttpRequest, link: CardLink) -> HttpResponse:
    if request.method == "POST":
        saved = HttpResponseRedirect(reverse("wallet:letters") + "?saved")
        return _set(request, link.customer, _asked(request)) or saved
    return page(
        request,
        "wallet/letters.html",
        email=link.customer.email,
        wishes=wishes_of(link.customer),
        expiring_days=organization().expiring_days,
        can_send=can_send(),
        saved="saved" in request.GET,
    )


# Mail programs press by themselves, with nothing of ours but the address; what is signed in it lets them.
@csrf_exempt
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it ends nothing, since mail programs open links to look at them; a POST does (RFC 8058)."""
    asked = unsubscribing.read(token)
    return _not_whole(request) if asked is None else _unsubscribed(request, asked)


@for_anybody
def _not_whole(request: HttpRequest) -> HttpResponse:
    return page(request, "wallet/unsubscribe_refused.html", 404)


@for_signed
def _unsubscribed(request: HttpRequest, asked: Unsubscribing) -> HttpResponse:
    customer = Customer.objects.filter(pk=asked.customer).first()
    if customer is not None and request.method == "POST":
        refused = _set(request, customer, {asked.wish: "again" in request.POST})
        if refused is not None:
            return refused
    wanted = customer is not None and getattr(wishes_of(customer), asked.wish)
    return page(request, "wallet/unsubscribe.html", kind=asked.kind, wanted=wanted, stays=True)


def _set(request: HttpRequest, customer: Customer, wanted: dict[str, bool]) -> HttpResponse | None:
    """None: they are set."""
    rate = take(_CHANGED, str(customer.pk), timezone.now())
    if not rate.granted:
        return too_many(request, rate.wait_s)
    set_wishes(customer, **wanted)
    return None


def _asked(request: HttpRequest) -> dict[str, bool]:
    """Those that stood on the page."""
    shown = [name for name in unsubscribing.WISH_OF.values() if f"{name}_shown" in request.POST]
    return {name: name in request.POST for name in shown}
