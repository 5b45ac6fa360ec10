"""Members' passkeys (WebAuthn Level 2): discoverable, with the phone's own check of who holds it.

They are made for the hub's host and count on its one origin alone. A challenge is used once. How a passkey is
signed for is fido2's business; here is whose it is."""

import json
import struct
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from hub.accounts import ceremonies
from hub.accounts.account_rows import account_of
from hub.accounts.models import Account, Passkey
from hub.accounts.proofs import How, NotProved, Proof
from hub.audit import operations as audit
from hub.errors import HubError
from hub.members.models import Customer
from hub.organization.queries import organization
from hub.printable import printable

PASSKEYS_MAX: Final = 10
NAME_LETTERS_MAX: Final = 60
_ANSWER_LETTERS_MAX: Final = 20_000
_CREDENTIAL_ID_BYTES_MAX: Final = 1_023
"""WebAuthn Level 2, 4 (credential ID)."""
_ADDING, _ASKING = "add passkey", "ask passkey"
# What reading an answer that somebody made up may raise, in fido2 and below it.
_NOT_READ: Final = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    AssertionError,
    struct.error,
    RecursionError,
)


class PasskeyRefused(HubError):
    """It was not added; the text says why."""


@dataclass(frozen=True, slots=True)
class Begun:
    """`options`: for the browser, as JSON has them. `state` comes back with its answer."""

    options: dict[str, Any]
    state: str = field(repr=False)


def can_have() -> bool:
    """Whether browsers keep passkeys for this hub's address."""
    return bool(settings.ENVIRONMENT.passkeys)


def begin_asking(at: datetime) -> Begun:
    """Of whoever it is: the phone shows which passkeys it has."""
    options, state = _server().authenticate_begin(user_verification=UserVerificationRequirement.REQUIRED)
    return Begun(dict(options), ceremonies.begin(_ASKING, {"fido": state}, at))


def prove_passkey(state: str, answer: str, at: datetime) -> Proof:
    """`answer`: the browser's, as JSON. NotProved."""
    said = ceremonies.take(_ASKING, state, at)
    passkey = None if said is None else _signed_by(said["fido"], answer, at)
    if passkey is None:
        raise NotProved(_("This passkey opens nothing here. Try another one, or sign in by e-mail."))
    return Proof(How.PASSKEY, at, (passkey.customer_id,))


def begin_adding(customer: Customer, at: datetime) -> Begun:
    """PasskeyRefused: they have as many as anybody can."""
    with transaction.atomic():
        handle = bytes(account_of(customer).handle)
        known = [AttestedCredentialData(bytes(each.credential)) for each in customer.passkeys.all()]
    if len(known) >= PASSKEYS_MAX:
        raise PasskeyRefused(_("You have as many passkeys as can be: remove one first."))
    user = PublicKeyCredentialUserEntity(
        id=handle, name=customer.email or customer.name, display_name=customer.name
    )
    options, state = _server().register_begin(
        user,
        known,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Begun(dict(options), ceremonies.begin(_ADDING, {"fido": state, "customer": customer.pk}, at))


def add_passkey(customer: Customer, state: str, answer: str, name: str, at: datetime) -> Passkey:
    """PasskeyRefused. django.core.exceptions.ValidationError: no passkey can be called like this."""
    name = name.strip()[:NAME_LETTERS_MAX] or _("Passkey")
    printable(name)
    said = ceremonies.take(_ADDING, state, at)
    if said is None or said["customer"] != customer.pk:
        raise PasskeyRefused(_("That took too long: add the passkey once more."))
    credential, count = _registered(said["fido"], answer)
    with transaction.atomic():
        account_of(customer)
        if Passkey.objects.filter(credential_id=credential.credential_id).exists():
            raise PasskeyRefused(_("This passkey is known already."))
        if customer.passkeys.count() >= PASSKEYS_MAX:
            raise PasskeyRefused(_("You have as many passkeys as can be: remove one first."))
        passkey = Passkey.objects.create(
            customer=customer,
            credential_id=credential.credential_id,
            credential=bytes(credential),
            sign_count=count,
            name=name,
            made_at=at,
        )
        audit.note("passkey added", passkey, None, {"name": name})
    return passkey


@transaction.atomic
def remove_passkey(customer: Customer, number: int) -> bool:
    """Their own. False: there was none."""
    passkey = Passkey.objects.select_for_update().filter(pk=number, customer=customer).first()
    if passkey is None:
        return False
    audit.note("passkey removed", passkey, {"name": passkey.name}, None)
    passkey.delete()
    return True


def passkeys_of(customer: Customer) -> list[Passkey]:
    return list(Passkey.objects.filter(customer=customer))


def _signed_by(fido: Any, answer: str, at: datetime) -> Passkey | None:
    """None: of nobody, not signed, or not for this. A count that does not rise is of a copy (6.1.1)."""
    try:
        read = AuthenticationResponse.from_dict(_json(answer))
        handle, credential_id = read.response.user_handle, read.raw_id
        passkey = Passkey.objects.filter(credential_id=credential_id).first()
        if passkey is None or not Account.objects.filter(customer=passkey.customer_id, handle=handle).exists():
            return None
        known = AttestedCredentialData(bytes(passkey.credential))
        _server().authenticate_complete(fido, [known], read)
        count = read.response.authenticator_data.counter
    except _NOT_READ:
        return None
    mine = Passkey.objects.filter(pk=passkey.pk)
    risen = mine.filter(sign_count__lt=count) if count else mine.filter(sign_count=0)
    return passkey if risen.update(sign_count=count, used_at=at) else None


def _registered(fido: Any, answer: str) -> tuple[AttestedCredentialData, int]:
    try:
        found = _server().register_complete(fido, _json(answer))
    except _NOT_READ as error:
        raise PasskeyRefused(_("This passkey could not be added: try once more.")) from error
    credential = found.credential_data
    if credential is None or not _fits(credential):
        raise PasskeyRefused(_("This passkey could not be added: try once more."))
    return credential, found.counter


def _fits(credential: AttestedCredentialData) -> bool:
    """By a kind of key that can be checked here: another one would open nothing, ever."""
    is_known = any(each.alg == credential.public_key.ALGORITHM for each in _server().allowed_algorithms)
    return is_known and len(credential.credential_id) <= _CREDENTIAL_ID_BYTES_MAX


def _json(answer: str) -> dict[str, Any]:
    """ValueError."""
    if len(answer) > _ANSWER_LETTERS_MAX:
        raise ValueError("too long")
    read = json.loads(answer)
    if not isinstance(read, dict):
        raise ValueError("no object")
    return read


def _server() -> Fido2Server:
    rp = PublicKeyCredentialRpEntity(id=settings.ENVIRONMENT.host, name=str(organization()))
    return Fido2Server(rp, verify_origin=lambda origin: origin == settings.DOORWARD_URL)
