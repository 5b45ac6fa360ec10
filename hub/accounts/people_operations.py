"""A company's people, as its own admins see to them: who may, who goes, who becomes an admin, and who is the
last."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from hub.accounts.models import CompanyInvitation
from hub.audit.acting import acting
from hub.cards.link_operations import MEMBER
from hub.errors import HubError
from hub.members import operations
from hub.members.models import Company, Customer, Link
from hub.members.seats import seats_free
from hub.members.writing import writing


class NotAnAdmin(HubError):
    """They see to nobody there."""


class LastAdmin(HubError):
    """Nobody would see to the company's people."""


class GoneAlready(HubError):
    """They do not belong to the company any more."""


def admin_link(customer: Customer, company: Company) -> Link:
    """NotAnAdmin, also where they do not belong to it, or there is no such company."""
    theirs = Link.objects.select_related("company").filter(customer=customer, company=company, is_admin=True)
    found = theirs.first()
    if found is None:
        raise NotAnAdmin(_("You are no admin of this company."))
    return found


def companies_seen_to_by(customer: Customer) -> list[Company]:
    return list(Company.objects.filter(links__customer=customer, links__is_admin=True))


def last_admin_of(customer: Customer) -> list[Company]:
    """Of which they are the only admin."""
    return [each for each in companies_seen_to_by(customer) if not _others(each, customer).exists()]


def open_invitations(company: Company, at: datetime) -> list[CompanyInvitation]:
    """The newest first."""
    return list(CompanyInvitation.objects.filter(company=company, ended_at=None, until__gt=at))


def seats_left(company: Company, at: datetime) -> int | None:
    """An open invitation holds a seat. None: any number."""
    free = seats_free(company, at)
    return None if free is None else max(0, free - len(open_invitations(company, at)))


def seats_needed(company: Company, at: datetime) -> int:
    """For who belongs to it, and for its open invitations."""
    return company.links.count() + len(open_invitations(company, at))


def remove_person(by: Customer, link: Link) -> None:
    """They lose at once what the company's memberships gave them. NotAnAdmin. LastAdmin: it is the last one.
    Pressed again, nothing happens."""
    with held(link.company):
        admin_link(by, link.company)
        _remove(link)


def leave(customer: Customer, company: Company) -> None:
    """By themselves. LastAdmin. Who does not belong to it, has left."""
    with held(company):
        for link in Link.objects.filter(customer=customer, company=company):
            _remove(link)


def set_admin(by: Customer, link: Link, is_admin: bool) -> Link:
    """NotAnAdmin, LastAdmin, GoneAlready."""
    with held(link.company):
        admin_link(by, link.company)
        now = Link.objects.filter(pk=link.pk, company=link.company).first()
        if now is None:
            raise GoneAlready(_("This person does not belong to the company any more."))
        if now.is_admin and not is_admin:
            _check_not_last(now)
        now.is_admin = is_admin
        return operations.save_link(now)


def _remove(link: Link) -> None:
    now = Link.objects.filter(pk=link.pk).first()
    if now is not None:
        _check_not_last(now)
        operations.delete_links([now])


def _check_not_last(link: Link) -> None:
    if link.is_admin and not _others(link.company, link.customer).exists():
        raise LastAdmin(_("You are the last admin of this company: make somebody else an admin first."))


def _others(company: Company, customer: Customer) -> QuerySet[Link]:
    return Link.objects.filter(company=company, is_admin=True).exclude(customer=customer)


@contextmanager
def held(company: Company) -> Iterator[None]:
    """Its people are seen to by one at a time, of two admins who remove each other one stays."""
    with acting(MEMBER), writing():
        Company.objects.select_for_update().filter(pk=company.pk).first()
        yield
