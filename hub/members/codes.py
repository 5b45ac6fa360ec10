"""A card's code at rest: found by its hash, and encrypted so that the card can be drawn again.

AES-256-GCM under card.key, bound to the card's hash, so that no two cards' codes can be exchanged in the database.
"""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from contract import rotating
from contract.card import is_code, lookup_hash, qr_text
from hub.errors import HubError
from hub.members.models import Card

_NONCE_BYTES: Final = 12
_GROUP_LETTERS: Final = 4


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
    sealed = bytes(card.code_encrypted)
    try:
        opened = AESGCM(settings.KEYS.card).decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bytes(card.lookup_hash)
        )
    except InvalidTag as error:
        raise CodeUnreadable(
            f"the code of card {card.pk} cannot be read: put card.key back from a backup"
        ) from error
    return opened.decode()


def secret_of(card: Card) -> bytes | None:
    """The secret of the card's rotating codes, if they rotate: stored nowhere, it follows from the card's salt."""
    if card.rotating_salt is None:
        return None
    return rotating.secret_of(settings.KEYS.organization, bytes(card.lookup_hash), bytes(card.rotating_salt))


def typed_text(code: str) -> str:
    """For people to type: our code in groups of four (its spaces are ignored), an imported code as it is."""
    if not is_code(code):
        return code
    return " ".join(code[start : start + _GROUP_LETTERS] for start in range(0, len(code), _GROUP_LETTERS))


def scan_text(code: str) -> str:
    """What the card's QR code holds: our scan page's address, or an imported code as it is."""
    return qr_text(settings.DOORWARD_URL, code) if is_code(code) else code
