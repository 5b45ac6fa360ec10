"""What was paid and what is owed: the provider's invoices, and what is paid to the club itself; and the provider's
page where a member sees to how they pay. Of their own, and of companies that they are admins of."""

from datetime import datetime
from typing import Final, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.billing import changing_operations, queries
from hub.billing.models import HAND, Payment
from hub.billing.own import pays_through_a_provider
from hub.billing.port import ProviderError
from hub.billing.seen import InvoiceSeen
from hub.cards.models import CardLink
from hub.fleet.standing import Light
from hub.members.models import Company, Customer
from hub.members.prices import price_text
from hub.organization.queries import signup
from hub.wallet.account.asking import Asked, ask_onward
from hub.wallet.account.theirs import admins_company, page_of
from hub.wallet.phone import page
from hub.wallet.proving import for_proved

_MOST: Final = 100


class Line(NamedTuple):
    """An invoice or a payment. `address` and `pdf`: with the provider; empty: there is none."""

    text: str
    at: datetime
    amount: str
    light: Light
    state: str
    address: str = ""
    pdf: str = ""


@for_proved()
def own_invoices(request: HttpRequest, link: CardLink) -> HttpResponse:
    return _invoices(request, link.customer)


@for_proved()
def company_invoices(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    return _invoices(request, admins_company(link.customer, number))


@for_proved()
def own_paying(request: HttpRequest, link: CardLink) -> HttpResponse:
    return _paying(request, link, link.customer)


@for_proved()
def company_paying(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    return _paying(request, link, admins_company(link.customer, number))


def _invoices(request: HttpRequest, holder: Customer | Company) -> HttpResponse:
    at = timezone.now()
    try:
        there, is_away = [_invoice(each) for each in changing_operations.invoices_of(holder)], False
    except ProviderError:
        there, is_away = [], True
    by_hand = queries.payments_of_holder(holder).filter(provider=HAND)[:_MOST]
    lines = sorted([*there, *(_payment(each, at) for each in by_hand)], key=lambda each: each.at, reverse=True)
    return page(
        request,
        "wallet/account/invoices.html",
        lines=lines,
        is_away=is_away,
        company=holder if isinstance(holder, Company) else None,
        has_account=pays_through_a_provider(holder),
        how_to_pay=signup().how_to_pay if any(each.state == Payment.Kept.OPEN for each in by_hand) else "",
        back=page_of(holder),
    )


def _paying(request: HttpRequest, link: CardLink, holder: Customer | Company) -> HttpResponse:
    says = [_("The card or account that is charged is kept and changed by the payment provider, on its own page.")]
    has_account = pays_through_a_provider(holder)
    asked = Asked(_("How to pay"), says, _("On to the payment provider"), page_of(holder), is_offered=has_account)
    there = f"{settings.DOORWARD_URL}{page_of(holder)}"
    return ask_onward(request, link, asked, lambda: changing_operations.portal_address(holder, there))


def _invoice(seen: InvoiceSeen) -> Line:
    amount, text = price_text(seen.cents, seen.currency), _("Invoice %(number)s") % {"number": seen.number}
    light, state = (Light.GREEN, _("paid")) if seen.is_paid else (Light.AMBER, _("open"))
    return Line(text, seen.at, amount, light, state, seen.address, seen.pdf)


def _payment(payment: Payment, at: datetime) -> Line:
    amount = price_text(payment.cents, payment.currency)
    if payment.state == Payment.Kept.PAID:
        return Line(payment.text, payment.done_at or payment.opened_at, amount, Light.GREEN, _("paid"))
    if payment.state != Payment.Kept.OPEN:
        return Line(payment.text, payment.opened_at, amount, Light.GREY, _("owed no longer"))
    if queries.overdue(payment, at):
        return Line(payment.text, payment.opened_at, amount, Light.RED, _("overdue"))
    return Line(payment.text, payment.opened_at, amount, Light.AMBER, _("open"))
