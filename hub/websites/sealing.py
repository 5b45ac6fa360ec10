"""HS256 secrets at rest: AES-256-GCM under card.key, as cards' codes are, bound to their key's `kid`."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from hub.errors import HubError

_NONCE_BYTES: Final = 12
_WHAT: Final = b"website key "
"""Nothing else that card.key encrypts can be put in its place."""


class SecretUnreadable(HubError):
    """card.key is another one than the secret was encrypted with."""


def encrypt(secret: bytes, kid: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(settings.KEYS.card).encrypt(nonce, secret, _WHAT + kid.encode())


def decrypt(sealed: bytes, kid: str) -> bytes:
    """SecretUnreadable."""
    sealed = bytes(sealed)
    try:
        return AESGCM(settings.KEYS.card).decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _WHAT + kid.encode()
        )
    except InvalidTag as error:
        raise SecretUnreadable(
            _("the secret of the key %(kid)s cannot be read: put card.key back from a backup, or make a new key")
            % {"kid": kid}
        ) from error
