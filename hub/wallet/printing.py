"""A member's own cards on paper. One whose code rotates is on none: on paper it would stand still."""

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.cards.choosing import Whose, cards_of, to_print
from hub.cards.models import CardLink
from hub.cards.sheet import Paper, sheet
from hub.members.codes import CodeUnreadable
from hub.rates.operations import Limit, take
from hub.wallet.phone import customer_key, for_member, page, too_many
from hub.wallet.views import nothing

_PRINTED: Final = Limit("card-sheet", 30, 3600)


@for_member(nothing)
def sheet_pdf(request: HttpRequest, link: CardLink) -> HttpResponse:
    """`paper` in the address: a4, unless it says letter."""
    at = timezone.now()
    rate = take(_PRINTED, customer_key(link), at)
    if not rate.granted:
        return too_many(request, rate.wait_s)
    paper = Paper.LETTER if request.GET.get("paper") == Paper.LETTER else Paper.A4
    numbers = [number for number, _name in cards_of(Whose(customers=(link.customer_id,)), at)]
    cards = [each for each in to_print(numbers, at) if each.rotating_salt is None]
    if not cards:
        raise Http404
    try:
        pdf = sheet(cards, paper, at)
    except CodeUnreadable:
        return page(request, "wallet/no_pass.html", 503, headline=_("Nothing to print at the moment"))
    return HttpResponse(
        pdf, content_type="application/pdf", headers={"Content-Disposition": 'attachment; filename="card.pdf"'}
    )
