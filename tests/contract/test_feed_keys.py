"""The feed: keys that lie together, and the digest of a set of rows."""

import json
import random
from pathlib import Path
from typing import Any

from contract_strategies import checkin_ids, holders, ids
from hypothesis import given
from hypothesis import strategies as st

from contract.feed import (
    KEY_BYTES_MAX,
    company_key,
    customer_key,
    digest_bytes,
    holder_key,
    key_range_end,
    membership_key,
    moved_digest,
    passage_key,
    plan_key,
    pool_use_key,
    rotating_key,
    row_digest,
    schedule_key,
    site_key,
    use_key,
)
from contract.membership import Holder
from contract.rows import link_change
from contract.topics import NAME_PATTERN

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "messages.json").read_text("utf-8"))


rows = st.tuples(st.integers(1, 255), st.binary(max_size=64), st.binary(max_size=64), st.binary(max_size=200))


# Keys


def within(prefix: bytes, key: bytes) -> bool:
    return prefix < key < key_range_end(prefix)


def test_a_range_has_all_keys_that_begin_so_and_no_others() -> None:
    assert within(customer_key(7), use_key(7, b"\xff" * 16))
    assert not within(customer_key(7), customer_key(7))
    assert not within(customer_key(7), use_key(8, bytes(16)))


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


awkward_ids = checkin_ids | st.binary(min_size=15, max_size=15).map(lambda rest: b"\xff" + rest)
slugs = st.from_regex(rf"\A{NAME_PATTERN}\Z")


@given(ids, ids, awkward_ids)
def test_the_uses_of_a_customer_and_of_a_pool_are_one_range_each(one: int, other: int, checkin_id: bytes) -> None:
    for key_of, prefix in ((use_key, customer_key), (pool_use_key, company_key)):
        key = key_of(one, checkin_id)
        assert within(prefix(one), key)
        assert within(prefix(other), key) == (other == one)
        assert len(key) <= KEY_BYTES_MAX
    assert use_key(one, checkin_id) != pool_use_key(one, checkin_id)


@given(ids, ids, slugs, slugs)
def test_the_passages_of_a_customer_are_one_range_and_one_for_each_area(
    one: int, other: int, area: str, elsewhere: str
) -> None:
    key = passage_key(one, area)
    assert within(customer_key(one), key)
    assert within(customer_key(other), key) == (other == one)
    assert (key == passage_key(one, elsewhere)) == (area == elsewhere)
    assert len(key) <= KEY_BYTES_MAX


@given(slugs, slugs)
def test_sites_and_schedules_are_known_by_name(one: str, other: str) -> None:
    assert (site_key(one) == site_key(other)) == (schedule_key(one) == schedule_key(other)) == (one == other)
    assert site_key(one) != schedule_key(other)
    assert max(len(site_key(one)), len(schedule_key(one))) <= KEY_BYTES_MAX


@given(st.binary(min_size=32, max_size=32))
def test_a_card_and_its_rotating_code_have_one_key(card_hash: bytes) -> None:
    assert rotating_key(card_hash) == card_hash


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
