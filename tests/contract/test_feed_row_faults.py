"""The feed: bytes that are no row of their kind are a FeedError, whatever they are."""

from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import ContractError
from contract.facts import Card
from contract.feed import (
    BODY_BYTES_MAX,
    FeedError,
    company_key,
    customer_key,
    membership_key,
    passage_key,
    plan_key,
    pool_use_key,
    use_key,
)
from contract.membership import Holder, HolderKind
from contract.plan_rows import plan_of, schedule_of, site_of
from contract.rows import (
    card_change,
    card_of,
    customer_of,
    membership_of,
    passage_of,
    pool_use_of,
    rotating_salt_of,
    use_of,
)

CUSTOMER_KEY = customer_key(7)
MEMBERSHIP_KEY = membership_key(Holder(HolderKind.CUSTOMER, 7), 11)
USE_KEY = use_key(7, bytes(16))
POOL_KEY = pool_use_key(5, bytes(16))
PASSAGE_KEY = passage_key(7, "hall")


CARD = {"r": False, "f": None, "u": None}
MEMBERSHIP = {"s": 0, "e": None, "r": False}
USE = {"p": "front-door", "o": 0, "m": 11}
POOL_USE = {"p": "front-door", "o": 0, "m": 11, "u": 7}
ROTATING = {"n": bytes(16)}
PASSAGE = {"d": "in", "o": 0, "i": bytes(16)}
GOOD_BODIES = {
    "card": (partial(card_of, CUSTOMER_KEY), CARD, ()),
    "customer": (partial(customer_of, CUSTOMER_KEY), {"n": "Member"}, ("n",)),
    "membership": (partial(membership_of, MEMBERSHIP_KEY, plan_key(3)), MEMBERSHIP, ("s",)),
    "use": (partial(use_of, USE_KEY), USE, ("p", "o", "m")),
    "pool use": (partial(pool_use_of, POOL_KEY), POOL_USE, ("p", "o", "m", "u")),
    "rotating": (rotating_salt_of, ROTATING, ("n",)),
    "passage": (partial(passage_of, PASSAGE_KEY), PASSAGE, ("d", "o", "i")),
}


@pytest.mark.parametrize("thing", GOOD_BODIES)
def test_a_field_more_is_passed_over_and_one_less_is_a_feed_error(thing: str) -> None:
    parse, good, needed = GOOD_BODIES[thing]
    assert parse(cbor2.dumps({**good, "later": [1]})) == parse(cbor2.dumps(good))
    for name in needed:
        with pytest.raises(FeedError, match=f"missing required field `{name}`"):
            parse(cbor2.dumps({field: value for field, value in good.items() if field != name}))


@pytest.mark.parametrize("thing", GOOD_BODIES)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"\x81" * BODY_BYTES_MAX,
        b"\xa0\xa0",
        cbor2.dumps(None),
        cbor2.dumps([1, 2, 3]),
    ],
)
def test_a_body_that_is_none_is_a_feed_error(thing: str, body: bytes) -> None:
    parse, *_ = GOOD_BODIES[thing]
    with pytest.raises(FeedError):
        parse(body)


@pytest.mark.parametrize(
    ("thing", "field", "wrong"),
    [
        ("card", "r", [0, None, "yes"]),
        ("card", "f", [2**63, -(2**64), 2**70, 1 << 100_000, 0.5, "2026-01-01"]),
        ("card", "u", [2**63, -(2**64), 2**70]),
        ("customer", "n", [b"Member", None, 1]),
        ("membership", "s", [None, 2**63, -(2**64), 2**70]),
        ("membership", "e", [2**63, -(2**64), "never"]),
        ("membership", "r", [None, 1]),
        ("membership", "p", [None, 1]),
        ("membership", "a", [None, "", "lapses"]),
        ("membership", "g", [None, -1, 90 * 86_400 + 1, 2**70]),
        ("membership", "t", [2**63, "soon"]),
        (
            "membership",
            "z",
            [None, [1], [[1]], [[None, 2]], [[2, 2]], [[2, 1]], [[1, None], [5, 6]], [[1, 3], [2, 4]]],
        ),
        ("membership", "k", [None, 0]),
        ("use", "p", [None, b"front-door"]),
        ("use", "o", [None, 2**57 + 1, -(2**55) - 1, 2**63]),
        ("use", "m", [None, -1, 2**53 + 1]),
        ("use", "c", ["five", -1, 2**53 + 1]),
        ("use", "w", [5, b"bar"]),
        ("use", "s", [5, b"clubhouse"]),
        ("pool use", "o", [None, 2**57 + 1]),
        ("pool use", "u", [None, -1, 2**53 + 1]),
        ("rotating", "n", [None, bytes(15), bytes(17), "x" * 16]),
        ("passage", "d", [None, "up"]),
        ("passage", "o", [None, 2**57 + 1]),
        ("passage", "i", [None, bytes(15), bytes(17)]),
    ],
)
def test_a_field_that_does_not_fit_is_a_feed_error(thing: str, field: str, wrong: list[object]) -> None:
    parse, good, _ = GOOD_BODIES[thing]
    for value in wrong:
        with pytest.raises(FeedError, match=r"a (row|membership)'s"):
            parse(cbor2.dumps({**good, field: value}))


@pytest.mark.parametrize(
    "parse",
    [
        lambda: card_of(b"", cbor2.dumps(CARD)),
        lambda: card_of(company_key(1), cbor2.dumps(CARD)),
        lambda: card_of(customer_key(1) + b"x", cbor2.dumps(CARD)),
        lambda: customer_of(company_key(1), cbor2.dumps({"n": "x"})),
        lambda: membership_of(plan_key(1), plan_key(1), cbor2.dumps(MEMBERSHIP)),
        lambda: membership_of(customer_key(1), plan_key(1), cbor2.dumps(MEMBERSHIP)),
        lambda: membership_of(b"X" + MEMBERSHIP_KEY[1:], plan_key(1), cbor2.dumps(MEMBERSHIP)),
        lambda: membership_of(MEMBERSHIP_KEY, customer_key(1), cbor2.dumps(MEMBERSHIP)),
        lambda: membership_of(MEMBERSHIP_KEY + b"x", plan_key(1), cbor2.dumps(MEMBERSHIP)),
        lambda: use_of(USE_KEY[:-1], cbor2.dumps(USE)),
        lambda: use_of(USE_KEY + b"x", cbor2.dumps(USE)),
        lambda: use_of(USE_KEY.replace(b"U", b"V"), cbor2.dumps(USE)),
        lambda: use_of(USE_KEY.replace(b"C", b"O"), cbor2.dumps(USE)),
        lambda: pool_use_of(POOL_KEY.replace(b"O", b"C"), cbor2.dumps(POOL_USE)),
        lambda: pool_use_of(POOL_KEY[:-1], cbor2.dumps(POOL_USE)),
        lambda: passage_of(PASSAGE_KEY.replace(b"A", b"B"), cbor2.dumps(PASSAGE)),
        lambda: passage_of(PASSAGE_KEY.replace(b"C", b"O"), cbor2.dumps(PASSAGE)),
        lambda: passage_of(PASSAGE_KEY + b"\xff", cbor2.dumps(PASSAGE)),
        lambda: passage_of(CUSTOMER_KEY, cbor2.dumps(PASSAGE)),
        lambda: use_of(MEMBERSHIP_KEY, cbor2.dumps(USE)),
    ],
)
def test_a_key_of_another_kind_is_a_feed_error(parse: Any) -> None:
    with pytest.raises(FeedError, match=r"key"):
        parse()


@given(st.data())
def test_any_bytes_as_key_ref_and_body_are_a_thing_or_a_feed_error(data: st.DataObject) -> None:
    keys = st.binary(max_size=64) | st.sampled_from(
        [CUSTOMER_KEY, MEMBERSHIP_KEY, USE_KEY, POOL_KEY, PASSAGE_KEY, plan_key(3)]
    )
    numbers = st.integers(-(2**64), 2**64 - 1)
    fields = st.none() | st.booleans() | numbers | st.text(max_size=5) | st.lists(st.lists(numbers), max_size=2)
    bodies = st.binary(max_size=60) | st.dictionaries(st.sampled_from("rfungsepomwcditzhxkla"), fields).map(
        cbor2.dumps
    )
    key, ref, body = data.draw(keys), data.draw(keys), data.draw(bodies)
    for parse in (
        lambda: card_of(ref, body),
        lambda: customer_of(key, body),
        lambda: plan_of(key, body),
        lambda: membership_of(key, ref, body),
        lambda: use_of(key, body),
        lambda: pool_use_of(key, body),
        lambda: passage_of(key, body),
        lambda: rotating_salt_of(body),
        lambda: site_of(body),
        lambda: schedule_of(body),
    ):
        with suppress(FeedError):
            parse()


def test_an_instant_without_a_zone_never_becomes_a_row() -> None:
    naive = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ContractError, match="time zone"):
        card_change(bytes(32), Card(1, valid_from=naive))
