"""Whose customer a website's visitor is. A website's word is never enough to become somebody who stands here
already: that takes an address which they proved by a code sent there.

So a visitor is bound to a customer who is made for them, or to one whose address they proved. `proved_email` is
what hub/accounts saw proved in this very flow, or empty; what the website says of an address is no proof.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from hub.audit import operations as audit
from hub.errors import HubError
from hub.members import operations as members
from hub.members.finding import with_email
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
        if with_email(customer.email).exists() and not _is_same(customer.email, proved_email):
            raise AddressStands(
                _("There is somebody with this address already: prove that it is yours, or give another one.")
            )
        members.save_customer(customer)
        _bind(visitor, customer, at)
    return customer


def bind(visitor: Visitor, customer: Customer, proved_email: str, at: datetime) -> Subject:
    """To somebody who stands here already. Bound to them already: stays as it is. NotProved; BoundOtherwise."""
    with writing():
        stored = Customer.objects.get(pk=customer.pk)
        if not _is_same(stored.email, proved_email):
            raise NotProved(_("Prove first that the address is yours."))
        standing = subject_of(visitor.website, visitor.sub)
        if standing is None:
            return _bind(visitor, stored, at)
        if standing.customer_id != stored.pk:
            raise BoundOtherwise(_("At this website you are somebody else already: ask us, and we part the two."))
        return standing


def unbind(number: int) -> None:
    """By staff: whom the website calls so is a stranger here again. Subject.DoesNotExist."""
    with writing():
        subject = Subject.objects.select_related("website", "customer").get(pk=number)
        audit.note_deleted(subject)
        subject.delete()


def _bind(visitor: Visitor, customer: Customer, at: datetime) -> Subject:
    subject = Subject.objects.create(website=visitor.website, sub=visitor.sub, customer=customer, bound_at=at)
    audit.note_changed(None, subject)
    return subject


def _is_same(one: str, other: str) -> bool:
    """But for the case of A to Z, as hub/accounts compares them. Not where either is empty."""
    return bool(one.strip()) and one.strip().encode().lower() == other.strip().encode().lower()
