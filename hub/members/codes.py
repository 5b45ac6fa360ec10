"""A card's code at rest: found by its hash, and encrypted so that the card can be drawn again.

AES-256-GCM under card.key, bound to the card's hash, so that no two cards' codes can be exchanged in the database.
"""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from contract.card import is_code, lookup_hash, qr_text
from hub.errors import HubError
from hub.members.models import Card

_NONCE_BYTES: Final = 12
_GROUP_LETTERS: Final = 4
_SECRET_OF: Final = b"rotating:"


class CodeUnreadable(HubError):
    """A card's code cannot be decrypted: card.key is another one than it was made with."""


def hash_of(code: str) -> bytes:
    """The hash under which edges and hub know a canonical code."""
    return lookup_hash(settings.KEYS.organization, code)


def encrypt(code: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(settings.KEYS.card).encrypt(nonce, code.encode(), hash_of(code))


def decrypt(card: Card) -> str:
    """The card's canonical code. CodeUnreadable: the key is wrong."""
    return _open(card, bytes(card.code_encrypted), bytes(card.lookup_hash)).decode()


def encrypt_secret(card: Card, secret: bytes) -> bytes:
    """The secret of the card's rotating codes, bound to the card, and told apart from its code."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(settings.KEYS.card).encrypt(nonce, secret, _SECRET_OF + bytes(card.lookup_hash))


def secret_of(card: Card) -> bytes | None:
    """The secret of the card's rotating codes, if it has one. CodeUnreadable: the key is wrong."""
    if card.rotating_secret_encrypted is None:
        return None
    return _open(card, bytes(card.rotating_secret_encrypted), _SECRET_OF + bytes(card.lookup_hash))


def typed_text(code: str) -> str:
    """For people to type: our code in groups of four (its spaces are ignored), an imported code as it is."""
    if not is_code(code):
        return code
    return " ".join(code[start : start + _GROUP_LETTERS] for start in range(0, len(code), _GROUP_LETTERS))


def scan_text(code: str) -> str:
    """What the card's QR code holds: our scan page's address, or an imported code as it is."""
    return qr_text(settings.DOORWARD_URL, code) if is_code(code) else code


def _open(card: Card, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return AESGCM(settings.KEYS.card).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
    except InvalidTag as error:
        raise CodeUnreadable(
            f"the code of card {card.pk} cannot be read: put card.key back from a backup"
        ) from error
