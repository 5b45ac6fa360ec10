"""Codes that staff hand out: whoever types one is the customer that staff gave it for. For hubs that send no
letters, and for whoever has no mailbox that the club knows.

Eight letters and digits, a day, once; a newer one ends it. They are typed where a mailed code is, and told from
one by a letter in them. Known by an HMAC alone; nobody says whose it is as they type it, so tries are counted by
where they come from: 30 an hour, of 370,000,000,000 codes that there are."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from hub.accounts.code_operations import AGAIN, prove_code
from hub.accounts.models import HandedCode
from hub.accounts.proofs import How, NotProved, Proof
from hub.accounts.secrets import hash_of, hash_of_code, seed_of
from hub.audit import operations as audit
from hub.errors import HubError
from hub.members.models import Customer
from hub.rates.operations import Limit, take

LETTERS: Final = 8
_ALPHABET: Final = "BCDFGHJKLMNPQRSTVWXZ23456789"
LASTS: Final = timedelta(hours=24)
FOR_A_CUSTOMER: Final = Limit("handed-code", 5, 3600)
_TRIES: Final = Limit("handed-code-tries", 30, 3600)
_WHOSE: Final = "handed"
_TEXT_LETTERS_MAX: Final = 40


class TooManyCodes(HubError):
    """None was made."""


def hand_code(customer: Customer, at: datetime) -> str:
    """To be shown once; the one before counts no more. TooManyCodes."""
    if not take(FOR_A_CUSTOMER, str(customer.pk), at).granted:
        raise TooManyCodes(_("Five codes an hour are enough: try again later."))
    code = _new()
    with transaction.atomic():
        HandedCode.objects.filter(made_at__lte=at - LASTS).delete()
        fields = {"code_hash": hash_of_code(code, _WHOSE), "made_at": at, "used_at": None, "used_state": b""}
        HandedCode.objects.update_or_create(customer=customer, defaults=fields)
        audit.note("sign-in code made", customer, None, None)
    return code


def prove_typed(state: str, code: str, address: str, at: datetime) -> Proof:
    """A code that came by mail, or one from staff. `address`: from where it is typed. NotProved."""
    letters = "".join(code[:_TEXT_LETTERS_MAX].upper().split()).replace("-", "")
    if not letters.isascii() or letters.isdigit() or not letters.isalnum():
        return prove_code(state, code, at)
    return prove_handed(state, letters, address, at)


def prove_handed(state: str, code: str, address: str, at: datetime) -> Proof:
    """It proves who they are and no mailbox; `state`: of the page on which it is typed. NotProved."""
    if not take(_TRIES, address, at).granted:
        raise NotProved(_("Too many codes from here: try again in an hour."))
    count = HandedCode.objects.filter(code_hash=hash_of_code(code, _WHOSE), made_at__gt=at - LASTS)
    # Of two who tell the same code at once, one uses it up; the same page told twice is told the same.
    again = Q(used_at__gt=at - AGAIN, used_state=hash_of(state))
    count.filter(used_at=None).update(used_at=at, used_state=hash_of(state))
    found = count.filter(again).first() if state else None
    if found is None:
        raise NotProved(_("This code is not right, or counts no more. Ask at the desk for another."))
    return Proof(How.HANDED, at, (found.customer_id,), seed=seed_of(code, state))


def _new() -> str:
    """With a letter: of digits alone it would be taken for one that came by mail."""
    while (code := "".join(secrets.choice(_ALPHABET) for _ in range(LETTERS))).isdigit():
        pass
    return code
