"""Cards as a PDF to be printed and cut: chosen customers', a company's, a plan's, everybody's, or one alone.

For those who may see codes; each card that is printed stands in the audit log.
"""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from hub.cards.choosing import CARDS_AT_ONCE, Whose, cards_of, not_whole, to_print, without_a_card
from hub.cards.issuing_operations import issue_missing
from hub.cards.sheet import Paper, sheet
from hub.desk.answers import goes_to, page
from hub.desk.gate import check, desk
from hub.errors import HubError
from hub.members.models import Card, Company, Customer, Plan
from hub.members.showing_operations import SEE_CODES, note_codes_shown

PAPERS: Final = (
    (Paper.A4, gettext_lazy("A4 (210 x 297 mm)")),
    (Paper.LETTER, gettext_lazy("US Letter (8.5 x 11 in)")),
)
_CHOSEN_MAX: Final = 1_000
_DIGITS_MAX: Final = 18


class _NotRead(HubError):
    """Nothing is printed then: without what it says it would be everybody's cards, or some of those meant."""


@desk(SEE_CODES)
def print_page(request: HttpRequest) -> HttpResponse:
    """Whose cards, how many, on which paper. `chosen` in the address: people were to be ticked in a list."""
    at = timezone.now()
    try:
        whose = _whose(request.GET)
    except _NotRead as error:
        return _refused(error)
    if "chosen" in request.GET and not whose.customers:
        messages.error(request, _("Choose whose cards are to be printed first."))
        return goes_to(request, reverse("desk:customers"))
    found = cards_of(whose, at)
    context: dict[str, Any] = {
        "title": _title(whose),
        "whose": whose,
        "count": len(found),
        "parts": _parts([number for number, _name in found]),
        "without": len(without_a_card(whose, at)),
        "not_whole": not_whole(name for _number, name in found),
        "papers": PAPERS,
    }
    return page(request, "desk/print_cards.html", **context)


@desk(SEE_CODES)
@require_POST
def sheet_pdf(request: HttpRequest) -> HttpResponse:
    """`issue`: cards are made first for those who have none; where all of them are more than one file, the page
    says how many, and from there they are printed."""
    at = timezone.now()
    try:
        whose = _whose(request.POST)
        issued = _issued(request, whose, at)
        found = [number for number, _name in cards_of(whose, at)]
        if issued and len(found) > CARDS_AT_ONCE:
            return _page_of_more(request, whose, issued)
        cards = to_print(_those_after(found, _number(request.POST.get("from", ""))), at)
    except _NotRead as error:
        return _refused(error)
    try:
        pdf = sheet(cards, Paper(request.POST.get("paper", Paper.A4)), at) if cards else b""
    except (HubError, ValueError) as error:
        messages.error(request, str(error))
        return goes_to(request, reverse("desk:print_cards"))
    if not pdf:
        messages.error(request, _("There is no card that works to be printed."))
        return goes_to(request, reverse("desk:print_cards"))
    note_codes_shown(cards)
    headers = {"Content-Disposition": f'attachment; filename="cards-{timezone.localtime(at):%Y-%m-%d}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _issued(request: HttpRequest, whose: Whose, at: datetime) -> int:
    """How many were made; who may not is refused."""
    if not request.POST.get("issue"):
        return 0
    check(request, "members.add_card")
    return issue_missing(without_a_card(whose, at), at)


def _page_of_more(request: HttpRequest, whose: Whose, issued: int) -> HttpResponse:
    said = ngettext("%(count)d card was made.", "%(count)d cards were made.", issued) % {"count": issued}
    messages.success(request, f"{said} {_('They are more than one file: choose which of them to print.')}")
    asked = {"customer": whose.customers, "company": whose.company or (), "plan": whose.plan or ()}
    return redirect(f"{reverse('desk:print_cards')}?{urlencode(asked, doseq=True)}")


def _whose(given: QueryDict) -> Whose:
    """_NotRead."""
    customers = [_number(text) for text in given.getlist("customer")]
    if len(customers) > _CHOSEN_MAX:
        raise _NotRead(_("Choose 1,000 people at most at once."))
    return Whose(
        customers=tuple(number for number in customers if number is not None),
        company=_number(given.get("company", "")),
        plan=_number(given.get("plan", "")),
        card=_number(given.get("card", "")),
    )


def _number(text: str) -> int | None:
    """None: nothing was said. _NotRead."""
    if not text:
        return None
    if not (text.isdecimal() and len(text) <= _DIGITS_MAX):
        raise _NotRead(_("This address is not whole: open the page anew and choose once more."))
    return int(text)


def _those_after(found: list[int], last: int | None) -> list[int]:
    """As many as one file holds, after the last one of the file before. _NotRead."""
    if last is not None and last not in found:
        raise _NotRead(_("These cards have changed meanwhile: open the page anew and choose once more."))
    begin = 0 if last is None else found.index(last) + 1
    return found[begin : begin + CARDS_AT_ONCE]


def _refused(error: _NotRead) -> HttpResponse:
    return HttpResponse(str(error), status=422, content_type="text/plain; charset=utf-8")


def _title(whose: Whose) -> str:
    if len(whose.customers) > 1:
        count = len(whose.customers)
        return ngettext("Print cards of %(count)d person", "Print cards of %(count)d people", count) % {
            "count": count
        }
    if whose.card is not None:
        return _("Print: %(card)s") % {"card": get_object_or_404(Card, pk=whose.card)}
    if whose.customers:
        name: object = get_object_or_404(Customer, pk=whose.customers[0])
    elif whose.company is not None:
        name = get_object_or_404(Company, pk=whose.company)
    elif whose.plan is not None:
        name = get_object_or_404(Plan, pk=whose.plan)
    else:
        return _("Print everybody's cards")
    return _("Print cards: %(whose)s") % {"whose": name}


def _parts(found: list[int]) -> list[tuple[int | str, int, int]]:
    """Of more than one file holds: after which card each begins, its first and its last place."""
    count = len(found)
    if count <= CARDS_AT_ONCE:
        return []
    begins = range(0, count, CARDS_AT_ONCE)
    return [(found[at - 1] if at else "", at + 1, min(at + CARDS_AT_ONCE, count)) for at in begins]
