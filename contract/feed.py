"""The feed: the rows that edges follow, their keys, their bodies, and the digest that proves a replica exact.

A row is one thing (a card, a customer, a link, a plan with its grants, a membership, a use): kind, key, ref,
body, and the sequence of its last change. Keys are made so that what belongs together lies together: all links
of a customer, all memberships of a holder, all uses of a membership by a customer are one range of keys. `ref`
is the key of the one other row that the row points to, so that a lookup follows it without reading bodies.
A store of rows needs to know no more than this; `contract.facts` turns rows back into facts.
"""

import hashlib
import struct
from collections.abc import Iterable
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Final, TypeVar

import cbor2
from msgspec import Meta, Struct

from contract.cbor import CborError, parse
from contract.decision import Card, Customer
from contract.errors import ContractError
from contract.instants import InstantError, InstantUs, from_us, to_us
from contract.limits import Limit, LimitError, Use
from contract.membership import (
    GRACE_SECONDS_MAX,
    AtEnd,
    Freeze,
    Grant,
    Holder,
    HolderKind,
    Membership,
    MembershipError,
    Plan,
)

BODY_BYTES_MAX: Final = 16_384
KEY_BYTES_MAX: Final = 64
DIGEST_BYTES: Final = 32
CHECKIN_ID_BYTES: Final = 16
_DIGEST_MODULUS: Final = 1 << 256
_RANGE_END: Final = b"\xff"
_Fields = TypeVar("_Fields", bound=Struct)


class FeedError(ContractError):
    """A row whose body or key does not fit its kind."""


class Kind(IntEnum):
    """What a row is about. Numbers are part of the wire and of every digest: never reused."""

    CARD = 1
    CUSTOMER = 2
    LINK = 3
    PLAN = 4
    MEMBERSHIP = 5
    USE = 6


class Row(Struct, array_like=True, frozen=True):
    """One row as it travels and as it is stored. `body` None: the thing is gone."""

    sequence: Annotated[int, Meta(ge=1)]
    kind: Annotated[int, Meta(ge=1, le=255)]
    key: Annotated[bytes, Meta(min_length=1, max_length=KEY_BYTES_MAX)]
    ref: Annotated[bytes, Meta(max_length=KEY_BYTES_MAX)]
    body: Annotated[bytes, Meta(max_length=BODY_BYTES_MAX)] | None


class Change(Struct, frozen=True):
    """A row without its sequence: what the domain hands to the feed, which numbers it."""

    kind: Kind
    key: bytes
    ref: bytes
    body: bytes | None


# Keys


def customer_key(customer_id: int) -> bytes:
    return b"C" + customer_id.to_bytes(8, "big")


def company_key(company_id: int) -> bytes:
    return b"O" + company_id.to_bytes(8, "big")


def holder_key(holder: Holder) -> bytes:
    return customer_key(holder.id) if holder.kind is HolderKind.CUSTOMER else company_key(holder.id)


def plan_key(plan_id: int) -> bytes:
    return b"P" + plan_id.to_bytes(8, "big")


def membership_key(holder: Holder, membership_id: int) -> bytes:
    return holder_key(holder) + b"M" + membership_id.to_bytes(8, "big")


def use_key(membership: bytes, customer_id: int, checkin_id: bytes) -> bytes:
    return membership + customer_key(customer_id) + b"U" + checkin_id


def key_range_end(prefix: bytes) -> bytes:
    """Keys that start with `prefix` are those in (prefix, key_range_end(prefix)): what follows it is a letter."""
    return prefix + _RANGE_END


# Rows of things


def card_change(card_hash: bytes, card: Card) -> Change:
    body = {"r": card.revoked, "f": _maybe_us(card.valid_from), "u": _maybe_us(card.valid_until)}
    return Change(Kind.CARD, card_hash, customer_key(card.customer_id), cbor2.dumps(body))


def customer_change(customer: Customer) -> Change:
    return Change(Kind.CUSTOMER, customer_key(customer.id), b"", cbor2.dumps({"n": customer.name}))


def link_change(customer_id: int, company_id: int) -> Change:
    """A customer belongs to a company and inherits its memberships. Unlinking is `gone(link_change(…))`."""
    company = company_key(company_id)
    return Change(Kind.LINK, customer_key(customer_id) + company, company, b"")


def plan_change(plan: Plan) -> Change:
    grants = [
        [grant.permission, [[limit.count, limit.window_seconds] for limit in grant.limits]]
        for grant in plan.grants
    ]
    return Change(Kind.PLAN, plan_key(plan.id), b"", cbor2.dumps({"n": plan.name, "g": grants}))


def membership_change(membership: Membership) -> Change:
    """Fields that say nothing special are left out: most memberships are a start and an end."""
    special: dict[str, object] = {
        "p": membership.pending,
        "a": "" if membership.at_end is AtEnd.ENDS else membership.at_end.value,
        "g": membership.grace_seconds,
        "t": _maybe_us(membership.trial_until),
        "z": [[to_us(each.from_at), _maybe_us(each.until_at)] for each in membership.freezes],
        "k": not membership.freezes_extend,
    }
    body = {
        "s": to_us(membership.starts_at),
        "e": _maybe_us(membership.ends_at),
        "r": membership.revoked,
        # A trial until 1970 is no trial either.
        **{name: value for name, value in special.items() if value},
    }
    key = membership_key(membership.holder, membership.id)
    return Change(Kind.MEMBERSHIP, key, plan_key(membership.plan_id), cbor2.dumps(body))


def use_change(use: Use, membership: bytes) -> Change:
    """`membership` is the membership row's key."""
    body = {"p": use.permission, "o": to_us(use.occurred_at)}
    return Change(Kind.USE, use_key(membership, use.customer_id, use.id), membership, cbor2.dumps(body))


def gone(change: Change) -> Change:
    """The same thing, removed."""
    return Change(change.kind, change.key, change.ref, None)


# Bodies back into things


class _CardBody(Struct):
    r: bool
    f: int | None
    u: int | None


class _CustomerBody(Struct):
    n: str


class _PlanBody(Struct):
    n: str
    g: list[tuple[str, list[tuple[int, int]]]]


class _MembershipBody(Struct):
    s: int
    e: int | None
    r: bool
    p: bool = False
    a: AtEnd = AtEnd.ENDS
    g: Annotated[int, Meta(ge=0, le=GRACE_SECONDS_MAX)] = 0
    t: int | None = None
    z: list[tuple[int, int | None]] = []
    k: bool = False


class _UseBody(Struct):
    p: str
    o: InstantUs


def card_of(ref: bytes, body: bytes) -> Card:
    fields = _body(body, _CardBody)
    return Card(_id_after(ref, b"C"), fields.r, _maybe_instant(fields.f), _maybe_instant(fields.u))


def customer_of(key: bytes, body: bytes) -> Customer:
    return Customer(_id_after(key, b"C"), _body(body, _CustomerBody).n)


def plan_of(key: bytes, body: bytes) -> Plan:
    fields = _body(body, _PlanBody)
    try:
        grants = tuple(Grant(name, tuple(Limit(*limit) for limit in limits)) for name, limits in fields.g)
    except LimitError as error:
        raise FeedError(f"a plan's row does not fit: {error}") from error
    return Plan(_id_after(key, b"P"), fields.n, grants)


def membership_of(key: bytes, ref: bytes, body: bytes) -> Membership:
    fields = _body(body, _MembershipBody)
    kind = HolderKind.CUSTOMER if key[:1] == b"C" else HolderKind.COMPANY
    try:
        return Membership(
            id=_id_after(key[9:], b"M"),
            holder=Holder(kind, _id_after(key[:9], b"CO")),
            plan_id=_id_after(ref, b"P"),
            starts_at=_instant(fields.s),
            ends_at=_maybe_instant(fields.e),
            revoked=fields.r,
            pending=fields.p,
            at_end=fields.a,
            grace_seconds=fields.g,
            trial_until=_maybe_instant(fields.t),
            freezes=tuple(Freeze(_instant(begin), _maybe_instant(end)) for begin, end in fields.z),
            freezes_extend=not fields.k,
        )
    except MembershipError as error:
        raise FeedError(f"a membership's row does not fit: {error}") from error


def use_of(key: bytes, body: bytes) -> Use:
    fields = _body(body, _UseBody)
    return Use(
        id=_checkin_id_after(key[27:]),
        customer_id=_id_after(key[18:27], b"C"),
        membership_id=_id_after(key[9:18], b"M"),
        permission=fields.p,
        occurred_at=_instant(fields.o),
    )


# The set digest


def row_digest(kind: int, key: bytes, ref: bytes, body: bytes) -> int:
    """What one live row adds to the digest: SHA-256 over kind, key, ref and body, each with its length."""
    head = struct.pack(">BBB", kind, len(key), len(ref))
    return int.from_bytes(hashlib.sha256(head + key + ref + body).digest(), "big")


def moved_digest(digest: int, removed: Iterable[int], added: Iterable[int]) -> int:
    """The digest after rows left and came: a sum modulo 2^256, so a change costs the same in any replica."""
    return (digest - sum(removed) + sum(added)) % _DIGEST_MODULUS


def digest_bytes(digest: int) -> bytes:
    return digest.to_bytes(DIGEST_BYTES, "big")


def _body(body: bytes, fields: type[_Fields]) -> _Fields:
    try:
        return parse(body, fields)
    except CborError as error:
        raise FeedError(f"a row's body does not fit: {error}") from error


def _id_after(key: bytes, letters: bytes) -> int:
    if len(key) != 9 or key[0] not in letters:
        raise FeedError(f"{key.hex()} is no key of kind {letters.decode()}")
    return int.from_bytes(key[1:], "big")


def _checkin_id_after(key: bytes) -> bytes:
    if len(key) != 1 + CHECKIN_ID_BYTES or key[:1] != b"U":
        raise FeedError(f"{key.hex()} ends no key of a use")
    return key[1:]


def _maybe_us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)


def _instant(us: int) -> datetime:
    try:
        return from_us(us)
    except InstantError as error:
        raise FeedError(f"a row's instant does not fit: {error}") from error


def _maybe_instant(us: int | None) -> datetime | None:
    return None if us is None else _instant(us)
