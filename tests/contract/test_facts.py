"""From rows to facts: what one card's rows say, in whatever order they come."""

import random
from datetime import timedelta

import pytest
from contract_strategies import CUSTOMER, NOON, asks, facts, moments, positions
from hypothesis import given
from hypothesis import strategies as st

from contract.ask import Ask
from contract.decision import decide
from contract.facts import Card, Customer, Facts, HeldMembership, Position
from contract.feed import Change, FeedError, membership_key
from contract.gathering import StoredRow, facts_from_rows
from contract.grant import Grant
from contract.limits import Use
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.plan_rows import plan_change
from contract.rows import card_change, customer_change, link_change, membership_change, use_change

POSITION = Position("everyone", 1, 42)
CARD_HASH = bytes(range(32))
OWN = Holder(HolderKind.CUSTOMER, CUSTOMER)
COMPANY = Holder(HolderKind.COMPANY, 5)
PLAN = Plan(3, "Full", (Grant("front-door"),))
MEMBERSHIP = Membership(1, OWN, 3, NOON, None)
COMPANYS = Membership(2, COMPANY, 3, NOON, NOON + timedelta(days=1))
USE = Use(bytes(16), CUSTOMER, 1, "glass-of-wine", NOON)


def stored(*changes: Change) -> list[StoredRow]:
    return [(each.kind, each.key, each.ref, each.body or b"") for each in changes]


ROWS = stored(
    card_change(CARD_HASH, Card(CUSTOMER)),
    customer_change(Customer(CUSTOMER, "Member with a plan")),
    link_change(CUSTOMER, 5),
    plan_change(PLAN),
    membership_change(MEMBERSHIP),
    membership_change(COMPANYS),
    use_change(USE, membership_key(OWN, 1)),
)


def test_the_rows_of_a_card_say_all_that_is_known() -> None:
    assert facts_from_rows(POSITION, ROWS) == Facts(
        POSITION,
        Card(CUSTOMER),
        Customer(CUSTOMER, "Member with a plan"),
        (HeldMembership(MEMBERSHIP, PLAN), HeldMembership(COMPANYS, PLAN)),
        (USE,),
    )


def test_no_rows_are_an_unknown_card() -> None:
    assert facts_from_rows(POSITION, []) == Facts(POSITION)


def test_a_membership_whose_plan_is_missing_grants_nothing() -> None:
    assert (
        facts_from_rows(POSITION, stored(card_change(CARD_HASH, Card(7)), membership_change(MEMBERSHIP))).held
        == ()
    )


def test_kinds_that_are_not_known_are_passed_over() -> None:
    newer = (200, b"\xff", b"\xff", b"\xff")
    assert facts_from_rows(POSITION, [newer, *ROWS, newer]) == facts_from_rows(POSITION, ROWS)


def test_an_edges_own_uses_are_joined_by_their_id() -> None:
    another = Use(b"another use only", CUSTOMER, 1, "glass-of-wine", NOON)
    assert facts_from_rows(POSITION, ROWS, [USE]).uses == (USE,)
    assert set(facts_from_rows(POSITION, ROWS, [USE, another]).uses) == {USE, another}
    assert facts_from_rows(POSITION, [], [another]).uses == (another,)


@pytest.mark.parametrize("kind", [1, 2, 4, 5, 6])
def test_a_row_that_does_not_fit_its_kind_is_an_error(kind: int) -> None:
    with pytest.raises(FeedError):
        facts_from_rows(POSITION, [(kind, b"\0", b"\0", b"\0")])


def rows_of(known: Facts) -> list[StoredRow]:
    """The rows that a feed would hold for these facts; uses of memberships that are not there are left out."""
    assert known.card is not None
    assert known.customer is not None
    by_id = {each.membership.id: each.membership for each in known.held}
    changes = [card_change(CARD_HASH, known.card), customer_change(known.customer)]
    changes += [plan_change(each.plan) for each in known.held]
    changes += [membership_change(each.membership) for each in known.held]
    for use in known.uses:
        if use.membership_id in by_id:
            changes.append(use_change(use, membership_key(by_id[use.membership_id].holder, use.membership_id)))
    return stored(*changes)


@given(
    asks,
    facts().filter(
        lambda known: known.card is not None and len({h.plan.id for h in known.held}) == len(known.held)
    ),
    positions,
    moments,
    st.randoms(use_true_random=False),
)
def test_facts_that_travelled_as_rows_decide_the_same(
    ask: Ask, known: Facts, position: Position, at: object, shuffle: random.Random
) -> None:
    rows = rows_of(known)
    shuffle.shuffle(rows)
    travelled = facts_from_rows(position, rows)
    here, there = decide(ask, known, at), decide(ask, travelled, at)
    assert (there.outcome, there.reason, there.remaining) == (here.outcome, here.reason, here.remaining)
    assert (there.membership, there.plan, there.counted) == (here.membership, here.plan, here.counted)
    assert there.decided_from == position
