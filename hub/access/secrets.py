"""The secrets of second factors at rest: AES-256-GCM under card.key, as cards are."""

import os
from base64 import b64decode, b64encode
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from hub.errors import HubError

_NONCE_BYTES: Final = 12
_WHAT: Final = b"second factor"
"""Nothing else that card.key encrypts can be put in its place."""


class SecretUnreadable(HubError):
    """card.key is another one than the secret was encrypted with."""


def encrypt(text: str) -> str:
    nonce = os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCM(settings.KEYS.card).encrypt(nonce, text.encode(), _WHAT)
    return b64encode(sealed).decode("ascii")


def decrypt(encrypted: str) -> str:
    """SecretUnreadable: the key is wrong."""
    sealed = b64decode(encrypted)
    try:
        opened = AESGCM(settings.KEYS.card).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _WHAT)
    except InvalidTag as error:
        raise SecretUnreadable(_("a second factor cannot be read: put card.key back from a backup")) from error
    return opened.decode()
