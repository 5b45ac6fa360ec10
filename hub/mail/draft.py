"""A letter as it was written, checked before it is kept: nothing in it can become a header of its own.

It is kept encrypted: AES-256-GCM under a key of its own that follows from card.key, bound to its Message-ID.
"""

import json
import os
import unicodedata
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from hub.errors import HubError

RECIPIENT_LETTERS_MAX: Final = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets."""
SUBJECT_LETTERS_MAX: Final = 200
_NONCE_BYTES: Final = 12


class BadLetter(HubError):
    """It cannot be mailed as it is; the text says what is wrong with it."""


class LetterUnreadable(HubError):
    """It cannot be decrypted: card.key is another one than it was written with."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`sender`: the name before the hub's own address. `unsubscribe`: where one press ends such letters
    (RFC 8058); empty: each was asked for. Texts may hold a secret, so they are in no repr."""

    subject: str
    text: str = field(repr=False)
    html: str = field(default="", repr=False)
    sender: str = ""
    reply_to: str = ""
    unsubscribe: str = field(default="", repr=False)


def check(draft: Draft, recipient: str) -> None:
    """BadLetter."""
    for address in filter(None, (recipient, draft.reply_to)):
        _check_address(address)
    for text in (draft.subject, draft.sender, draft.unsubscribe):
        if any(unicodedata.category(letter) in {"Cc", "Zl", "Zp"} for letter in text):
            raise BadLetter(_("A subject, a name or an address of a letter may hold one line alone."))
    if not 0 < len(draft.subject.strip()) <= SUBJECT_LETTERS_MAX:
        raise BadLetter(_("A letter needs a subject of at most %(most)d letters.") % {"most": SUBJECT_LETTERS_MAX})


def _check_address(address: str) -> None:
    try:
        validate_email(address)
    except ValidationError as error:
        raise BadLetter(_("This is no e-mail address that letters can be sent to.")) from error
    if len(address) > RECIPIENT_LETTERS_MAX:
        raise BadLetter(_("This e-mail address is too long to be one."))


def seal(draft: Draft, message_id: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    text = json.dumps(asdict(draft), ensure_ascii=False).encode()
    return nonce + AESGCM(_key(settings.KEYS.card)).encrypt(nonce, text, message_id.encode())


def unseal(sealed: bytes, message_id: str) -> Draft:
    """LetterUnreadable."""
    sealed = bytes(sealed)
    try:
        text = AESGCM(_key(settings.KEYS.card)).decrypt(
            sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], message_id.encode()
        )
    except InvalidTag as error:
        raise LetterUnreadable("a letter cannot be read: put card.key back from a backup") from error
    return Draft(**json.loads(text))


@cache
def _key(card_key: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, b"doorward mail").derive(card_key)
