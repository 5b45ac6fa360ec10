"""The one-time code by which an edge and its hub know each other the first time: SECRET-FINGERPRINT.

80 bits of secret that the hub made for one edge, and the 80-bit fingerprint of the hub's signing key; as letters
of Doorward's alphabet with a check letter, in groups of four, to be read out and typed. Whoever has the code can
pose as that edge until the code is used or lapses; it is never logged. Knows no message: contract/enrolment.py.
"""

import hmac
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Final

from contract.card import ALPHABET, check_letter
from contract.errors import ContractError
from contract.keys import KEY_ID_BYTES, key_id

SECRET_BYTES: Final = 10
CODE_LETTERS: Final = 2 * (SECRET_BYTES + KEY_ID_BYTES) + 1
_GROUP: Final = 4
_VALUE: Final = {letter: value for value, letter in enumerate(ALPHABET)}
# A hyphen that went through a word processor is a dash; a copied space may be one that does not break.
_BETWEEN_GROUPS: Final = "-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}"
_DROPPED: Final = str.maketrans("", "", _BETWEEN_GROUPS)


class EnrolWhy(StrEnum):
    """Why an enrolment does not go on: one word each; part of the protocol."""

    CODE_UNREADABLE = "code_unreadable"
    WRONG_SIZE = "wrong_size"
    MALFORMED = "malformed"
    UNKNOWN_CODE = "unknown_code"
    WRONG_SECRET = "wrong_secret"  # noqa: S105
    """Whoever asked does not have the code, or the request was changed on its way."""
    WRONG_NAME = "wrong_name"
    BAD_KEY = "bad_key"
    EXPIRED = "expired"
    USED = "used"
    WRONG_FINGERPRINT = "wrong_fingerprint"
    """Another hub answered, or someone in its place."""
    BAD_SEAL = "bad_seal"
    OTHER_REQUEST = "other_request"
    """An answer to something else: of earlier, or to another edge."""
    CANNOT_OPEN = "cannot_open"
    """Encrypted to another key."""


class EnrolError(ContractError):
    """An enrolment that does not go on, and changes nothing; `why` is the stable word. Quotes no code, no key."""

    def __init__(self, why: EnrolWhy, text: str) -> None:
        super().__init__(text)
        self.why: Final = why


@dataclass(frozen=True, slots=True)
class Code:
    """A code taken apart: SECRET_BYTES known to the hub and one edge, which no repr shows, the hub's key id."""

    secret: bytes = field(repr=False)
    fingerprint: bytes

    @property
    def id(self) -> bytes:
        """The 32 bytes by which the hub finds the code; they do not give the secret away."""
        return _derived(self.secret, b"doorward/1 enrolment code id")

    @property
    def mac_key(self) -> bytes:
        """The 32 bytes under which a request is authenticated."""
        return _derived(self.secret, b"doorward/1 enrolment mac key")

    def text(self) -> str:
        """The code as it is shown: groups of four letters with hyphens, the check letter alone at the end."""
        body = "".join(ALPHABET[byte >> 4] + ALPHABET[byte & 15] for byte in self.secret + self.fingerprint)
        letters = body + check_letter(body)
        return "-".join(letters[start : start + _GROUP] for start in range(0, CODE_LETTERS, _GROUP))


def make_code(secret: bytes, hub_public: bytes) -> Code:
    """The code of SECRET_BYTES from a cryptographic source, for the hub with this Ed25519 public key."""
    if len(secret) != SECRET_BYTES:
        raise EnrolError(EnrolWhy.WRONG_SIZE, f"a code's secret has {SECRET_BYTES} bytes, not {len(secret)}")
    return Code(bytes(secret), key_id(hub_public))


def read_code(text: str) -> Code:
    """The code somebody typed, in either case, with spaces, hyphens or neither. EnrolError says what is wrong."""
    letters = "".join(text.translate(_DROPPED).split())
    # Only ASCII is folded: a long s would become an S.
    letters = letters.upper() if letters.isascii() else letters
    foreign = sorted({letter for letter in letters if letter not in _VALUE})
    if foreign:
        raise _unreadable(f"it has {', '.join(map(repr, foreign[:3]))}; a code is made of {ALPHABET} only")
    if len(letters) != CODE_LETTERS:
        raise _unreadable(f"it has {len(letters)} letters, and a code has {CODE_LETTERS}: is it whole?")
    if check_letter(letters[:-1]) != letters[-1]:
        raise _unreadable("a letter is mistyped, or two are swapped: compare it with the one shown at the hub")
    pairs = zip(letters[:-1:2], letters[1:-1:2], strict=True)
    data = bytes(_VALUE[high] << 4 | _VALUE[low] for high, low in pairs)
    return Code(data[:SECRET_BYTES], data[SECRET_BYTES:])


def _unreadable(text: str) -> EnrolError:
    return EnrolError(EnrolWhy.CODE_UNREADABLE, f"the enrolment code can't be read: {text}")


def _derived(secret: bytes, label: bytes) -> bytes:
    return hmac.digest(secret, label, sha256)
