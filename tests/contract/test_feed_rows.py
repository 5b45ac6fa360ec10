"""The feed: things become rows and rows things, or a FeedError."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from contract_strategies import checkin_ids, holders, ids, instants
from hypothesis import given
from hypothesis import strategies as st

from contract.ask import Ask, Circumstances, Direction
from contract.facts import Card, Customer, Passage
from contract.feed import (
    Change,
    FeedError,
    Kind,
    company_key,
    customer_key,
    digest_bytes,
    membership_key,
    passage_key,
    plan_key,
    pool_use_key,
    row_digest,
    use_key,
)
from contract.limits import Use
from contract.membership import GRACE_SECONDS_MAX, AtEnd, Freeze, Holder, HolderKind, Membership
from contract.plan_rows import plan_change, plan_of, schedule_change, schedule_of, site_change, site_of
from contract.rows import (
    card_change,
    card_of,
    customer_change,
    customer_of,
    gone,
    link_change,
    membership_change,
    membership_of,
    passage_change,
    passage_of,
    pool_use_change,
    pool_use_of,
    rotating_change,
    rotating_salt_of,
    use_change,
    use_of,
)

GOLDEN: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "messages.json").read_text("utf-8"))
CUSTOMER_KEY = customer_key(7)
MEMBERSHIP_KEY = membership_key(Holder(HolderKind.CUSTOMER, 7), 11)
USE_KEY = use_key(7, bytes(16))
POOL_KEY = pool_use_key(5, bytes(16))
PASSAGE_KEY = passage_key(7, "hall")


def _freezes_between(drawn: tuple[datetime, datetime, bool]) -> tuple[Freeze, ...]:
    begin, end = sorted(drawn[:2])
    open_one = (Freeze(end, None),) if drawn[2] else ()
    return (Freeze(begin, end), *open_one) if begin < end else open_one


hashes = st.binary(min_size=32, max_size=32)
cards = st.builds(Card, ids, st.booleans(), st.none() | instants, st.none() | instants)
memberships = st.builds(
    Membership,
    ids,
    holders,
    ids,
    instants,
    st.none() | instants,
    st.booleans(),
    st.booleans(),
    st.sampled_from(AtEnd),
    st.integers(0, GRACE_SECONDS_MAX),
    st.none() | instants,
    st.tuples(instants, instants, st.booleans()).map(_freezes_between),
    st.booleans(),
)
names = st.text(min_size=1, max_size=64)
uses = st.builds(
    Use, checkin_ids, ids, ids, names, instants, st.none() | ids, st.none() | names, st.none() | names
)
passages = st.builds(Passage, checkin_ids, ids, names, st.sampled_from(Direction), instants)


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


@given(memberships)
def test_a_membership_survives(membership: Membership) -> None:
    change = membership_change(membership)
    assert change.kind is Kind.MEMBERSHIP
    assert change.ref == plan_key(membership.plan_id)
    assert membership_of(change.key, change.ref, change.body or b"") == membership


@given(uses)
def test_a_use_survives(use: Use) -> None:
    change = use_change(use)
    assert (change.kind, change.key, change.ref) == (Kind.USE, use_key(use.customer_id, use.id), b"")
    assert use_of(change.key, change.body or b"") == use


@given(uses.filter(lambda use: use.company_id is not None))
def test_a_use_in_a_pool_is_the_same_use(use: Use) -> None:
    change = pool_use_change(use)
    assert (change.kind, change.key) == (Kind.POOL_USE, pool_use_key(use.company_id or 0, use.id))
    assert pool_use_of(change.key, change.body or b"") == use


def test_a_use_of_nobodys_pool_is_in_none() -> None:
    with pytest.raises(FeedError, match="company"):
        pool_use_change(Use(bytes(16), 7, 1, "glass-of-wine", datetime(2026, 1, 1, tzinfo=UTC)))


@given(passages)
def test_a_passage_survives(passage: Passage) -> None:
    change = passage_change(passage)
    assert change.kind is Kind.PASSAGE
    assert passage_of(change.key, change.body or b"") == passage


@given(hashes, st.binary(min_size=16, max_size=16))
def test_a_rotating_salt_survives(card_hash: bytes, salt: bytes) -> None:
    change = rotating_change(card_hash, salt)
    assert (change.kind, change.key) == (Kind.ROTATING, card_hash)
    assert rotating_salt_of(change.body or b"") == salt


def test_a_link_is_its_key_and_points_to_the_company() -> None:
    assert link_change(7, 5) == Change(Kind.LINK, customer_key(7) + company_key(5), company_key(5), b"")


def test_what_is_gone_keeps_its_key_and_has_no_body() -> None:
    link = link_change(7, 5)
    assert gone(link) == Change(link.kind, link.key, link.ref, None)


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
        Kind.USE: lambda: use_change(use_of(key, body)),
        Kind.POOL_USE: lambda: pool_use_change(pool_use_of(key, body)),
        Kind.SITE: lambda: site_change(key[1:].decode(), site_of(body)),
        Kind.SCHEDULE: lambda: schedule_change(key[1:].decode(), schedule_of(body)),
        Kind.ROTATING: lambda: rotating_change(key, rotating_salt_of(body)),
        Kind.PASSAGE: lambda: passage_change(passage_of(key, body)),
    }[Kind(kind)]()
    assert again == Change(kind, key, ref, body)
    assert digest_bytes(row_digest(kind, key, ref, body)).hex() == promised["digest"]


def test_every_kind_is_promised_and_keeps_its_number() -> None:
    assert {kind.name: int(kind) for kind in Kind} == {
        **{"CARD": 1, "CUSTOMER": 2, "LINK": 3},
        **{"PLAN": 4, "MEMBERSHIP": 5, "USE": 6, "POOL_USE": 7},
        **{"SITE": 8, "SCHEDULE": 9, "ROTATING": 10, "PASSAGE": 11},
    }
    assert {row["kind"] for row in GOLDEN["rows"].values()} == set(Kind)


def test_no_repr_shows_a_body_or_the_digits_of_a_scan() -> None:
    change = rotating_change(bytes(32), b"salt" * 4)
    assert "salt" not in repr(change)
    assert repr(change).endswith(" bytes)")
    assert repr(gone(change)).endswith("gone)")
    shown = repr(Ask(permission="glass-of-wine", circumstances=Circumstances(digits="12345678", readable=False)))
    assert "12345678" not in shown
    assert "readable=False" in shown
