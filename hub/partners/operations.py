"""Every write to partners, with the rows of the plans that name them, in one transaction."""

from collections.abc import Iterable

from hub.members import operations as members
from hub.members.writing import delete, save, stored, writing
from hub.partners.models import Partner
from hub.partners.signals import partner_going


def save_partner(partner: Partner) -> Partner:
    """One that is no longer active leaves the plans that name it; one that is active again comes back."""
    with writing():
        save(partner)
        members.append_plans_approving(partner.pk)
    return partner


def delete_partners(partners: Iterable[Partner]) -> None:
    """InUse: it is approved for a permission, a reader stands at it, or it has check-ins, whose figures would be
    those of another one that gets its slug."""
    going = list(partners)
    with writing():
        for partner in filter(None, map(stored, going)):
            partner_going.send(Partner, partner=partner)
        delete(going)
