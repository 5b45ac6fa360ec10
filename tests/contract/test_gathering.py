"""From rows to facts: what one card's rows say, in whatever order they come."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from contract_strategies import (
    CARD_HASH,
    CUSTOMER,
    NOON,
    ORGANIZATION_KEY,
    SALT,
    SECRET,
    asks,
    facts,
    known_cards,
    moments,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.ask import Ask, Direction
from contract.calendar import Calendar
from contract.decision import decide
from contract.facts import Card, Customer, Facts, HeldMembership, Passage, Position
from contract.feed import Change, FeedError
from contract.gathering import StoredRow, facts_from_rows
from contract.grant import Grant
from contract.hours import ExceptionDay, Schedule, Site, WeeklyWindow, Window
from contract.limits import Use
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.plan_rows import plan_change, schedule_change, site_change
from contract.rows import (
    card_change,
    customer_change,
    link_change,
    membership_change,
    passage_change,
    pool_use_change,
    rotating_change,
    use_change,
)

POSITION = Position("everyone", 1, 42)
OWN = Holder(HolderKind.CUSTOMER, CUSTOMER)
PLAN = Plan(3, "Full", (Grant("front-door", schedule="mornings"),))
MEMBERSHIP = Membership(1, OWN, 3, NOON, None)
COMPANYS = Membership(2, Holder(HolderKind.COMPANY, 5), 3, NOON, NOON + timedelta(days=1))
USE = Use(bytes(16), CUSTOMER, 1, "glass-of-wine", NOON)
COLLEAGUES = Use(b"a colleague's it", 8, 2, "glass-of-wine", NOON, 5, "bar", "annex")
CLUBHOUSE = Site(Calendar("Europe/Berlin"), (ExceptionDay(12, 25),))
MORNINGS = Schedule((WeeklyWindow(0, Window(480, 720)),))
PASSAGE = Passage(bytes(16), CUSTOMER, "hall", Direction.IN, NOON)


def stored(*changes: Change) -> list[StoredRow]:
    return [(int(each.kind), each.key, each.ref, each.body or b"") for each in changes]


ROWS = stored(
    card_change(CARD_HASH, Card(CUSTOMER)),
    customer_change(Customer(CUSTOMER, "Member with a plan")),
    link_change(CUSTOMER, 5),
    plan_change(PLAN),
    membership_change(MEMBERSHIP),
    membership_change(COMPANYS),
    use_change(USE),
    pool_use_change(COLLEAGUES),
    site_change("clubhouse", CLUBHOUSE),
    site_change("annex", Site(Calendar("UTC", 3))),
    schedule_change("mornings", MORNINGS),
    schedule_change("evenings", Schedule()),
    passage_change(PASSAGE),
    rotating_change(CARD_HASH, SALT),
)
KNOWN = Facts(
    POSITION,
    Card(CUSTOMER),
    Customer(CUSTOMER, "Member with a plan"),
    (HeldMembership(MEMBERSHIP, PLAN), HeldMembership(COMPANYS, PLAN)),
    (USE, COLLEAGUES),
    CLUBHOUSE,
    {"mornings": MORNINGS},
    (PASSAGE,),
    SECRET,
)


def test_the_rows_of_a_card_say_all_that_is_known() -> None:
    assert facts_from_rows(POSITION, ROWS, "clubhouse", ORGANIZATION_KEY) == KNOWN


def test_the_site_is_the_readers() -> None:
    assert facts_from_rows(POSITION, ROWS, "annex", ORGANIZATION_KEY).site == Site(Calendar("UTC", 3))
    assert facts_from_rows(POSITION, ROWS, "elsewhere", ORGANIZATION_KEY).site == Site()
    assert facts_from_rows(POSITION, ROWS, None, ORGANIZATION_KEY).site == Site()


def test_no_rows_are_an_unknown_card() -> None:
    assert facts_from_rows(POSITION, [], "clubhouse", ORGANIZATION_KEY) == Facts(POSITION)


def test_a_membership_whose_plan_is_missing_grants_nothing() -> None:
    rows = stored(card_change(CARD_HASH, Card(7)), membership_change(MEMBERSHIP))
    assert facts_from_rows(POSITION, rows, None, ORGANIZATION_KEY).held == ()


def test_a_schedule_that_is_missing_is_left_out_and_one_that_is_not_named_is_not_read() -> None:
    missing = [row for row in ROWS if row[1] != b"Hmornings"]
    assert facts_from_rows(POSITION, missing, None, ORGANIZATION_KEY).schedules == {}
    broken = [*ROWS, (9, b"Hbroken", b"", b"\xff")]
    assert facts_from_rows(POSITION, broken, "clubhouse", ORGANIZATION_KEY) == KNOWN


def test_kinds_that_are_not_known_are_passed_over() -> None:
    newer = (200, b"\xff", b"\xff", b"\xff")
    assert facts_from_rows(POSITION, [newer, *ROWS, newer], "clubhouse", ORGANIZATION_KEY) == KNOWN


def test_a_use_in_the_pool_and_with_the_customer_is_one_use() -> None:
    mine = replace(COLLEAGUES, customer_id=CUSTOMER)
    rows = stored(use_change(mine), pool_use_change(mine))
    assert facts_from_rows(POSITION, rows, None, ORGANIZATION_KEY).uses == (mine,)


@pytest.mark.parametrize("kind", [1, 2, 4, 5, 6, 7, 10, 11])
def test_a_row_that_does_not_fit_its_kind_is_an_error(kind: int) -> None:
    with pytest.raises(FeedError):
        facts_from_rows(POSITION, [(kind, b"\0", b"\0", b"\0")], None, ORGANIZATION_KEY)


def test_so_is_a_broken_site_and_a_broken_schedule_that_are_needed() -> None:
    with pytest.raises(FeedError):
        facts_from_rows(POSITION, [(8, b"Sclubhouse", b"", b"\0")], "clubhouse", ORGANIZATION_KEY)
    rows = [(9, b"Hmornings", b"", b"\0") if row[1] == b"Hmornings" else row for row in ROWS]
    with pytest.raises(FeedError):
        facts_from_rows(POSITION, rows, "clubhouse", ORGANIZATION_KEY)


# Edge and hub agree: facts that travelled as rows give the same decision


def rows_of(known: Facts, site: str | None) -> list[StoredRow]:
    """The rows that a feed would hold for these facts: of a pool's uses each one twice, as a hub writes them."""
    assert known.card is not None
    assert known.customer is not None
    changes = [card_change(CARD_HASH, known.card), customer_change(known.customer)]
    changes += [plan_change(each.plan) for each in known.held]
    changes += [membership_change(each.membership) for each in known.held]
    changes += [use_change(use) for use in known.uses if use.customer_id == CUSTOMER]
    changes += [pool_use_change(use) for use in known.uses if use.company_id is not None]
    changes += [schedule_change(name, schedule) for name, schedule in known.schedules.items()]
    changes += [passage_change(passage) for passage in known.passages]
    if site is not None:
        changes.append(site_change(site, known.site))
    if known.rotating_secret is not None:
        changes.append(rotating_change(CARD_HASH, SALT))
    return stored(*changes)


@settings(max_examples=300)
@given(asks, facts(known_cards), moments, st.randoms(use_true_random=False))
def test_facts_that_travelled_as_rows_decide_the_same(
    ask: Ask, known: Facts, at: datetime, shuffle: random.Random
) -> None:
    site = ask.policy.site
    here = known if site is not None else replace(known, site=Site())
    rows = rows_of(here, site)
    shuffle.shuffle(rows)
    assert known.position is not None
    travelled = replace(
        facts_from_rows(known.position, rows, site, ORGANIZATION_KEY),
        used_steps=known.used_steps,
        since_contact=known.since_contact,
    )
    assert decide(ask, travelled, at) == decide(ask, here, at)
    assert set(travelled.uses) == set(here.uses)
    assert set(travelled.held) == set(here.held)
