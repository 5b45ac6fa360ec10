"""A code's secret at rest: AES-256-GCM under card.key, bound to the code's id."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from contract.enrolment_code import Code
from hub.enrolment.models import EnrolmentCode
from hub.errors import HubError

_NONCE_BYTES: Final = 12


class SecretUnreadable(HubError):
    """card.key is another one than the code was made with."""


def encrypt(code: Code) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(settings.KEYS.card).encrypt(nonce, code.secret, code.id)


def decrypt(kept: EnrolmentCode) -> Code:
    """SecretUnreadable: the key is wrong."""
    sealed = bytes(kept.secret_encrypted)
    nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        secret = AESGCM(settings.KEYS.card).decrypt(nonce, encrypted, bytes(kept.code_id))
    except InvalidTag as error:
        raise SecretUnreadable("the enrolment code cannot be read: put card.key back from a backup") from error
    return Code(secret, bytes(kept.fingerprint))
