"""An endpoint's secret: made here, shown once, encrypted at rest, and what a message is signed with.

AES-256-GCM under a key of its own that follows from card.key, bound to its endpoint by that endpoint's salt.
Signatures are those of Standard Webhooks (HMAC-SHA256, `v1`).
"""

import base64
import os
import secrets
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from hub.errors import HubError
from hub.webhooks.models import Endpoint

SECRET_BYTES: Final = 32
"""Standard Webhooks: 24 to 64."""
SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12


class SecretUnreadable(HubError):
    """An endpoint's secret cannot be decrypted: card.key is another one than it was made with."""


def new_secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def encrypt(secret: str, salt: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(_key(settings.KEYS.card)).encrypt(nonce, secret.encode(), salt)


def headers(endpoint: Endpoint, message_id: str, at: datetime, body: str) -> dict[str, str]:
    """What proves a message: signed by the secret and, for a day after it was changed, by the one before.

    SecretUnreadable.
    """
    signed_by = [_decrypt(endpoint.secret_encrypted, endpoint)]
    if endpoint.old_secret_encrypted is not None and endpoint.old_secret_counts(at):
        # Where it cannot be read, the new one was made for just that.
        with suppress(SecretUnreadable):
            signed_by.append(_decrypt(endpoint.old_secret_encrypted, endpoint))
    signatures = [Webhook(each).sign(message_id, at, body) for each in signed_by]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _decrypt(sealed: bytes, endpoint: Endpoint) -> str:
    sealed = bytes(sealed)
    try:
        opened = AESGCM(_key(settings.KEYS.card)).decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bytes(endpoint.salt)
        )
    except InvalidTag as error:
        raise SecretUnreadable(
            _(
                "the secret of “%(endpoint)s” cannot be read: put card.key back from a backup, or"
                " give it a new secret"
            )
            % {"endpoint": endpoint}
        ) from error
    return opened.decode()


@cache
def _key(card_key: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"doorward webhook secrets").derive(card_key)
