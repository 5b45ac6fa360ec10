"""Rotating codes: the digits that stand behind a code for half a minute (RFC 6238), and what a wallet is told.

SHA-1, eight digits, a step of 30 seconds, one step either way. `contract.card` finds the digits in a scan; which
steps a reader has used up, and whether it asks for digits at all, are its own affair. A card's secret is stored
nowhere: it follows from the organization key and a salt that is no secret.
"""

import hashlib
import hmac
import re
from datetime import datetime
from typing import Final

from contract.card import qr_text
from contract.errors import ContractError
from contract.instants import to_us
from contract.keyboard import DIGITS, SEPARATOR

__all__ = [
    "DIGITS",
    "SALT_BYTES",
    "SECRET_BYTES",
    "STEP_SECONDS",
    "RotatingError",
    "bare_pattern",
    "digits_at",
    "matching_step",
    "rotating_text",
    "secret_of",
    "step_at",
    "wallet_pattern",
]

STEP_SECONDS: Final = 30
SECRET_BYTES: Final = 20
"""As long as SHA-1's output, which RFC 4226, section 4, recommends."""
SALT_BYTES: Final = 16
"""So many that no two of a card's salts are ever the same: a new one ends the codes of the old one."""

_STEP_US: Final = STEP_SECONDS * 1_000_000
_STEPS_LATER: Final = (0, -1, 1)
"""The steps that count, seen from now: nearest first, and a phone's late code before a fast clock's."""
_SHAPE: Final = re.compile(rf"[0-9]{{{DIGITS}}}")
_PLACEHOLDER: Final = "{totp_value_0}"
_SECRET_OF: Final = b"\0rotating:"
"""Codes and unreadable scans, which are hashed under the same key, never begin so."""


class RotatingError(ContractError):
    """A secret or a step for which there are no digits; the message says what is allowed, never the secret."""


def secret_of(organization_key: bytes, card_hash: bytes, salt: bytes) -> bytes:
    """The secret of the card with this lookup hash: HMAC-SHA256 (RFC 2104), cut to SECRET_BYTES.

    RotatingError for a salt that has not SALT_BYTES.
    """
    if len(salt) != SALT_BYTES:
        raise RotatingError(f"a rotating code's salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hmac.digest(organization_key, _SECRET_OF + salt + card_hash, hashlib.sha256)[:SECRET_BYTES]


def step_at(at: datetime) -> int:
    """The step that holds at an aware instant: steps of 30 s since 1970, the first instant of each included.

    Negative before 1970. InstantError without a time zone.
    """
    return to_us(at) // _STEP_US


def digits_at(secret: bytes, step: int) -> str:
    """The eight digits of one step (RFC 4226, section 5.3): a secret of SECRET_BYTES, a step of 0 to 2**64 - 1."""
    if len(secret) != SECRET_BYTES:
        raise RotatingError(f"a rotating code's secret has {SECRET_BYTES} bytes, not {len(secret)}")
    if not 0 <= step < 2**64:
        raise RotatingError(f"step {step} is outside 0 to 2**64 - 1: rotating codes begin in 1970")
    code = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = code[-1] & 15
    number = int.from_bytes(code[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching_step(secret: bytes, digits: str, at: datetime) -> int | None:
    """The step nearest to `at`, at most one away, whose digits these are: now, then before, then after. Else None.

    Text that is not eight ASCII digits matches nothing. RotatingError for a secret of another length.
    """
    if not _SHAPE.fullmatch(digits):
        return None
    steps = (step_at(at) + later for later in _STEPS_LATER)
    return next((s for s in steps if s >= 0 and hmac.compare_digest(digits_at(secret, s), digits)), None)


def rotating_text(code: str, digits: str) -> str:
    """What a rotating code says bare, as in a barcode or typed by hand."""
    return f"{code}{SEPARATOR}{digits}"


def bare_pattern(code: str) -> str:
    """`rotating_text` as the valuePattern of a Google Wallet RotatingBarcode.

    Its totpDetails are periodMillis "30000" (a string: int64 in JSON), algorithm TOTP_SHA1 and one entry in
    parameters: the secret in base16 as key, and valueLength 8 (Google Wallet API, reference of RotatingBarcode).
    """
    return rotating_text(code, _PLACEHOLDER)


def wallet_pattern(hub_url: str, code: str) -> str:
    """The URL of `qr_text` with the digits behind it, as a valuePattern like `bare_pattern`. CardError likewise.

    All in upper case but the placeholder, which becomes digits: QR stays in its alphanumeric mode.
    """
    return rotating_text(qr_text(hub_url, code), _PLACEHOLDER)
