"""The feed: things become rows and rows things, or a FeedError."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import cbor2
import pytest
from contract_strategies import checkin_ids, holders, ids, instants, plans
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import ContractError
from contract.facts import Card, Customer
from contract.feed import (
    BODY_BYTES_MAX,
    KEY_BYTES_MAX,
    Change,
    FeedError,
    Kind,
    company_key,
    customer_key,
    digest_bytes,
    membership_key,
    plan_key,
    row_digest,
    use_key,
)
from contract.limits import Use
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.plan_rows import plan_change, plan_of
from contract.rows import (
    card_change,
    card_of,
    customer_change,
    customer_of,
    gone,
    link_change,
    membership_change,
    membership_of,
    use_change,
    use_of,
)

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "messages.json").read_text("utf-8"))
CUSTOMER_KEY = customer_key(7)
MEMBERSHIP_KEY = membership_key(Holder(HolderKind.CUSTOMER, 7), 11)
USE_KEY = use_key(MEMBERSHIP_KEY, 7, bytes(16))

hashes = st.binary(min_size=32, max_size=32)
cards = st.builds(Card, ids, st.booleans(), st.none() | instants, st.none() | instants)
memberships = st.builds(Membership, ids, holders, ids, instants, st.none() | instants, st.booleans())


# Things to rows and back


@given(hashes, cards)
def test_a_card_survives(card_hash: bytes, card: Card) -> None:
    change = card_change(card_hash, card)
    assert (change.kind, change.key) == (Kind.CARD, card_hash)
    assert change.ref == customer_key(card.customer_id)
    assert card_of(change.ref, change.body or b"") == card


@given(st.builds(Customer, ids, st.text(max_size=200)))
def test_a_customer_survives(customer: Customer) -> None:
    change = customer_change(customer)
    assert change.kind is Kind.CUSTOMER
    assert customer_of(change.key, change.body or b"") == customer


@given(plans())
def test_a_plan_survives(plan: Plan) -> None:
    change = plan_change(plan)
    assert change.kind is Kind.PLAN
    assert plan_of(change.key, change.body or b"") == plan


@given(memberships)
def test_a_membership_survives(membership: Membership) -> None:
    change = membership_change(membership)
    assert change.kind is Kind.MEMBERSHIP
    assert change.ref == plan_key(membership.plan_id)
    assert membership_of(change.key, change.ref, change.body or b"") == membership


@given(st.builds(Use, checkin_ids, ids, ids, st.text(max_size=64), instants), st.sampled_from(HolderKind), ids)
def test_a_use_survives(use: Use, kind: HolderKind, holder_id: int) -> None:
    membership = membership_key(Holder(kind, holder_id), use.membership_id)
    change = use_change(use, membership)
    assert (change.kind, change.ref) == (Kind.USE, membership)
    assert use_of(change.key, change.body or b"") == use


def test_a_link_is_its_key_and_points_to_the_company() -> None:
    assert link_change(7, 5) == Change(Kind.LINK, customer_key(7) + company_key(5), company_key(5), b"")


def test_what_is_gone_keeps_its_key_and_has_no_body() -> None:
    link = link_change(7, 5)
    assert gone(link) == Change(link.kind, link.key, link.ref, None)


@given(ids, ids, checkin_ids, st.sampled_from(HolderKind))
def test_no_key_is_longer_than_a_row_may_have(one: int, other: int, checkin_id: bytes, kind: HolderKind) -> None:
    longest = use_key(membership_key(Holder(kind, one), other), one, checkin_id)
    assert len(longest) <= KEY_BYTES_MAX


@pytest.mark.parametrize("name", GOLDEN["rows"])
def test_the_rows_that_are_promised(name: str) -> None:
    promised = GOLDEN["rows"][name]
    kind, key, ref, body = (promised[part] for part in ("kind", "key", "ref", "body"))
    key, ref, body = bytes.fromhex(key), bytes.fromhex(ref), bytes.fromhex(body)
    again = {
        Kind.CARD: lambda: card_change(key, card_of(ref, body)),
        Kind.CUSTOMER: lambda: customer_change(customer_of(key, body)),
        Kind.LINK: lambda: link_change(7, 5),
        Kind.PLAN: lambda: plan_change(plan_of(key, body)),
        Kind.MEMBERSHIP: lambda: membership_change(membership_of(key, ref, body)),
        Kind.USE: lambda: use_change(use_of(key, body), ref),
    }[Kind(kind)]()
    assert again == Change(kind, key, ref, body)
    assert digest_bytes(row_digest(kind, key, ref, body)).hex() == promised["digest"]


def test_every_kind_is_promised_and_keeps_its_number() -> None:
    assert {kind.name: int(kind) for kind in Kind} == {
        **{"CARD": 1, "CUSTOMER": 2, "LINK": 3},
        **{"PLAN": 4, "MEMBERSHIP": 5, "USE": 6},
    }
    assert {row["kind"] for row in GOLDEN["rows"].values()} == set(Kind)


# What does not fit


CARD = {"r": False, "f": None, "u": None}
PLAN = {"n": "Full", "g": [["front-door", [[1, 60]]]]}
MEMBERSHIP = {"s": 0, "e": None, "r": False}
USE = {"p": "front-door", "o": 0}
GOOD_BODIES = {
    "card": (partial(card_of, CUSTOMER_KEY), CARD),
    "customer": (partial(customer_of, CUSTOMER_KEY), {"n": "Member"}),
    "plan": (partial(plan_of, plan_key(3)), PLAN),
    "membership": (partial(membership_of, MEMBERSHIP_KEY, plan_key(3)), MEMBERSHIP),
    "use": (partial(use_of, USE_KEY), USE),
}


@pytest.mark.parametrize("thing", GOOD_BODIES)
def test_a_field_more_is_passed_over_and_one_less_is_a_feed_error(thing: str) -> None:
    parse, good = GOOD_BODIES[thing]
    assert parse(cbor2.dumps({**good, "later": [1]})) == parse(cbor2.dumps(good))
    for name in good:
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
        cbor2.dumps({}),
    ],
)
def test_a_body_that_is_none_is_a_feed_error(thing: str, body: bytes) -> None:
    parse, _ = GOOD_BODIES[thing]
    with pytest.raises(FeedError):
        parse(body)


@pytest.mark.parametrize(
    ("thing", "field", "wrong"),
    [
        ("card", "r", [0, None, "yes"]),
        ("card", "f", [2**63, -(2**64), 2**70, 1 << 100_000, 0.5, "2026-01-01"]),
        ("card", "u", [2**63, -(2**64), 2**70]),
        ("customer", "n", [b"Member", None, 1]),
        ("plan", "n", [b"Full", None]),
        (
            "plan",
            "g",
            [None, {}, [["front-door"]], [[1, []]], [["front-door", [[1]]]], [["front-door", [[1, 2, 3]]]]],
        ),
        ("plan", "g", [[["a", [[0, 60]]]], [["a", [[1, 0]]]], [["a", [[1, 10**9]]]], [["a", [[2**63, 60]]]]]),
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
    ],
)
def test_a_field_that_does_not_fit_is_a_feed_error(thing: str, field: str, wrong: list[object]) -> None:
    parse, good = GOOD_BODIES[thing]
    for value in wrong:
        with pytest.raises(FeedError, match=r"a (row|plan|membership)'s"):
            parse(cbor2.dumps({**good, field: value}))


@pytest.mark.parametrize(
    "parse",
    [
        lambda: card_of(b"", cbor2.dumps(CARD)),
        lambda: card_of(company_key(1), cbor2.dumps(CARD)),
        lambda: card_of(customer_key(1) + b"x", cbor2.dumps(CARD)),
        lambda: customer_of(company_key(1), cbor2.dumps({"n": "x"})),
        lambda: plan_of(customer_key(1), cbor2.dumps(PLAN)),
        lambda: membership_of(plan_key(1), plan_key(1), cbor2.dumps(MEMBERSHIP)),
        lambda: membership_of(customer_key(1), plan_key(1), cbor2.dumps(MEMBERSHIP)),
        lambda: membership_of(b"X" + MEMBERSHIP_KEY[1:], plan_key(1), cbor2.dumps(MEMBERSHIP)),
        lambda: membership_of(MEMBERSHIP_KEY, customer_key(1), cbor2.dumps(MEMBERSHIP)),
        lambda: membership_of(MEMBERSHIP_KEY + b"x", plan_key(1), cbor2.dumps(MEMBERSHIP)),
        lambda: use_of(USE_KEY[:-1], cbor2.dumps(USE)),
        lambda: use_of(USE_KEY + b"x", cbor2.dumps(USE)),
        lambda: use_of(USE_KEY.replace(b"U", b"V"), cbor2.dumps(USE)),
        lambda: use_of(USE_KEY.replace(b"M", b"C"), cbor2.dumps(USE)),
        lambda: use_of(MEMBERSHIP_KEY, cbor2.dumps(USE)),
    ],
)
def test_a_key_of_another_kind_is_a_feed_error(parse: Any) -> None:
    with pytest.raises(FeedError, match=r"key"):
        parse()


@given(st.data())
def test_any_bytes_as_key_ref_and_body_are_a_thing_or_a_feed_error(data: st.DataObject) -> None:
    keys = st.binary(max_size=64) | st.sampled_from([CUSTOMER_KEY, MEMBERSHIP_KEY, USE_KEY, plan_key(3)])
    numbers = st.integers(-(2**64), 2**64 - 1)
    fields = st.none() | st.booleans() | numbers | st.text(max_size=5) | st.lists(st.lists(numbers), max_size=2)
    bodies = st.binary(max_size=60) | st.dictionaries(st.sampled_from("rfungsepo"), fields).map(cbor2.dumps)
    key, ref, body = data.draw(keys), data.draw(keys), data.draw(bodies)
    for parse in (
        lambda: card_of(ref, body),
        lambda: customer_of(key, body),
        lambda: plan_of(key, body),
        lambda: membership_of(key, ref, body),
        lambda: use_of(key, body),
    ):
        with suppress(FeedError):
            parse()


def test_an_instant_without_a_zone_never_becomes_a_row() -> None:
    naive = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ContractError, match="time zone"):
        card_change(bytes(32), Card(1, valid_from=naive))
