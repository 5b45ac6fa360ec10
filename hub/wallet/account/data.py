"""All that is kept of a member: given to them as a file, and deleted by themselves."""

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.accounts.leaving_operations import delete_own, what_stands_against
from hub.cards.models import CardLink
from hub.errors import HubError
from hub.exchange.own_data import own_data
from hub.rates.operations import Limit, take
from hub.wallet.account.asking import limited
from hub.wallet.phone import customer_key, for_anybody, forgotten, page, too_many
from hub.wallet.proving import for_proved

_GIVEN_OUT: Final = Limit("card-own-data", 10, 3600)


@for_proved()
def data(request: HttpRequest, link: CardLink) -> HttpResponse:
    """POST: the file."""
    if request.method != "POST":
        return page(request, "wallet/account/data.html")
    at = timezone.now()
    rate = take(_GIVEN_OUT, customer_key(link), at)
    if not rate.granted:
        return too_many(request, rate.wait_s)
    name = f"{_('my-data')}-{at:%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(own_data(link.customer, at), content_type="application/zip", headers=headers)


@for_proved()
def delete(request: HttpRequest, link: CardLink) -> HttpResponse:
    """POST with `sure`: they are gone, and this phone knows nothing more."""
    at, error = timezone.now(), ""
    if request.method == "POST":
        refused = limited(request, link)
        if refused is not None:
            return refused
        error = _("Say that you are sure.")
        if "sure" in request.POST:
            try:
                delete_own(link.customer, at)
                return forgotten(HttpResponseRedirect(reverse("wallet:deleted")))
            except HubError as raised:
                error = str(raised)
    against = what_stands_against(link.customer, at)
    status = 409 if error else 200
    return page(request, "wallet/account/delete.html", status, against=against, error="" if against else error)


@for_anybody
def deleted(request: HttpRequest) -> HttpResponse:
    return page(request, "wallet/account/deleted.html")
