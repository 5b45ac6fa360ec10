"""A customer of their own making, another address, and the phone that shows their cards from now on."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from hub.accounts.proofs import NotProved, Proof, customers_of
from hub.audit.acting import acting
from hub.cards.link_operations import MEMBER
from hub.cards.models import CardLink
from hub.cards.session_operations import proved_again, sign_in_by
from hub.errors import HubError
from hub.members import operations
from hub.members.finding import is_same_address
from hub.members.models import Customer
from hub.members.own_names import check_own_name
from hub.members.signals import mailbox_proved
from hub.members.writing import stored


class AddressRefused(HubError):
    """Their address stays as it was."""


def create_customer(name: str, proof: Proof) -> Customer:
    """Also where others have the address: a family. NotProved: it proves no mailbox.

    django.core.exceptions.ValidationError: nobody can be called like this.
    """
    if not proof.proves_mailbox:
        raise NotProved(_("Prove your e-mail address first."))
    check_own_name(name)
    with acting(MEMBER):
        return operations.save_customer(Customer(name=name.strip(), email=proof.email))


def change_email(customer: Customer, proof: Proof) -> Customer:
    """To the address that `proof` proves; letters that wait to go to the old one do not. NotProved: it proves
    none. AddressRefused: they are gone."""
    if not proof.proves_mailbox:
        raise NotProved(_("Prove your e-mail address first."))
    with acting(MEMBER), transaction.atomic():
        now = stored(customer)
        if now is None:
            raise AddressRefused(_("You are not known here any more."))
        if is_same_address(now.email, proof.email):
            return now
        now.email = proof.email
        return operations.save_customer(now)


def sign_in(customer: Customer, proof: Proof, at: datetime, label: str = "") -> str:
    """The secret of a new link, opened on this phone: its cookie. `label`: what the phone says it is. NotProved:
    the proof is another's."""
    _check(customer, proof)
    with acting(MEMBER):
        told_of(customer, proof, at)
        return sign_in_by(customer, at, label, proof.how, proof.seed and f"{proof.seed}-{customer.pk}")


def prove_again(link: CardLink, proof: Proof, at: datetime) -> str | None:
    """On a phone that is somebody's. A link that was shown or sent may be open elsewhere too, where nobody has
    proved anything: this phone has one of its own from now on, and here is its secret; None: it has it already.
    NotProved."""
    if link.proved_at is None:
        return sign_in(link.customer, proof, at, link.label)
    _check(link.customer, proof)
    with acting(MEMBER):
        told_of(link.customer, proof, at)
        proved_again(link, at, proof.how)
    return None


def told_of(customer: Customer, proof: Proof, at: datetime) -> None:
    """Others hear of it where a mailbox was proved."""
    if proof.proves_mailbox:
        mailbox_proved.send(sender=None, customer=customer, at=at)


def _check(customer: Customer, proof: Proof) -> None:
    if customer not in customers_of(proof):
        raise NotProved(_("This sign-in is not theirs."))
