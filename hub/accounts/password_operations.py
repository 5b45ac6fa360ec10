"""Members' passwords, by Django's hashers and validators. One is no one's duty: a mailbox or a passkey does as
well."""

from datetime import datetime
from typing import Final

from django.contrib.auth.hashers import check_password, is_password_usable, make_password
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from hub.accounts.account_rows import account_of
from hub.accounts.addresses import NoSuchAddress, canonical, customers_at
from hub.accounts.models import Account
from hub.accounts.proofs import How, NotProved, Proof
from hub.audit import operations as audit
from hub.errors import HubError
from hub.login.operations import begin_attempt, succeed
from hub.members.models import Customer

LETTERS_MAX: Final = 200
"""Longer ones are refused before a hash is computed of them."""
_ROOM: Final = "member"
"""Before names and addresses that are counted, so that guesses here lock no user of the desk out."""


class TooManyTries(HubError):
    """Of this account, or from here: nothing was looked at."""


def prove_password(email: str, password: str, address: str, at: datetime) -> Proof:
    """Of those with this e-mail address, whose password it is. `address`: from where they ask. NotProved,
    TooManyTries. It proves no mailbox."""
    try:
        mailbox = canonical(email)
    except NoSuchAddress:
        mailbox = ""
    attempt = begin_attempt(f"{_ROOM} {mailbox}", f"{_ROOM} {address}", at)
    if attempt is None:
        raise TooManyTries(_("Too many tries: try again in 15 minutes, or have a code sent to you."))
    found = _whose(mailbox, password) if mailbox and len(password) <= LETTERS_MAX else []
    if not found:
        raise NotProved(_("This address and password do not match."))
    succeed(attempt)
    return Proof(How.PASSWORD, at, tuple(found))


def set_password(customer: Customer, password: str, at: datetime) -> None:
    """django.core.exceptions.ValidationError: it is too easy to guess, or too long."""
    check_new(password, customer)
    with transaction.atomic():
        account = account_of(customer)
        had_one, account.password = bool(account.password), make_password(password)
        account.password_set_at = at
        account.save()
        audit.note("password changed" if had_one else "password set", account, None, None)


@transaction.atomic
def remove_password(customer: Customer) -> None:
    """Where there is none, nothing happens."""
    for account in Account.objects.select_for_update().filter(customer=customer).exclude(password=""):
        account.password, account.password_set_at = "", None
        account.save()
        audit.note("password removed", account, None, None)


def check_new(password: str, customer: Customer) -> None:
    """django.core.exceptions.ValidationError. Like neither their name nor their address."""
    if len(password) > LETTERS_MAX:
        raise ValidationError(_("At most %(most)s characters.") % {"most": LETTERS_MAX})
    # Django's validators compare with what a user is called; this one is never kept.
    validate_password(password, User(username=customer.name, email=customer.email))


def has_password(customer: Customer) -> bool:
    return Account.objects.filter(customer=customer).exclude(password="").exists()


def _whose(mailbox: str, password: str) -> list[int]:
    """Their numbers. Who has no password costs as much as who has one, so that nobody learns which."""
    customers = [each.pk for each in customers_at(mailbox)]
    accounts = list(Account.objects.filter(customer__in=customers).exclude(password="").order_by("pk"))
    if not accounts:
        make_password(password)
    return [each.pk for each in accounts if _fits(each, password)]


def _fits(account: Account, password: str) -> bool:
    def rehashed(raw: str) -> None:
        """Django's hashers grow stronger with the years."""
        Account.objects.filter(pk=account.pk, password=account.password).update(password=make_password(raw))

    return is_password_usable(account.password) and check_password(password, account.password, rehashed)
