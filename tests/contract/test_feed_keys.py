"""The feed: keys that lie together, and the digest of a set of rows."""

import json
import random
from pathlib import Path
from typing import Any

from contract_strategies import checkin_ids, holders, ids, instants
from hypothesis import given
from hypothesis import strategies as st

from contract.facts import Card
from contract.feed import (
    company_key,
    customer_key,
    digest_bytes,
    holder_key,
    key_range_end,
    membership_key,
    moved_digest,
    plan_key,
    row_digest,
    use_key,
)
from contract.membership import Holder, HolderKind, Membership
from contract.rows import link_change

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "messages.json").read_text("utf-8"))
CUSTOMER_KEY = customer_key(7)
MEMBERSHIP_KEY = membership_key(Holder(HolderKind.CUSTOMER, 7), 11)
USE_KEY = use_key(MEMBERSHIP_KEY, 7, bytes(16))

hashes = st.binary(min_size=32, max_size=32)
cards = st.builds(Card, ids, st.booleans(), st.none() | instants, st.none() | instants)
memberships = st.builds(Membership, ids, holders, ids, instants, st.none() | instants, st.booleans())


rows = st.tuples(st.integers(1, 255), st.binary(max_size=64), st.binary(max_size=64), st.binary(max_size=200))


# Keys


def within(prefix: bytes, key: bytes) -> bool:
    return prefix < key < key_range_end(prefix)


@given(ids, ids, ids)
def test_the_links_of_a_customer_are_one_range(customer: int, company: int, other: int) -> None:
    key = link_change(customer, company).key
    assert within(customer_key(customer), key)
    assert within(customer_key(other), key) == (other == customer)


@given(holders, holders, ids)
def test_the_memberships_of_a_holder_are_one_range(holder: Holder, other: Holder, membership_id: int) -> None:
    key = membership_key(holder, membership_id)
    assert within(holder_key(holder), key)
    assert within(holder_key(other), key) == (other == holder)


@given(holders, ids, ids, checkin_ids | st.binary(min_size=15, max_size=15).map(lambda rest: b"\xff" + rest), ids)
def test_the_uses_of_a_membership_by_a_customer_are_one_range(
    holder: Holder, membership_id: int, customer: int, checkin_id: bytes, other: int
) -> None:
    membership = membership_key(holder, membership_id)
    key = use_key(membership, customer, checkin_id)
    assert within(membership, key)
    assert within(membership + customer_key(customer), key)
    assert within(membership + customer_key(other), key) == (other == customer)
    assert within(membership_key(holder, other), key) == (other == membership_id)


@given(ids, ids)
def test_keys_lie_in_the_order_of_their_ids(one: int, other: int) -> None:
    for key in (customer_key, company_key, plan_key):
        assert (key(one) < key(other)) == (one < other)
    assert len({key(one) for key in (customer_key, company_key, plan_key)}) == 3


# The digest


def digest_of(live: list[tuple[int, bytes, bytes, bytes]]) -> int:
    return moved_digest(0, (), (row_digest(*row) for row in live))


@given(st.lists(rows, max_size=8), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_came_does_not_matter(
    live: list[tuple[int, bytes, bytes, bytes]], shuffle: random.Random
) -> None:
    mixed = list(live)
    shuffle.shuffle(mixed)
    one_by_one = 0
    for row in mixed:
        one_by_one = moved_digest(one_by_one, (), [row_digest(*row)])
    assert one_by_one == digest_of(live)
    assert 0 <= one_by_one < 2**256


@given(st.lists(rows, max_size=5), rows, rows)
def test_what_comes_and_leaves_cancels(live: list[tuple[int, bytes, bytes, bytes]], old: Any, new: Any) -> None:
    before = digest_of(live)
    with_old = moved_digest(before, (), [row_digest(*old)])
    changed = moved_digest(with_old, [row_digest(*old)], [row_digest(*new)])
    assert changed == digest_of([*live, new])
    assert moved_digest(changed, [row_digest(*new)], ()) == before


@given(rows, rows)
def test_different_rows_add_differently(one: Any, other: Any) -> None:
    assert (row_digest(*one) == row_digest(*other)) == (one == other)


def test_a_byte_that_moves_between_key_ref_and_body_shows() -> None:
    same_bytes = [
        (b"ab", b"c", b"d"),
        (b"a", b"bc", b"d"),
        (b"a", b"b", b"cd"),
        (b"abcd", b"", b""),
        (b"", b"", b"abcd"),
    ]
    assert len({row_digest(1, *parts) for parts in same_bytes}) == len(same_bytes)


def test_the_digest_of_nothing_is_nought_and_has_32_bytes() -> None:
    assert digest_bytes(digest_of([])) == bytes(32)
    assert digest_bytes(moved_digest(0, [1], ())) == b"\xff" * 32
    promised = [row["digest"] for row in GOLDEN["rows"].values()]
    assert digest_bytes(sum(int(each, 16) for each in promised) % 2**256).hex() == GOLDEN["digest of all rows"]
