"""What waits in the database of a file, unreadable without the hub's key: names, and codes of cards."""

import json
import os
import zlib
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.utils.translation import gettext as _

from hub.errors import HubError

_NONCE_BYTES: Final = 12
_FOR: Final = b"doorward import"


class PieceUnreadable(HubError):
    """It was sealed with another card.key."""


def sealed(value: Any) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    packed = zlib.compress(json.dumps(value, ensure_ascii=False).encode(), 1)
    return nonce + AESGCM(settings.KEYS.card).encrypt(nonce, packed, _FOR)


def opened(data: bytes) -> Any:
    """PieceUnreadable: the key is another one."""
    raw = bytes(data)
    try:
        packed = AESGCM(settings.KEYS.card).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _FOR)
    except InvalidTag as error:
        raise PieceUnreadable(
            _("this import cannot be read: put card.key back, or import the file again")
        ) from error
    return json.loads(zlib.decompress(packed))
