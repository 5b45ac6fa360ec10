"""The feed: the rows that edges follow, their keys, and the digest that proves a replica exact.

A row is one thing (a card, a customer, a link, a plan with its grants, a membership, a use): kind, key, ref,
body, and the sequence of its last change. Keys are made so that what belongs together lies together: all links
of a customer, all memberships of a holder, all uses of a customer or of a company's pool are one range of keys.
`ref` is the key of the one other row that the row points to, so that a lookup follows it without reading bodies.
A store of rows needs to know no more than this; contract/rows.py knows the bodies, contract/gathering.py turns
rows back into facts.
"""

import hashlib
import struct
from collections.abc import Iterable
from enum import IntEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from contract.errors import ContractError
from contract.membership import Holder, HolderKind

BODY_BYTES_MAX: Final = 16_384
KEY_BYTES_MAX: Final = 64
DIGEST_BYTES: Final = 32
CHECKIN_ID_BYTES: Final = 16
_DIGEST_MODULUS: Final = 1 << 256
_RANGE_END: Final = b"\xff"


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
    POOL_USE = 7
    """A use once more, under the company whose pool it is counted in."""
    SITE = 8
    SCHEDULE = 9
    ROTATING = 10
    """The salt of a card's rotating codes: only in feeds whose readers need it."""
    PASSAGE = 11


class Row(Struct, array_like=True, frozen=True, gc=False):
    """One row as it travels and as it is stored. `body` None: the thing is gone."""

    # gc=False: a page has a thousand of them, none can be part of a cycle, and looking for one costs scans time.

    sequence: Annotated[int, Meta(ge=1)]
    kind: Annotated[int, Meta(ge=1, le=255)]
    key: Annotated[bytes, Meta(min_length=1, max_length=KEY_BYTES_MAX)]
    ref: Annotated[bytes, Meta(max_length=KEY_BYTES_MAX)]
    body: Annotated[bytes, Meta(max_length=BODY_BYTES_MAX)] | None


class Change(Struct, frozen=True):
    """A row without its sequence: what the domain hands to the feed, which numbers it. The repr shows no body."""

    kind: Kind
    key: bytes
    ref: bytes
    body: bytes | None

    def __repr__(self) -> str:
        what = "gone" if self.body is None else f"{len(self.body)} bytes"
        return f"Change({self.kind!r}, {self.key!r}, {self.ref!r}, {what})"


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


def use_key(customer_id: int, checkin_id: bytes) -> bytes:
    return customer_key(customer_id) + b"U" + checkin_id


def pool_use_key(company_id: int, checkin_id: bytes) -> bytes:
    return company_key(company_id) + b"U" + checkin_id


def site_key(name: str) -> bytes:
    return b"S" + name.encode()


def schedule_key(name: str) -> bytes:
    return b"H" + name.encode()


def rotating_key(card_hash: bytes) -> bytes:
    """The card's own key: a lookup finds both by one hash."""
    return card_hash


def passage_key(customer_id: int, area: str) -> bytes:
    return customer_key(customer_id) + b"A" + area.encode()


def key_range_end(prefix: bytes) -> bytes:
    """Keys that start with `prefix` are those in (prefix, key_range_end(prefix)): what follows it is a letter."""
    return prefix + _RANGE_END


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
