"""Codes by mail: whoever has the mailbox can tell the code, on the page that asked for it.

Eight digits, ten minutes, five tries, once; a newer one to the same address ends it. The same page told it
twice within a minute (a button pressed twice) is told the same twice. So many letters an hour go to
an address that 50 of a hundred million codes can be guessed in that hour, wherever the guesses come from; half of
them are kept for phones that show its owner's card, so that no stranger uses up what a member signs in with. Where
nothing is to be sent there is no row either: the state that is handed out then proves nothing, and looks like any
other."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from hub.accounts.addresses import canonical, customers_at
from hub.accounts.models import SignInCode
from hub.accounts.proofs import How, NotProved, Proof
from hub.accounts.secrets import hash_of, hash_of_code, new_secret, seed_of
from hub.cards.models import CardLink
from hub.members.finding import is_same_address
from hub.members.models import Customer
from hub.rates.operations import Limit, take

DIGITS: Final = 8
LASTS: Final = timedelta(minutes=10)
TRIES_MAX: Final = 5
AGAIN: Final = timedelta(minutes=1)
"""So long a page that has told a code may tell it once more."""
TO_AN_ADDRESS: Final = Limit("code-letter", 5, 3600)
FROM_OWN_PHONE: Final = Limit("code-letter-phone", 5, 3600)
"""By a member; asked for on a phone that shows their card."""
_TEXT_LETTERS_MAX: Final = 40
_PRUNED_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class CodeAsked:
    """`code` None: nothing is sent, and the asker is told the same. `customers`: who has the address."""

    state: str = field(repr=False)
    email: str
    code: str | None = field(repr=False)
    customers: tuple[Customer, ...]


def ask_code(email: str, at: datetime, *, known_only: bool, phone: CardLink | None = None) -> CodeAsked:
    """`known_only`: an address that no customer has gets none. `phone`: whose card the phone shows that asks.
    addresses.NoSuchAddress."""
    address = canonical(email)
    customers = tuple(customers_at(address))
    if (known_only and not customers) or not _may_be_sent(address, phone, at):
        return CodeAsked(new_secret(), address, None, customers)
    state, code = new_secret(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    _keep(address, state, code, at)
    return CodeAsked(state, address, code, customers)


def prove_code(state: str, code: str, at: datetime) -> Proof:
    """The code is used up by it, and by too many that are wrong. Told again by the same page, the proof's `seed`
    is the same. NotProved."""
    digits = "".join(each for each in code[:_TEXT_LETTERS_MAX] if each.isascii() and each.isdigit())
    found = _tried(state, at)
    if found is None or not constant_time_compare(bytes(found.code_hash), hash_of_code(digits, state)):
        raise NotProved(_("This code is not right, or no longer valid. Enter the newest one, or ask for another."))
    SignInCode.objects.filter(pk=found.pk, state_hash=hash_of(state), used_at=None).update(used_at=at)
    customers = tuple(each.pk for each in customers_at(found.address))
    return Proof(How.CODE, at, customers, found.address, seed_of(digits, state))


def _may_be_sent(address: str, phone: CardLink | None, at: datetime) -> bool:
    if phone is not None and is_same_address(phone.customer.email, address):
        return take(FROM_OWN_PHONE, str(phone.customer_id), at).granted
    return take(TO_AN_ADDRESS, sha256(address.encode()).hexdigest(), at).granted


@transaction.atomic
def _keep(address: str, state: str, code: str, at: datetime) -> None:
    old = SignInCode.objects.filter(made_at__lte=at - LASTS).values_list("pk", flat=True)[:_PRUNED_AT_ONCE]
    SignInCode.objects.filter(pk__in=list(old)).delete()
    hashes = {"state_hash": hash_of(state), "code_hash": hash_of_code(code, state)}
    fields = {**hashes, "made_at": at, "tries": 0, "used_at": None}
    SignInCode.objects.update_or_create(address=address, defaults=fields)


def _tried(state: str, at: datetime) -> SignInCode | None:
    """Counted before the code is looked at, in a statement of its own: tries at the same time count each."""
    once = Q(used_at=None) | Q(used_at__gt=at - AGAIN)
    mine = SignInCode.objects.filter(once, state_hash=hash_of(state), made_at__gt=at - LASTS)
    if not mine.filter(tries__lt=TRIES_MAX).update(tries=F("tries") + 1):
        return None
    return mine.first()
