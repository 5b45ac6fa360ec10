"""Invitations to a company, by its admins: one mailbox, 14 days, revocable, accepted once.

Whoever has the secret was sent it, so it proves the mailbox, but of a letter that lies about for two weeks: it
makes a new customer where nobody has that address. Who has it already signs in first, and accepts as that
customer."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from hub.accounts.account_operations import create_customer
from hub.accounts.addresses import canonical, customers_at
from hub.accounts.models import CompanyInvitation
from hub.accounts.people_operations import admin_link, held, seats_left
from hub.accounts.proofs import How, Proof
from hub.accounts.secrets import hash_of, new_secret
from hub.audit import operations as audit
from hub.errors import HubError
from hub.members import operations
from hub.members.finding import is_same_address
from hub.members.models import Company, Customer, Link
from hub.organization.queries import signup
from hub.rates.operations import Limit, take

LASTS: Final = timedelta(days=14)
ACCEPT_PATH: Final = "/card/account/invitation"
"""Where hub/wallet takes a secret, behind the `#`."""
BY_A_COMPANY: Final = Limit("invitations", 50, 24 * 3600)
BY_AN_ADMIN: Final = Limit("invitations-admin", 50, 24 * 3600)
"""Of all their companies together: whoever makes another one invites no more people by it."""
_PRUNED_AT_ONCE: Final = 100


class InvitationRefused(HubError):
    """It was not made, or counts no more; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Invited:
    """As it is handed over, once, to hub.letters.invitation."""

    invitation: CompanyInvitation
    address: str = field(repr=False)


def invite(by: Customer, company: Company, email: str, at: datetime) -> Invited:
    """One that stands open to the same address ends. NotAnAdmin, addresses.NoSuchAddress, InvitationRefused: no
    seat is free, they belong to it already, or there were too many today."""
    address, secret = canonical(email), new_secret()
    with held(company):
        inviter = admin_link(by, company)
        _prune(at)
        if any(Link.objects.filter(company=company, customer=each).exists() for each in customers_at(address)):
            raise InvitationRefused(_("%(address)s belongs to this company already.") % {"address": address})
        limits = ((BY_A_COMPANY, company.pk), (BY_AN_ADMIN, by.pk))
        if not all(take(limit, str(whose), at).granted for limit, whose in limits):
            raise InvitationRefused(_("Too many invitations today: go on tomorrow."))
        _end(company, address, at)
        if seats_left(company, at) == 0:
            raise InvitationRefused(
                _("No seat is free: remove somebody, revoke an invitation, or get more seats.")
            )
        invitation = CompanyInvitation.objects.create(
            company=inviter.company,
            address=address,
            secret_hash=hash_of(secret),
            invited_by=by,
            made_at=at,
            until=at + LASTS,
        )
        audit.note("invited", invitation, None, None)
    return Invited(invitation, f"{settings.DOORWARD_URL}{ACCEPT_PATH}#{secret}")


def revoke_invitation(by: Customer, company: Company, number: int, at: datetime) -> None:
    """NotAnAdmin. One that counts no more stays as it is."""
    with held(company):
        admin_link(by, company)
        for invitation in CompanyInvitation.objects.filter(pk=number, company=company, ended_at=None):
            _revoke(invitation, at)


def invitation_with(secret: str, at: datetime) -> CompanyInvitation:
    """With its company. InvitationRefused."""
    found = CompanyInvitation.objects.select_related("company").filter(
        secret_hash=hash_of(secret), ended_at=None, until__gt=at
    )
    invitation = found.first()
    if invitation is not None:
        return invitation
    if CompanyInvitation.objects.filter(secret_hash=hash_of(secret), accepted_by__isnull=False).exists():
        raise InvitationRefused(
            _("This invitation is accepted already: sign in with the address that it went to.")
        )
    raise InvitationRefused(_("This invitation counts no more: ask the company for a new one."))


def is_known(invitation: CompanyInvitation) -> bool:
    """Somebody has this address: they sign in first."""
    return bool(customers_at(invitation.address))


def may_accept(invitation: CompanyInvitation, customer: Customer) -> bool:
    return is_same_address(customer.email, invitation.address)


def accept(secret: str, customer: Customer, at: datetime, terms: str = "") -> Link:
    """As who is signed in, and has the address that it went to. `terms`: the version that they have accepted.
    InvitationRefused."""
    invitation = invitation_with(secret, at)
    with held(invitation.company):
        invitation = invitation_with(secret, at)
        if not may_accept(invitation, customer):
            raise InvitationRefused(_("This invitation is to another address: sign in with that one."))
        return _accepted(invitation, customer, at, terms)


def accept_as_new(secret: str, name: str, at: datetime, terms: str = "") -> tuple[Link, Proof]:
    """As a customer of their own making; the proof is for account_operations.sign_in. InvitationRefused: somebody
    has the address, or they have not accepted the terms. django.core.exceptions.ValidationError: nobody can be
    called like this."""
    invitation = invitation_with(secret, at)
    with held(invitation.company):
        invitation = invitation_with(secret, at)
        if is_known(invitation):
            raise InvitationRefused(_("This address is known here: sign in with it, then accept."))
        proof = Proof(How.INVITATION, at, email=invitation.address)
        return _accepted(invitation, create_customer(name, proof), at, terms), proof


def _accepted(invitation: CompanyInvitation, customer: Customer, at: datetime, terms: str) -> Link:
    _check_terms(terms)
    link = Link.objects.filter(company=invitation.company, customer=customer).first()
    if link is None:
        try:
            link = operations.save_link(Link(company=invitation.company, customer=customer), at)
        except ValidationError as error:
            raise InvitationRefused(_("No seat is free any more: ask the company for one.")) from error
    # The customer has the address from now on, and takes it along when they go.
    invitation.ended_at, invitation.accepted_by, invitation.address = at, customer, ""
    invitation.save(update_fields=["ended_at", "accepted_by", "address"])
    audit.note("accepted", invitation, None, {"terms": terms} if terms else None)
    return link


def _check_terms(accepted: str) -> None:
    """The same that hold for whoever joins by themselves."""
    if accepted != signup().terms_version:
        raise InvitationRefused(_("Read the terms, and accept them to join."))


def _prune(at: datetime) -> None:
    """Addresses of whoever never came are kept no longer than their invitation counts."""
    old = CompanyInvitation.objects.filter(until__lte=at).values_list("pk", flat=True)[:_PRUNED_AT_ONCE]
    CompanyInvitation.objects.filter(pk__in=list(old)).delete()


def _end(company: Company, address: str, at: datetime) -> None:
    for invitation in CompanyInvitation.objects.filter(company=company, address=address, ended_at=None):
        _revoke(invitation, at)


def _revoke(invitation: CompanyInvitation, at: datetime) -> None:
    invitation.ended_at = at
    invitation.save(update_fields=["ended_at"])
    audit.note("revoked", invitation, None, None)
