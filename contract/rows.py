"""Rows of cards, customers, links, memberships, uses and passages: what a body holds, and the thing it is again.

Bodies are CBOR maps with names of one letter, and what says nothing special is left out: a club may have a million
of them. Rows of plans, sites and schedules are in contract/plan_rows.py; docs/protocol.md lists all.
"""

from datetime import datetime
from typing import Annotated, Final, TypeVar

from msgspec import Meta, Struct

from contract.ask import Direction
from contract.cbor import CborError, dump, parse
from contract.errors import ContractError
from contract.facts import Card, Customer, Passage
from contract.feed import (
    CHECKIN_ID_BYTES,
    Change,
    FeedError,
    Kind,
    company_key,
    customer_key,
    membership_key,
    passage_key,
    plan_key,
    pool_use_key,
    rotating_key,
    use_key,
)
from contract.instants import InstantUs, from_us, to_us
from contract.limits import Use
from contract.membership import GRACE_SECONDS_MAX, AtEnd, Freeze, Holder, HolderKind, Membership
from contract.rotating import SALT_BYTES

_AFTER_ID: Final = 9
"""Where a key goes on after its first letter and eight bytes of an id."""
_Id = Annotated[bytes, Meta(min_length=CHECKIN_ID_BYTES, max_length=CHECKIN_ID_BYTES)]
_DomainId = Annotated[int, Meta(ge=0, le=2**53)]
_Fields = TypeVar("_Fields", bound=Struct)


class _Card(Struct, omit_defaults=True):
    r: bool = False
    f: int | None = None
    u: int | None = None


class _Customer(Struct):
    n: str


class _Membership(Struct, omit_defaults=True):
    s: int
    e: int | None = None
    r: bool = False
    p: bool = False
    a: AtEnd = AtEnd.ENDS
    g: Annotated[int, Meta(ge=0, le=GRACE_SECONDS_MAX)] = 0
    t: int | None = None
    z: list[tuple[int, int | None]] = []
    k: bool = False


class _Use(Struct, omit_defaults=True):
    p: str
    o: InstantUs
    m: _DomainId
    c: _DomainId | None = None
    w: str | None = None
    s: str | None = None


class _PoolUse(Struct, omit_defaults=True):
    p: str
    o: InstantUs
    m: _DomainId
    u: _DomainId
    w: str | None = None
    s: str | None = None


class _Rotating(Struct):
    n: Annotated[bytes, Meta(min_length=SALT_BYTES, max_length=SALT_BYTES)]


class _Passage(Struct):
    d: Direction
    o: InstantUs
    i: _Id


# Things into rows


def card_change(card_hash: bytes, card: Card) -> Change:
    body = _Card(card.revoked, _maybe_us(card.valid_from), _maybe_us(card.valid_until))
    return Change(Kind.CARD, card_hash, customer_key(card.customer_id), dump(body))


def rotating_change(card_hash: bytes, salt: bytes) -> Change:
    """The salt from which contract.rotating.secret_of makes the card's secret."""
    return Change(Kind.ROTATING, rotating_key(card_hash), b"", dump(_Rotating(salt)))


def customer_change(customer: Customer) -> Change:
    return Change(Kind.CUSTOMER, customer_key(customer.id), b"", dump(_Customer(customer.name)))


def link_change(customer_id: int, company_id: int) -> Change:
    """A customer belongs to a company and inherits its memberships. Unlinking is `gone(link_change(…))`."""
    company = company_key(company_id)
    return Change(Kind.LINK, customer_key(customer_id) + company, company, b"")


def membership_change(membership: Membership) -> Change:
    body = _Membership(
        s=to_us(membership.starts_at),
        e=_maybe_us(membership.ends_at),
        r=membership.revoked,
        p=membership.pending,
        a=membership.at_end,
        g=membership.grace_seconds,
        t=_maybe_us(membership.trial_until),
        z=[(to_us(each.from_at), _maybe_us(each.until_at)) for each in membership.freezes],
        k=not membership.freezes_extend,
    )
    key = membership_key(membership.holder, membership.id)
    return Change(Kind.MEMBERSHIP, key, plan_key(membership.plan_id), dump(body))


def use_change(use: Use) -> Change:
    body = _Use(use.permission, to_us(use.occurred_at), use.membership_id, use.company_id, use.partner, use.site)
    return Change(Kind.USE, use_key(use.customer_id, use.id), b"", dump(body))


def pool_use_change(use: Use) -> Change:
    """The same use under its company, for a permission whose limit counts the company's pool. FeedError: it is
    under no company's membership."""
    if use.company_id is None:
        raise FeedError("only a use under a company's membership is counted in a pool")
    body = _PoolUse(
        use.permission, to_us(use.occurred_at), use.membership_id, use.customer_id, use.partner, use.site
    )
    return Change(Kind.POOL_USE, pool_use_key(use.company_id, use.id), b"", dump(body))


def passage_change(passage: Passage) -> Change:
    body = _Passage(passage.direction, to_us(passage.occurred_at), passage.id)
    return Change(Kind.PASSAGE, passage_key(passage.customer_id, passage.area), b"", dump(body))


def gone(change: Change) -> Change:
    """The same thing, removed."""
    return Change(change.kind, change.key, change.ref, None)


# Rows back into things


def card_of(ref: bytes, body: bytes) -> Card:
    fields = fields_of(body, _Card)
    return Card(id_after(ref, b"C"), fields.r, _maybe_instant(fields.f), _maybe_instant(fields.u))


def rotating_salt_of(body: bytes) -> bytes:
    return fields_of(body, _Rotating).n


def customer_of(key: bytes, body: bytes) -> Customer:
    return Customer(id_after(key, b"C"), fields_of(body, _Customer).n)


def membership_of(key: bytes, ref: bytes, body: bytes) -> Membership:
    fields = fields_of(body, _Membership)
    kind = HolderKind.CUSTOMER if key[:1] == b"C" else HolderKind.COMPANY
    try:
        return Membership(
            id=id_after(key[_AFTER_ID:], b"M"),
            holder=Holder(kind, id_after(key[:_AFTER_ID], b"CO")),
            plan_id=id_after(ref, b"P"),
            starts_at=from_us(fields.s),
            ends_at=_maybe_instant(fields.e),
            revoked=fields.r,
            pending=fields.p,
            at_end=fields.a,
            grace_seconds=fields.g,
            trial_until=_maybe_instant(fields.t),
            freezes=tuple(Freeze(from_us(begin), _maybe_instant(end)) for begin, end in fields.z),
            freezes_extend=not fields.k,
        )
    except FeedError:
        raise
    except ContractError as error:
        raise FeedError(f"a membership's row does not fit: {error}") from error


def use_of(key: bytes, body: bytes) -> Use:
    fields = fields_of(body, _Use)
    return Use(
        id=_checkin_id_after(key[_AFTER_ID:]),
        customer_id=id_after(key[:_AFTER_ID], b"C"),
        membership_id=fields.m,
        permission=fields.p,
        occurred_at=_instant(fields.o),
        company_id=fields.c,
        partner=fields.w,
        site=fields.s,
    )


def pool_use_of(key: bytes, body: bytes) -> Use:
    fields = fields_of(body, _PoolUse)
    return Use(
        id=_checkin_id_after(key[_AFTER_ID:]),
        customer_id=fields.u,
        membership_id=fields.m,
        permission=fields.p,
        occurred_at=_instant(fields.o),
        company_id=id_after(key[:_AFTER_ID], b"O"),
        partner=fields.w,
        site=fields.s,
    )


def passage_of(key: bytes, body: bytes) -> Passage:
    fields = fields_of(body, _Passage)
    if key[_AFTER_ID : _AFTER_ID + 1] != b"A":
        raise FeedError(f"{key.hex()} is no key of a passage")
    try:
        area = key[_AFTER_ID + 1 :].decode()
    except UnicodeDecodeError as error:
        raise FeedError(f"{key.hex()} ends no key of a passage") from error
    return Passage(fields.i, id_after(key[:_AFTER_ID], b"C"), area, fields.d, _instant(fields.o))


def fields_of(body: bytes, fields: type[_Fields]) -> _Fields:
    """The fields in a row's body, or FeedError."""
    try:
        return parse(body, fields)
    except CborError as error:
        raise FeedError(f"a row's body does not fit: {error}") from error


def id_after(key: bytes, letters: bytes) -> int:
    """The id in a key of one of `letters` and eight bytes, or FeedError."""
    if len(key) != _AFTER_ID or key[0] not in letters:
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
    except ContractError as error:
        raise FeedError(f"a row's instant does not fit: {error}") from error


def _maybe_instant(us: int | None) -> datetime | None:
    return None if us is None else _instant(us)
