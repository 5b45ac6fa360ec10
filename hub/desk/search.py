"""The search in the header: as somebody types, and where they press Enter. What is typed may be a card's code,
so it is posted and stands in no address."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.decisions.said import light_of, word_of
from hub.desk.answers import goes_to, page
from hub.desk.gate import desk
from hub.desk.parts import profile_of
from hub.members import queries
from hub.members.models import Card, Customer
from hub.members.queries import CardState
from hub.members.searching import find, is_whole_code

TEXT_MAX: Final = 500


@desk("members.view_customer")
def search_page(request: HttpRequest) -> HttpResponse:
    """`q` is looked for; with `go` (Enter) the only thing that is found opens. A scanned card opens at once."""
    text = request.POST.get("q", "")[:TEXT_MAX].strip()
    found, at = find(text), timezone.now()
    if found.card is not None and ("go" in request.POST or is_whole_code(found.card, text)):
        _tell_state(request, found.card, at)
        return goes_to(request, profile_of(found.card.customer))
    if "go" in request.POST and found.only is not None:
        return goes_to(request, profile_of(found.only))
    holder = [] if found.card is None else [found.card.customer]
    customers = [*holder, *found.customers]
    rows = [_row(each, at) for each in dict.fromkeys(customers)]
    template = "desk/found.html" if request.htmx else "desk/search.html"
    context = {"text": text, "rows": rows, "companies": found.companies, "more": found.more}
    return page(request, template, **context)


def _row(customer: Customer, at: Any) -> dict[str, Any]:
    standing = queries.standing_of(customer, at)
    status = None if standing is None else standing.status
    plan = "" if standing is None else standing.membership.plan.name
    companies = ", ".join(each.name for each in customer.companies.all())
    about = [plan, companies, customer.email or customer.phone]
    return {
        "address": reverse("desk:customer", args=[customer.pk]),
        "name": customer.name,
        "light": light_of(status),
        "word": word_of(status),
        "about": " · ".join(filter(None, about)),
    }


def _tell_state(request: HttpRequest, card: Card, at: Any) -> None:
    state = queries.card_state(card, at)
    if state is CardState.LIVE:
        messages.info(request, _("The card that was scanned is theirs."))
    elif state is CardState.REVOKED:
        messages.warning(request, _("The card that was scanned is revoked: no reader takes it."))
    else:
        messages.warning(request, _("The card that was scanned is not valid now: no reader takes it."))
