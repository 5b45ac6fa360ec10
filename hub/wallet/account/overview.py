"""The first of the member's pages: what they hold, by whom, and the ways to everything else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from hub.cards.models import CardLink
from hub.mail.queries import can_send
from hub.members.profiles import customer_profiles
from hub.organization.queries import signup
from hub.wallet.account.asking import done_text
from hub.wallet.account.saying import shown
from hub.wallet.entering import entrance
from hub.wallet.phone import for_member, page


@for_member(entrance)
def account(request: HttpRequest, link: CardLink) -> HttpResponse:
    at = timezone.now()
    customer = get_object_or_404(customer_profiles(), pk=link.customer_id)
    own = shown(list(customer.memberships.all()), at)
    inherited = [
        each
        for company in customer.companies.all()
        for each in shown(list(company.memberships.all()), at, company)
    ]
    return page(
        request,
        "wallet/account/account.html",
        customer=customer,
        current=[each for each in (*own, *inherited) if not each.is_over],
        past=[each for each in own if each.is_over],
        links=sorted(customer.links.all(), key=lambda each: each.company.name),
        has_letters=can_send(),
        how_to_pay=signup().how_to_pay,
        done=done_text(request),
    )
