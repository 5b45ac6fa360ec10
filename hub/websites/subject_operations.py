"""Whose customer a website's visitor is. A website's word is never enough to become somebody who stands here
already: that takes an address which they proved by a code sent there.

So a visitor is bound to a customer who is made for them, or to one whose address they proved. `proved_email` is
what hub/accounts saw proved in this very flow, or empty; what the website says of an address is no proof. Who was
made with an address that nobody had proved is theirs until somebody proves it. Where there is no mailbox, a code
from staff does as well.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.cards.link_operations import live_links, revoke_links
from hub.errors import HubError
from hub.members import operations as members
from hub.members.finding import is_same_address, with_email
from hub.members.models import Customer
from hub.members.writing import writing
from hub.websites.models import Subject
from hub.websites.queries import subject_of
from hub.websites.token_operations import Visitor


class AddressStands(HubError):
    """Somebody with this address is a customer already: it has to be proved, or another one given."""


class NotProved(HubError):
    """The address of this customer is not the one that was proved."""


class BoundOtherwise(HubError):
    """This visitor is another customer already."""


def add_customer(visitor: Visitor, customer: Customer, proved_email: str, at: datetime) -> Customer:
    """A new customer, for this visitor. Of two flows of one visitor at once the second gets what the first made.

    AddressStands; django.core.exceptions.ValidationError: a field does not fit.
    """
    with writing():
        standing = subject_of(visitor.website, visitor.sub)
        if standing is not None:
            return standing.customer
        if with_email(customer.email).exists() and not is_same_address(customer.email, proved_email):
            raise AddressStands(
                _("Somebody has this address already: prove that it is yours, or use another one.")
            )
        members.save_customer(customer)
        _bind(visitor, customer, is_same_address(customer.email, proved_email), at)
    return customer


def bind(
    visitor: Visitor, customer: Customer, proved_email: str, at: datetime, *, is_handed: bool = False
) -> Subject:
    """To somebody who stands here already. `is_handed`: staff have told them apart, by a code for this customer.
    Bound to them already: stays as it is. NotProved; BoundOtherwise."""
    with writing():
        stored = Customer.objects.get(pk=customer.pk)
        if not (is_handed or is_same_address(stored.email, proved_email)):
            raise NotProved(_("Prove first that the address is yours."))
        standing = subject_of(visitor.website, visitor.sub)
        if standing is None:
            return _bind(visitor, stored, True, at)
        if standing.customer_id != stored.pk:
            raise BoundOtherwise(
                _("This website knows you as somebody else already: ask us, and we will separate the two.")
            )
        return standing


def unbind(number: int) -> None:
    """By staff: whom the website calls so is a stranger here again. Subject.DoesNotExist."""
    with writing():
        subject = Subject.objects.select_related("website", "customer").get(pk=number)
        audit.note_deleted(subject)
        subject.delete()


def part_unproved(sender: object, customer: Customer, at: datetime, **_: object) -> None:
    """Whose mailbox it is has come: who was made with their address by a website's word alone is somebody else
    for all that is known. That visitor is a stranger here again, and what phones showed without a proof ends.

    A receiver of hub.members.signals.mailbox_proved.
    """
    with writing():
        unproved = list(Subject.objects.select_related("website").filter(customer=customer, is_proved=False))
        for subject in unproved:
            audit.note_deleted(subject)
            subject.delete()
        if unproved:
            revoke_links([link for link in live_links(customer) if link.proved_at is None], at)


def _bind(visitor: Visitor, customer: Customer, is_proved: bool, at: datetime) -> Subject:
    subject = Subject.objects.create(
        website=visitor.website, sub=visitor.sub, customer=customer, bound_at=at, is_proved=is_proved
    )
    audit.note_changed(None, subject)
    return subject
