"""Keys of the wire: Ed25519 to sign (RFC 8032), X25519 to encrypt to (HPKE, RFC 9180), and which are trusted when.

Made from bytes that are passed in; no file, no clock. HPKE's ephemeral key is the one random thing: the library
draws it itself and lets nobody choose it, so what `encrypted_to` gives differs each time.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from contract.errors import ContractError

KEY_BYTES: Final = 32
"""Of an Ed25519 and of an X25519 key, public and private alike."""
KEY_ID_BYTES: Final = 10
SIGNATURE_BYTES: Final = 64

# RFC 8032, section 5.1: the field's prime and the curve -x^2 + y^2 = 1 + d x^2 y^2.
_P: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _P) % _P
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class KeyFault(ContractError):
    """Bytes that are no key Doorward takes, or something encrypted that this key does not open."""


def key_id(public: bytes) -> bytes:
    """The 80-bit fingerprint by which a seal and an enrolment code name a public key."""
    return sha256(public).digest()[:KEY_ID_BYTES]


class VerifyingKey:
    """An Ed25519 public key. KeyFault for bytes that are none, or one that no single private key stands behind."""

    __slots__ = ("_key", "id", "public")

    def __init__(self, public: bytes) -> None:
        _check_point(public)
        self.public: Final = bytes(public)
        self.id: Final = key_id(self.public)
        self._key = Ed25519PublicKey.from_public_bytes(self.public)

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether `signature` is this key's over `data`. One with S at or above the group's order never is."""
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyingKey) and other.public == self.public

    def __hash__(self) -> int:
        return hash(self.public)

    def __repr__(self) -> str:
        return f"VerifyingKey({self.id.hex()})"


class SigningKey:
    """An Ed25519 private key from 32 bytes of a cryptographic source, which it keeps to itself."""

    __slots__ = ("_key", "verifying")

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(_exactly(seed, "a signing key's seed"))
        self.verifying: Final = VerifyingKey(self._key.public_key().public_bytes_raw())

    @property
    def id(self) -> bytes:
        return self.verifying.id

    def sign(self, data: bytes) -> bytes:
        """The SIGNATURE_BYTES over `data`; the same each time."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"SigningKey({self.id.hex()})"


class OpeningKey:
    """An X25519 private key from 32 bytes of a cryptographic source: opens what was encrypted to `public`."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        self._key = X25519PrivateKey.from_private_bytes(_exactly(seed, "an opening key's seed"))
        self.public: Final = self._key.public_key().public_bytes_raw()

    def opened(self, encrypted: bytes, info: bytes) -> bytes:
        """What `encrypted_to` took under the same `info`. KeyFault for another key or info, or changed bytes."""
        try:
            return _SUITE.decrypt(encrypted, self._key, info=info)
        except InvalidTag:
            raise KeyFault("this key does not open it: encrypted to another key, or changed") from None

    def __repr__(self) -> str:
        return f"OpeningKey({key_id(self.public).hex()})"


def encrypted_to(public: bytes, plain: bytes, info: bytes) -> bytes:
    """`plain` for the owner of an X25519 key alone: HPKE base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305.

    The encapsulated key (32 bytes), then the ciphertext with its tag (16 bytes more than `plain`). `info` is not
    in it; to open, it has to be the same. KeyFault for a key of small order, which makes the secret known to all.
    """
    key = X25519PublicKey.from_public_bytes(_exactly(public, "a key to encrypt to"))
    try:
        return _SUITE.encrypt(plain, key, info=info)
    except ValueError:
        raise KeyFault("a key of small order: what is encrypted to it is open to all") from None


@dataclass(frozen=True, slots=True)
class Trusted:
    """Whose seals count: one key, and until an instant the one before it, so that a rotation loses no message.

    `generation` rises by every rotation; a key that is enrolled begins with the one the hub says, 1 or more.
    """

    current: VerifyingKey
    generation: int = 1
    old: VerifyingKey | None = None
    old_until: datetime | None = None

    def __post_init__(self) -> None:
        if self.generation < 1:
            raise KeyFault(f"generation {self.generation}: generations begin with 1")
        if (self.old is None) != (self.old_until is None) or self.old == self.current:
            raise KeyFault("an old key is another than the current one, and has an instant until which it counts")

    def key(self, kid: bytes, at: datetime) -> VerifyingKey | None:
        """The key of that id that counts at an aware instant, `old_until` not included."""
        if kid == self.current.id:
            return self.current
        if self.old is None or self.old_until is None or kid != self.old.id:
            return None
        return self.old if at < self.old_until else None


def _exactly(data: bytes, what: str) -> bytes:
    if len(data) != KEY_BYTES:
        raise KeyFault(f"{what} has {KEY_BYTES} bytes, not {len(data)}")
    return data


def _check_point(public: bytes) -> None:
    """Refuses what the library would take: two spellings of a key, no point at all, and points of small order.

    Under a key of small order one signature fits very many messages. Points of order 1, 2 and 4 have y = 1, -1 and
    0; those of order 8 are the ones whose double has y = 0, which with the curve gives d y^4 + 2 y^2 = 1.
    """
    y = int.from_bytes(_exactly(public, "a public key"), "little") & (2**255 - 1)
    if y >= _P:
        raise KeyFault("a public key is spelled in one way, with y below 2**255 - 19")
    y2 = y * y % _P
    if y2 in (0, 1) or (_D * y2 * y2 + 2 * y2 - 1) % _P == 0:
        raise KeyFault("a public key of small order seals nothing")
    x2 = (y2 - 1) * pow(_D * y2 + 1, -1, _P) % _P
    if pow(x2, (_P - 1) // 2, _P) != 1:
        raise KeyFault("these bytes are no point of the curve, so no public key")
