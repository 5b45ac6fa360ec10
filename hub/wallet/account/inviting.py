"""Companies' admins invite: one address a line, each with a letter or with a word why not; what is open is taken
back."""

from datetime import datetime
from typing import Final, NamedTuple

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.accounts.invitation_operations import invite, revoke_invitation
from hub.accounts.models import CompanyInvitation
from hub.accounts.people_operations import seats_left
from hub.cards.models import CardLink
from hub.errors import HubError
from hub.letters.invitation import send_invitation
from hub.mail.queries import can_send
from hub.members.models import Company, Customer
from hub.wallet.account.asking import Asked, ask, limited
from hub.wallet.account.theirs import admins_company
from hub.wallet.phone import page
from hub.wallet.proving import for_proved

LINES_MAX: Final = 50
_LETTERS_MAX: Final = 20_000


class Refused(NamedTuple):
    line: str
    why: str


@for_proved()
def invite_people(request: HttpRequest, link: CardLink, number: int) -> HttpResponse:
    """What was refused stays in the form."""
    company, at = admins_company(link.customer, number), timezone.now()
    sent: list[str] = []
    wrong: list[Refused] = []
    if request.method == "POST" and can_send():
        refused = limited(request, link)
        if refused is not None:
            return refused
        sent, wrong = _invited(link.customer, company, request.POST.get("people", "")[:_LETTERS_MAX], at)
    return page(
        request,
        "wallet/account/invite.html",
        422 if wrong else 200,
        company=company,
        can_send=can_send(),
        left=seats_left(company, at),
        sent=sent,
        wrong=wrong,
    )


@for_proved()
def revoke(request: HttpRequest, link: CardLink, number: int, invitation: int) -> HttpResponse:
    company, at = admins_company(link.customer, number), timezone.now()
    found = get_object_or_404(CompanyInvitation, pk=invitation, company=company)
    says = [_("The link in the letter to %(address)s counts no more.") % {"address": found.address}]
    back = reverse("wallet:company", args=[number])
    asked = Asked(_("Take the invitation back?"), says, _("Take it back"), back, True)

    def do() -> str:
        revoke_invitation(link.customer, company, invitation, at)
        return "revoked"

    return ask(request, link, asked, do)


def _invited(by: Customer, company: Company, text: str, at: datetime) -> tuple[list[str], list[Refused]]:
    lines = list(dict.fromkeys(filter(None, (each.strip() for each in text.splitlines()))))
    sent: list[str] = []
    wrong = [] if lines else [Refused("", _("Write an e-mail address on each line."))]
    for line in lines[:LINES_MAX]:
        try:
            # No invitation without its letter.
            with transaction.atomic():
                send_invitation(invite(by, company, line, at), at)
        except HubError as error:
            wrong.append(Refused(line, str(error)))
        else:
            sent.append(line)
    late = _("At most %(most)s at once: press again for the others.") % {"most": LINES_MAX}
    return sent, wrong + [Refused(each, late) for each in lines[LINES_MAX:]]
