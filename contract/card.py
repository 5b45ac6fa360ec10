"""Cards: the code, its check letter, what a scanner's bytes mean, and the hash that a card is known by.

A code is 20 letters out of the sixteen consonants that lie on the same key in QWERTY, QWERTZ and AZERTY, so a
scanner that types in the wrong layout still gives the code whole, and no code spells a word. 19 letters are
random (76 bits), the last is a check letter. Edges, feed and messages know a card only by `lookup_hash`.
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from contract.errors import ContractError
from contract.keyboard import TAIL_LETTERS, digits_of

ALPHABET: Final = "BCDFGHJKLNPRSTVX"
CODE_LETTERS: Final = 20
RANDOM_BYTES: Final = 10
"""Bytes that `new_code` takes: 76 of their 80 bits become letters."""
IMPORTED_LETTERS_MAX: Final = 64
SCAN_BYTES_MAX: Final = 512
"""A longer scan is `unreadable`. A URL of ours is under 300; RFC 1035 bounds a host name to 253."""

_VALUE: Final = {letter: value for value, letter in enumerate(ALPHABET)}
# Only ASCII is folded: str.upper() would turn a German layout's "ß" into two letters.
_FOLD_CASE: Final = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# ISO/IEC 15424: "]", a letter for the symbology, a modifier. All of them go, or a code would have two spellings.
_AIM_IDENTIFIERS: Final = re.compile(r"^(?:\s*\][A-Za-z][0-9A-Za-z])+")
_AIM_LETTERS: Final = 3
_CODE: Final = re.compile(rf"(?<![A-Z])[{ALPHABET}]{{{CODE_LETTERS}}}(?![A-Z])")
# H, T and P keep their keys in every layout the alphabet is made for. What follows may be garbled: AZERTY has an M
# where the colon was.
_URL_START: Final = re.compile(rf"^.{{0,{_AIM_LETTERS}}}HTTP")


class CardError(ContractError):
    """Text or bytes that cannot be a card; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one scan was. `text` is the canonical code to look up, or None where nothing could be read.

    `digits` are the eight ASCII digits of a rotating code, which are no part of `text`; None where none stood
    behind our code. `length` (bytes) and `classes` describe what came, for the record of a scan whose text must
    not be kept; `text`, `raw` and `digits` are left out of the repr, which ends in logs.
    """

    text: str | None = field(repr=False)
    raw: bytes = field(repr=False)
    length: int
    classes: str
    digits: str | None = field(default=None, repr=False)


def check_letter(body: str) -> str:
    """The letter that makes `body` (letters of ALPHABET) a code.

    A weighted sum over GF(16) with the polynomial x^4 + x + 1: each place weighs twice its right neighbour.
    Weights are never zero, so every single wrong letter shows; neighbours weigh differently, so every swap of
    two of them shows, the check letter's included.
    """
    remainder = 0
    for letter in body:
        remainder = _double(remainder ^ _VALUE[letter])
    return ALPHABET[remainder]


def is_code(text: str) -> bool:
    """Whether `text` is a whole code in upper case, check letter included."""
    return (
        len(text) == CODE_LETTERS
        and all(letter in _VALUE for letter in text)
        and check_letter(text[:-1]) == text[-1]
    )


def new_code(random_bytes: bytes) -> str:
    """A code from RANDOM_BYTES bytes of a cryptographic source."""
    if len(random_bytes) != RANDOM_BYTES:
        raise CardError(f"a code is made from {RANDOM_BYTES} random bytes, not {len(random_bytes)}")
    body = "".join(ALPHABET[byte >> 4] + ALPHABET[byte & 15] for byte in random_bytes)[: CODE_LETTERS - 1]
    return body + check_letter(body)


def qr_text(hub_url: str, code: str) -> str:
    """What a card's QR code holds: the hub's scan page for it, in upper case.

    Upper case keeps QR in its alphanumeric mode: 43 characters fit version 3-M (ISO/IEC 18004, table 7).
    `hub_url` is scheme and host; a path would not survive the upper case.
    """
    if not re.fullmatch(r"https?://[A-Za-z0-9.:\-\[\]]+", hub_url):
        raise CardError(f"{hub_url!r} is no address for cards: scheme and host only, as in https://club.example")
    return f"{hub_url}/c/{code}".upper()


def read_scan(raw: bytes) -> Scan:
    """The meaning of one scan's bytes, terminator taken off. Never raises: whatever cannot be read has no text."""
    decoded = _decode(raw)
    text, digits = (None, None) if decoded is None else _parse(decoded)
    return Scan(text=text, digits=digits, raw=raw, length=len(raw), classes=_classes(raw))


def canonical_code(text: str) -> str:
    """The one spelling under which a code is imported, hashed and looked up. CardError says what is allowed.

    The digits of a rotating code are taken off, as by `read_scan`.
    """
    canonical, _ = _parse(text)
    if canonical is None:
        raise CardError(f"a card's code is 1 to {IMPORTED_LETTERS_MAX} printable characters")
    return canonical


def lookup_hash(organization_key: bytes, text: str) -> bytes:
    """The 32 bytes by which edges, feed and messages know a canonical code: HMAC-SHA256 (RFC 2104)."""
    return hmac.digest(organization_key, text.encode(), hashlib.sha256)


def trace_hash(organization_key: bytes, scan: Scan) -> bytes:
    """The hash that a check-in keeps of a scan, readable or not, so that repeats show and the text does not."""
    if scan.text is not None:
        return lookup_hash(organization_key, scan.text)
    return hmac.digest(organization_key, b"\0unreadable:" + scan.raw, hashlib.sha256)


def _double(value: int) -> int:
    value <<= 1
    return value ^ 0b10011 if value & 16 else value


def _decode(raw: bytes) -> str | None:
    if len(raw) > SCAN_BYTES_MAX:
        return None
    try:
        text = unicodedata.normalize("NFC", raw.decode()).strip()
    except UnicodeDecodeError:
        return None
    return text if text and text.isprintable() else None


def _parse(text: str) -> tuple[str | None, str | None]:
    """The canonical code and, behind ours, the digits of a rotating one."""
    text = _AIM_IDENTIFIERS.sub("", unicodedata.normalize("NFC", text).strip()).strip()
    ours = _code_within("".join(text.split()))
    if ours is not None:
        return ours
    return (text if 0 < len(text) <= IMPORTED_LETTERS_MAX and text.isprintable() else None), None


def _code_within(unspaced: str) -> tuple[str, str | None] | None:
    """Our code and its digits: bare, behind an AIM identifier that a layout garbled, or in a URL."""
    folded = unspaced.translate(_FOLD_CASE)
    found = [match for match in _CODE.finditer(folded) if is_code(match.group())]
    if not found:
        return None
    last = found[-1]
    tail = unspaced[last.end() :]
    digits = digits_of(tail)
    ends = not tail or (digits is not None and len(tail) == TAIL_LETTERS)
    bare = last.start() <= _AIM_LETTERS and ends
    return (last.group(), digits) if bare or _URL_START.match(folded) else None


def _classes(raw: bytes) -> str:
    """The kinds of bytes in a scan, sorted: enough to recognise a misconfigured scanner, too little to read."""
    kinds = {_byte_class(byte) for byte in set(raw)}
    return " ".join(sorted(kinds))


def _byte_class(byte: int) -> str:
    character = chr(byte)
    if byte < 0x20 or byte == 0x7F:
        return "control"
    if byte >= 0x80:
        return "beyond-ascii"
    if character.isdigit():
        return "digit"
    if character.isalpha():
        return "upper" if character.isupper() else "lower"
    return "space" if character == " " else "punctuation"
