"""A member has all that is kept of them deleted, by themselves, or is told why not yet.

What stands against it is asked of whoever knows (hub.members.signals.leaving_asked): billing of what is being
paid."""

from datetime import datetime

from django.utils.translation import gettext as _

from hub.accounts.models import SignInCode
from hub.accounts.people_operations import last_admin_of
from hub.audit.acting import acting
from hub.cards.link_operations import MEMBER
from hub.errors import HubError
from hub.members import operations
from hub.members.models import Customer
from hub.members.signals import leaving_asked
from hub.members.writing import stored, writing


class NotYet(HubError):
    """They stay; the text says what to do first."""


def what_stands_against(customer: Customer, at: datetime) -> list[str]:
    """Texts for them; empty: they can go."""
    companies = [str(each) for each in last_admin_of(customer)]
    said = _("You are the last admin of %(companies)s: make somebody else an admin first.")
    own = [said % {"companies": ", ".join(companies)}] if companies else []
    asked = leaving_asked.send(Customer, customer=customer, at=at)
    return own + [text for _receiver, text in asked if text]


def delete_own(customer: Customer, at: datetime) -> None:
    """With cards, memberships, account, phones and letters, as when staff delete them; check-ins stay and are
    nobody's. Who is gone already stays gone. NotYet, hub.members.writing.InUse: nothing was deleted."""
    with acting(MEMBER), writing():
        now = stored(customer)
        if now is None:
            return
        against = what_stands_against(now, at)
        if against:
            raise NotYet(" ".join(against))
        SignInCode.objects.filter(address__iexact=now.email).delete()
        operations.delete_customers([now])
