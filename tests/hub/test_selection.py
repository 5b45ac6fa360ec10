"""What a feed that holds less shows of a row, kind by kind."""

from datetime import UTC, datetime

import pytest

from contract.ask import Direction
from contract.facts import Card, Customer, Passage
from contract.feed import Change, Kind, company_key, customer_key
from contract.grant import Grant
from contract.hours import Schedule, Site
from contract.limits import CountsBy, Limit, Use
from contract.membership import Holder, HolderKind, Membership, Plan
from contract.plan_rows import plan_change, plan_of, schedule_change, site_change
from contract.rows import (
    card_change,
    customer_change,
    customer_of,
    gone,
    link_change,
    membership_change,
    passage_change,
    pool_use_change,
    rotating_change,
    use_change,
)
from hub.feed.selection import COMMON, Selection, holder_of, seen

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
GLASS, DOOR = "glass-of-wine", "front-door"
PERSON, COMPANY = Holder(HolderKind.CUSTOMER, 7), Holder(HolderKind.COMPANY, 3)


def use(permission: str) -> Use:
    return Use(b"u" * 16, 7, 1, permission, AT, company_id=3)


def passage(area: str) -> Change:
    return passage_change(Passage(b"p" * 16, 7, area, Direction.IN, AT))


ROWS = {
    "card": card_change(b"c" * 32, Card(7)),
    "customer": customer_change(Customer(7, "Somebody")),
    "link": link_change(7, 3),
    "plan": plan_change(Plan(5, "Full", (Grant(DOOR), Grant(GLASS, (Limit(3, 60, counts_by=CountsBy.COMPANY),))))),
    "membership": membership_change(Membership(1, PERSON, 5, AT, None)),
    "company's membership": membership_change(Membership(2, COMPANY, 5, AT, None)),
    "use": use_change(use(GLASS)),
    "pool use": pool_use_change(use(GLASS)),
    "site": site_change("house", Site()),
    "schedule": schedule_change("opening", Schedule()),
    "secret": rotating_change(b"c" * 32, b"s" * 16),
    "passage": passage("sauna"),
}


def test_every_kind_is_looked_at() -> None:
    assert {each.kind for each in ROWS.values()} == set(Kind)


@pytest.mark.parametrize("name", ROWS)
def test_what_leaves_nothing_out_shows_all_as_it_is(name: str) -> None:
    assert seen(Selection(), ROWS[name]) is ROWS[name]


@pytest.mark.parametrize("name", ROWS)
def test_what_is_gone_is_gone_everywhere(name: str) -> None:
    assert seen(Selection(False, frozenset(), frozenset()), gone(ROWS[name])) == gone(ROWS[name])


@pytest.mark.parametrize("name", ROWS)
def test_whose_row_it_is(name: str) -> None:
    companies = {"company's membership", "pool use"}
    holder = company_key(3) if name in companies else customer_key(7)
    nobodys = {*COMMON, Kind.ROTATING}
    assert holder_of(ROWS[name]) == (None if ROWS[name].kind in nobodys else holder)


def test_names_stay_behind() -> None:
    shown = seen(Selection(with_names=False), ROWS["customer"])
    assert shown.body is not None
    assert customer_of(shown.key, shown.body) == Customer(7, "")


@pytest.mark.parametrize("name", ["use", "pool use"])
def test_uses_of_other_permissions_stay_behind(name: str) -> None:
    assert seen(Selection(permissions=frozenset({GLASS})), ROWS[name]) is ROWS[name]
    assert seen(Selection(permissions=frozenset({DOOR})), ROWS[name]) == gone(ROWS[name])


def test_passages_of_other_areas_stay_behind() -> None:
    only_sauna = Selection(permissions=frozenset(), areas=frozenset({"sauna"}))
    assert seen(only_sauna, passage("sauna")) == passage("sauna")
    assert seen(only_sauna, passage("pool")) == gone(passage("pool"))


@pytest.mark.parametrize("chosen", [{GLASS}, {DOOR}, {GLASS, DOOR}, set()])
def test_of_a_plan_the_grants_of_these_permissions_are_left(chosen: set[str]) -> None:
    whole = ROWS["plan"]
    assert whole.body is not None
    shown = seen(Selection(permissions=frozenset(chosen)), whole)
    assert shown.body is not None
    before, after = plan_of(whole.key, whole.body), plan_of(shown.key, shown.body)
    assert after.grants == tuple(each for each in before.grants if each.permission in chosen)
    assert (after.id, after.name) == (before.id, before.name)


@pytest.mark.parametrize("name", ["plan", "use", "pool use", "passage"])
def test_what_cannot_be_read_shows_nothing_where_something_would_be_left_out(name: str) -> None:
    row = ROWS[name]
    broken = Change(row.kind, row.key, row.ref, b"\xff")
    assert seen(Selection(permissions=frozenset({GLASS}), areas=frozenset()), broken) == gone(broken)
    assert seen(Selection(), broken) is broken


def test_a_card_that_is_gone_says_no_more_whose_it_was() -> None:
    assert holder_of(Change(Kind.CARD, b"c" * 32, b"", None)) is None
