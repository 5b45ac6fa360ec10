"""The letter with the link that opens a member's card on their phone: sent when somebody asks for it alone."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from hub.cards.link_operations import make_link
from hub.errors import HubError
from hub.letters.kinds import Kind
from hub.letters.writing import written
from hub.mail import operations as mail
from hub.mail.models import Mail
from hub.members.models import Customer


class NoAddress(HubError):
    """Nobody knows where to write to."""


def send_card_link(customer: Customer, at: datetime) -> Mail:
    """With a new link; those that were made before go on. NoAddress, hub.mail.operations.NoMail,
    hub.mail.draft.BadLetter: nothing was made."""
    if not customer.email:
        raise NoAddress(_("No e-mail address is known: add it first."))
    with transaction.atomic():
        link = make_link(customer, at)
        draft = written(Kind.CARD_LINK, customer, address=link.address)
        return mail.queue(draft, customer.email, Kind.CARD_LINK, at, customer=customer.pk)


def forget_astray(customers: Iterable[Customer]) -> None:
    """Links that wait to go where these customers are not: whoever gets one opens their cards."""
    addresses = {each.pk: each.email for each in customers}
    for kind in (Kind.CARD_LINK, Kind.SIGN_IN_CODE, Kind.JOINED):
        mail.forget_astray(kind, addresses)
