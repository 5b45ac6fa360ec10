"""Enrolment: how an edge gets its hub's key, a certificate and the organization key over a line nobody trusts.

Two messages, over plain HTTP if need be, and a code (contract/enrolment_code.py) that was carried by hand:

1. The edge asks: its public keys and a certificate signing request, authenticated under the code's SECRET, so that
   nobody puts a key of their own in their place. The hub finds the code by its id, and takes it once.
2. The hub answers: sealed by its key, which has to have the code's FINGERPRINT before anything of it is believed,
   and encrypted to the edge's key, so that a listener learns nothing. It names the request that it answers.

Both carry what they need to be refused by themselves; who keeps codes, counts tries and makes certificates is the
hub's affair, and where keys lie the edge's. Random bytes and instants are arguments.
"""

import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Final, TypeVar

from msgspec import Meta, Struct

from contract.enrolment_code import Code, EnrolError, EnrolWhy
from contract.instants import InstantUs
from contract.keys import KEY_BYTES, KeyFault, OpeningKey, SigningKey, Trusted, VerifyingKey, encrypted_to, key_id
from contract.messages import Epoch, Id, MessageError, Name, decode, encode
from contract.seal import SealError, seal, unseal_by
from contract.topics import NAME_PATTERN, PREFIX, is_name

REQUEST_BYTES_MAX: Final = 8_192
ANSWER_BYTES_MAX: Final = 65_536
"""A certificate chain of the hub's own small authority is under 4 KiB; an operator's may be longer."""

_REQUEST_LABEL: Final = b"doorward/1 enrolment request"
_ANSWER_LABEL: Final = b"doorward/1 enrolment answer"

Hash = Annotated[bytes, Meta(min_length=32, max_length=32)]
PublicKey = Annotated[bytes, Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]
Der = Annotated[bytes, Meta(min_length=1, max_length=4_096)]
Chain = Annotated[list[Der], Meta(min_length=1, max_length=4)]


class Asked(Struct, frozen=True, kw_only=True):
    """What an edge asks with: its name, its Ed25519 and X25519 public keys, and a PKCS #10 request in DER.

    The nonce makes each request another, so that no earlier answer fits. The name in the PKCS #10 request counts
    for nothing: `edge` is who it is.
    """

    edge: Name
    nonce: Id
    signing_key: PublicKey
    opening_key: PublicKey
    certificate_request: Der


class EnrolRequest(Struct, frozen=True, kw_only=True):
    """edge -> hub: the CBOR of an Asked, and HMAC-SHA256 under the code's secret over it. `code` is its id."""

    code: Hash
    asked: Annotated[bytes, Meta(min_length=1, max_length=REQUEST_BYTES_MAX)]
    mac: Hash


class Delivered(Struct, frozen=True, kw_only=True):
    """What an edge needs to begin: certificates in DER, the leaf of a chain first. `at_us` is the hub's time.

    `broker_tls` False: the broker speaks in the clear, as on the hub's own machine. `generation` is that of the
    hub's key, `epoch` the feed's. No order of an epoch below `orders_epoch` is meant for this enrolment: it was
    said to one before. The repr shows no key.
    """

    broker_host: Annotated[str, Meta(min_length=1, max_length=253)]
    broker_port: Annotated[int, Meta(ge=1, le=65_535)]
    broker_tls: bool = True
    authority: Chain
    certificate: Chain
    organization_key: Hash
    feed: Name
    epoch: Epoch
    orders_epoch: Epoch
    generation: Annotated[int, Meta(ge=1, le=2**53)]
    at_us: InstantUs

    def __repr__(self) -> str:
        return f"Delivered({self.broker_host}:{self.broker_port}, feed {self.feed}, generation {self.generation})"


class EnrolAnswer(Struct, frozen=True, kw_only=True):
    """hub -> edge: the hub's public key, and the COSE_Sign1 by it of a _Reply for `enrolment_topic`."""

    hub_key: PublicKey
    sealed: Annotated[bytes, Meta(min_length=1, max_length=ANSWER_BYTES_MAX)]


class _Reply(Struct, frozen=True, kw_only=True):
    """`encrypted`: HPKE of a Delivered. `request`: SHA-256 of the EnrolRequest's mac and asked."""

    request: Hash
    encrypted: Annotated[bytes, Meta(min_length=1, max_length=ANSWER_BYTES_MAX)]


@dataclass(frozen=True, slots=True)
class Issued:
    """A code as the hub keeps it: for one edge, until an instant, and the digest of the request that used it."""

    code: Code
    edge: str
    until: datetime
    used_by: bytes | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A request that counts: what was asked, its digest, and the code as it has to be kept now."""

    asked: Asked
    digest: bytes
    issued: Issued


@dataclass(frozen=True, slots=True)
class Pending:
    """An edge's side of a request that waits for its answer: `request` is what to send, as often as need be."""

    code: Code
    edge: str
    request: bytes = field(repr=False)
    digest: bytes


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What an edge keeps of an answer: what was delivered, and the hub's key, which it trusts from now on."""

    delivered: Delivered
    trusted: Trusted


def enrolment_topic(edge: str) -> str:
    """The address that an answer is sealed for; it is no topic of the broker."""
    return f"{PREFIX}/enrol/{edge}"


def ask(code: Code, asked: Asked) -> Pending:
    """An EnrolRequest to send. EnrolError where a field does not fit."""
    if not is_name(asked.edge):
        raise EnrolError(EnrolWhy.WRONG_NAME, f"{asked.edge!r} is no name: it should match {NAME_PATTERN}")
    body = encode(asked)
    _decoded(body, Asked, REQUEST_BYTES_MAX)
    outer = EnrolRequest(code=code.id, asked=body, mac=_mac(code, body))
    return Pending(code, asked.edge, encode(outer), _digest(outer))


def code_asked(request: bytes) -> bytes:
    """The id of the code that a request names, for the hub to find it; nothing about the request is proven yet."""
    return _decoded(request, EnrolRequest, REQUEST_BYTES_MAX).code


def accept(issued: Issued, request: bytes, at: datetime) -> Accepted:
    """What a request asks under this code at an aware instant, or EnrolError. `until` itself is too late.

    The very same request is accepted again until then: its answer may have been lost. Whoever asks anew needs a
    new code. The hub keeps `issued` in the transaction that enrols the edge.
    """
    outer = _decoded(request, EnrolRequest, REQUEST_BYTES_MAX)
    _check_code(issued.code, outer)
    if at >= issued.until:
        raise EnrolError(EnrolWhy.EXPIRED, "the code has lapsed: make a new one at the hub")
    digest = _digest(outer)
    if issued.used_by not in (None, digest):
        raise EnrolError(EnrolWhy.USED, "the code has been used: make a new one at the hub")
    asked = _decoded(outer.asked, Asked, REQUEST_BYTES_MAX)
    if asked.edge != issued.edge:
        raise EnrolError(
            EnrolWhy.WRONG_NAME, f"the code is for {issued.edge}, the edge calls itself {asked.edge!r}"
        )
    _verifying_key(asked.signing_key)
    return Accepted(asked, digest, replace(issued, used_by=digest))


def answer(accepted: Accepted, delivered: Delivered, hub_key: SigningKey) -> bytes:
    """The EnrolAnswer to an accepted request, other bytes each time. EnrolError if its key is of small order."""
    try:
        encrypted = encrypted_to(accepted.asked.opening_key, encode(delivered), _ANSWER_LABEL + accepted.digest)
    except KeyFault as error:
        raise EnrolError(EnrolWhy.BAD_KEY, str(error)) from error
    reply = encode(_Reply(request=accepted.digest, encrypted=encrypted))
    sealed = seal(reply, hub_key, enrolment_topic(accepted.asked.edge))
    return encode(EnrolAnswer(hub_key=hub_key.verifying.public, sealed=sealed))


def open_answer(data: bytes, pending: Pending, opening_key: OpeningKey) -> Enrolled:
    """What the hub of the code's fingerprint delivered in answer to this very request, or EnrolError.

    In this order: the fingerprint, the seal, the request answered, what is encrypted. Nothing is believed before.
    """
    outer = _decoded(data, EnrolAnswer, ANSWER_BYTES_MAX)
    if not hmac.compare_digest(key_id(outer.hub_key), pending.code.fingerprint):
        raise EnrolError(EnrolWhy.WRONG_FINGERPRINT, "another hub answered than the one that made the code")
    hub_key = _verifying_key(outer.hub_key)
    try:
        payload = unseal_by(outer.sealed, hub_key, enrolment_topic(pending.edge))
    except SealError as error:
        raise EnrolError(EnrolWhy.BAD_SEAL, f"the answer is not sealed by its hub: {error.why}") from error
    reply = _decoded(payload, _Reply, ANSWER_BYTES_MAX)
    if not hmac.compare_digest(reply.request, pending.digest):
        raise EnrolError(EnrolWhy.OTHER_REQUEST, "the answer is to another request than the one just made")
    try:
        plain = opening_key.opened(reply.encrypted, _ANSWER_LABEL + reply.request)
    except KeyFault as error:
        raise EnrolError(EnrolWhy.CANNOT_OPEN, str(error)) from error
    delivered = _decoded(plain, Delivered, ANSWER_BYTES_MAX)
    return Enrolled(delivered, Trusted(hub_key, delivered.generation))


_Fields = TypeVar("_Fields", bound=Struct)


def _decoded(data: bytes, fields: type[_Fields], bytes_max: int) -> _Fields:
    if not 1 <= len(data) <= bytes_max:
        raise EnrolError(EnrolWhy.WRONG_SIZE, f"{len(data)} bytes; there are 1 to {bytes_max}")
    try:
        return decode(data, fields)
    except MessageError as error:
        raise EnrolError(EnrolWhy.MALFORMED, str(error)) from error


def _check_code(code: Code, outer: EnrolRequest) -> None:
    if not hmac.compare_digest(outer.code, code.id):
        raise EnrolError(EnrolWhy.UNKNOWN_CODE, "the request names another code")
    if not hmac.compare_digest(outer.mac, _mac(code, outer.asked)):
        raise EnrolError(EnrolWhy.WRONG_SECRET, "not made with this code, or changed on its way")


def _verifying_key(public: bytes) -> VerifyingKey:
    try:
        return VerifyingKey(public)
    except KeyFault as error:
        raise EnrolError(EnrolWhy.BAD_KEY, str(error)) from error


def _mac(code: Code, asked: bytes) -> bytes:
    # The fingerprint too: what is asked of one hub is nothing to another. It and the label have a fixed length.
    return hmac.digest(code.mac_key, _REQUEST_LABEL + code.fingerprint + asked, sha256)


def _digest(outer: EnrolRequest) -> bytes:
    # Over what the secret holds together: the map around it can be written in other ways by anyone on the line.
    return sha256(outer.mac + outer.asked).digest()
