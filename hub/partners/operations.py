"""Every write to partners, with the rows of the plans that name them, in one transaction."""

from collections.abc import Iterable

from hub.members import operations as members
from hub.members.writing import delete, save, writing
from hub.partners.models import Partner


def save_partner(partner: Partner) -> Partner:
    """One that is no longer active leaves the plans that name it; one that is active again comes back."""
    with writing():
        save(partner)
        members.append_plans_approving(partner.pk)
    return partner


def delete_partners(partners: Iterable[Partner]) -> None:
    """InUse: it is approved for a permission, or a reader stands at it."""
    delete(partners)
