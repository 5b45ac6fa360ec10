"""All that is kept of a member: given to them as a file."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.cards.models import CardLink
from hub.exchange.own_data import own_data
from hub.rates.operations import Limit, take
from hub.wallet.phone import customer_key, page, too_many
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
