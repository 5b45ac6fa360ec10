"""Seals: a message bound to its sender and its address. COSE_Sign1 (RFC 9052, section 4.2) with Ed25519.

One way to write each: untagged, `[protected, {}, payload, signature]` in deterministic CBOR, and the protected
header is `{1: -19, 4: key id}` and nothing else. -19 is Ed25519 (RFC 9864): -8, EdDSA, which that RFC deprecates,
leaves the curve to the key. The topic is external_aad: it is signed and not repeated, so that what was said to one
edge is no message to another. Strict besides, since a message that can be written in two ways can be sent twice.

A seal says who and where, not when: what only rises is contract/high_water.py. What is in the payload is not read.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from contract.cbor import CborError, dump, parse
from contract.errors import ContractError
from contract.instants import InstantUs, from_us
from contract.keys import KEY_BYTES, KEY_ID_BYTES, SIGNATURE_BYTES, KeyFault, SigningKey, Trusted, VerifyingKey
from contract.messages import MESSAGE_BYTES_MAX, MessageError, decode

__all__ = [
    "OVERHEAD_BYTES_MAX",
    "PACKET_BYTES_MAX",
    "SEALED_BYTES_MAX",
    "Rotation",
    "SealError",
    "SealWhy",
    "rotated",
    "seal",
    "to_be_signed",
    "unseal",
    "unseal_by",
]

# {1: -19, 4: h'…'}: a map of two; 1; -19; 4; ten bytes follow.
_HEADER: Final = bytes.fromhex("a20132044a")
_HEADER_BYTES: Final = len(_HEADER) + KEY_ID_BYTES
OVERHEAD_BYTES_MAX: Final = 1 + (1 + _HEADER_BYTES) + 1 + 5 + (2 + SIGNATURE_BYTES)
"""By which a sealed message is longer: array, header, empty map, the payload's length, signature."""
SEALED_BYTES_MAX: Final = MESSAGE_BYTES_MAX + OVERHEAD_BYTES_MAX
PACKET_BYTES_MAX: Final = SEALED_BYTES_MAX + 64 * 1024
"""Of what follows an MQTT packet's own length: a topic and a header come on top of a sealed message."""
_MAP: Final = 5  # CBOR's major type of a map: what every message is that nobody sealed


class SealWhy(StrEnum):
    """Why a message does not count: one word each, for counters and events; part of the protocol."""

    WRONG_SIZE = "wrong_size"
    UNSEALED = "unsealed"
    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    """Changed, said to another address, or signed by another than the key it names."""
    STALE = "stale"
    """Only of a Rotation: its generation does not rise."""


class SealError(ContractError):
    """A message that does not count, and changes nothing; `why` is the stable word. The text never quotes it."""

    def __init__(self, why: SealWhy, text: str) -> None:
        super().__init__(text)
        self.why: Final = why


class Rotation(Struct, frozen=True, kw_only=True):
    """hub -> its edges, retained, sealed by the key that it replaces: `key` is the hub's from now on.

    `generation` is one that no key had before. Seals of the key before count until `old_until_us`; an instant that
    is past ends them at once.
    """

    key: Annotated[bytes, Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]
    generation: Annotated[int, Meta(ge=1, le=2**53)]
    old_until_us: InstantUs


class _Sign1(Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    protected: Annotated[bytes, Meta(min_length=_HEADER_BYTES, max_length=_HEADER_BYTES)]
    unprotected: Annotated[dict[str, int], Meta(max_length=0)]
    payload: Annotated[bytes, Meta(min_length=1, max_length=MESSAGE_BYTES_MAX)]
    signature: Annotated[bytes, Meta(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)]


class _SigStructure(Struct, array_like=True, frozen=True):
    """RFC 9052, section 4.4."""

    context: str
    protected: bytes
    external_aad: bytes
    payload: bytes


def seal(payload: bytes, key: SigningKey, topic: str) -> bytes:
    """`payload`, 1 to MESSAGE_BYTES_MAX bytes, sealed for one topic; the same bytes each time. Or SealError."""
    if not 1 <= len(payload) <= MESSAGE_BYTES_MAX:
        raise SealError(SealWhy.WRONG_SIZE, f"{len(payload)} bytes; 1 to {MESSAGE_BYTES_MAX} can be sealed")
    protected = _HEADER + key.id
    signature = key.sign(to_be_signed(protected, topic.encode(), payload))
    return dump(_Sign1(protected, {}, payload, signature))


def unseal(sealed: bytes, trusted: Trusted, topic: str, at: datetime) -> bytes:
    """The payload that a trusted key sealed for the topic it came on, or SealError.

    `at` is an aware instant: until when an old key counts. On the hub, `trusted` is that of the edge in the topic.
    """
    envelope = _envelope(sealed)
    kid = envelope.protected[len(_HEADER) :]
    key = trusted.key(kid, at)
    if key is None:
        raise SealError(SealWhy.UNKNOWN_KEY, f"sealed by {kid.hex()}, which does not count here, or no longer")
    return _verified(envelope, key, topic)


def unseal_by(sealed: bytes, key: VerifyingKey, topic: str) -> bytes:
    """The payload that this one key sealed for the topic, or SealError."""
    envelope = _envelope(sealed)
    if envelope.protected != _HEADER + key.id:
        raise SealError(SealWhy.UNKNOWN_KEY, f"sealed by another key than {key.id.hex()}, which alone counts here")
    return _verified(envelope, key, topic)


def rotated(trusted: Trusted, sealed: bytes, topic: str) -> Trusted:
    """What is trusted after the sealed Rotation that came on `topic`, or SealError.

    Only the current key says which is next: the one before it may be the very one that was lost.
    """
    payload = unseal_by(sealed, trusted.current, topic)
    try:
        rotation = decode(payload, Rotation)
        if rotation.generation <= trusted.generation:
            raise SealError(SealWhy.STALE, f"generation {rotation.generation}; {trusted.generation} is reached")
        new, old_until = VerifyingKey(rotation.key), from_us(rotation.old_until_us)
        return Trusted(new, rotation.generation, trusted.current, old_until)
    except (MessageError, KeyFault) as error:
        raise SealError(SealWhy.MALFORMED, f"no rotation: {error}") from error


def to_be_signed(protected: bytes, external_aad: bytes, payload: bytes) -> bytes:
    """The bytes that a COSE_Sign1's signature is over."""
    return dump(_SigStructure("Signature1", protected, external_aad, payload))


def _envelope(sealed: bytes) -> _Sign1:
    if not 1 <= len(sealed) <= SEALED_BYTES_MAX:
        raise SealError(SealWhy.WRONG_SIZE, f"{len(sealed)} bytes; sealed, there are 1 to {SEALED_BYTES_MAX}")
    if sealed[0] >> 5 == _MAP:
        raise SealError(SealWhy.UNSEALED, "a bare message: nobody sealed it")
    try:
        envelope = parse(sealed, _Sign1)
    except CborError as error:
        raise SealError(SealWhy.MALFORMED, f"no COSE_Sign1: {error}") from error
    if dump(envelope) != sealed or not envelope.protected.startswith(_HEADER):
        raise SealError(SealWhy.MALFORMED, "a COSE_Sign1, but not in the one form that is used here")
    return envelope


def _verified(envelope: _Sign1, key: VerifyingKey, topic: str) -> bytes:
    if not key.verifies(envelope.signature, to_be_signed(envelope.protected, topic.encode(), envelope.payload)):
        raise SealError(SealWhy.BAD_SIGNATURE, "changed, or said to another address, or another key's signature")
    return envelope.payload
