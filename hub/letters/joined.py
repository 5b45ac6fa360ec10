"""The letter to somebody who has joined: their plan, what comes next, and the link to their card."""

from datetime import datetime

from django.db import transaction

from hub.billing.queries import standing
from hub.cards.link_operations import make_link
from hub.letters.kinds import Kind
from hub.letters.writing import written
from hub.mail import operations as mail
from hub.members.models import Customer, Membership
from hub.members.prices import price_text
from hub.organization.queries import signup


def send_joined(customer: Customer, membership: Membership, at: datetime) -> None:
    """With a new link. Nothing, where nobody knows where to write to. hub.mail.operations.NoMail,
    hub.mail.draft.BadLetter: nothing was sent."""
    if not customer.email:
        return
    owed = next(iter(standing(membership).owed), None)
    with transaction.atomic():
        draft = written(
            Kind.JOINED,
            customer,
            plan=membership.plan.name,
            owed=price_text(owed.cents, owed.currency) if owed else "",
            due_at=owed.due_at if owed else None,
            how_to_pay=signup().how_to_pay,
            waits=membership.pending,
            address=make_link(customer, at).address,
        )
        mail.queue(draft, customer.email, Kind.JOINED, at, customer=customer.pk)
