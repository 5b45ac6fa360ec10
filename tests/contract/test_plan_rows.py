"""Rows of plans, sites and schedules: things become rows and rows things, or a FeedError."""

from functools import partial
from typing import Any

import cbor2
import pytest
from calendar_strategies import schedules, sites
from contract_strategies import plans
from hypothesis import given

from contract.calendar import Calendar
from contract.feed import FeedError, Kind, customer_key, plan_key, schedule_key, site_key
from contract.grant import Grant
from contract.hours import ExceptionDay, Schedule, Site, WeeklyWindow, Window
from contract.limits import Limit
from contract.membership import Plan
from contract.plan_rows import (
    plan_change,
    plan_of,
    schedule_change,
    schedule_of,
    site_change,
    site_of,
    zone_named,
)


@given(plans())
def test_a_plan_survives(plan: Plan) -> None:
    change = plan_change(plan)
    assert (change.kind, change.key, change.ref) == (Kind.PLAN, plan_key(plan.id), b"")
    assert plan_of(change.key, change.body or b"") == plan


@given(sites)
def test_a_site_survives(site: Site) -> None:
    change = site_change("clubhouse", site)
    assert (change.kind, change.key, change.ref) == (Kind.SITE, site_key("clubhouse"), b"")
    assert site_of(change.body or b"") == site
    assert zone_named(change.body or b"") == site.calendar.zone


@given(schedules)
def test_a_schedule_survives(schedule: Schedule) -> None:
    change = schedule_change("evenings", schedule)
    assert (change.kind, change.key, change.ref) == (Kind.SCHEDULE, schedule_key("evenings"), b"")
    assert schedule_of(change.body or b"") == schedule


def test_what_says_nothing_special_is_left_out() -> None:
    plain = Plan(3, "Full", (Grant("front-door"), Grant("glass-of-wine", (Limit(1, 60),))))
    assert cbor2.loads(plan_change(plain).body or b"") == {
        "n": "Full",
        "g": [{"p": "front-door"}, {"p": "glass-of-wine", "l": [{"c": 1, "s": 60}]}],
    }
    assert cbor2.loads(site_change("clubhouse", Site()).body or b"") == {"z": "UTC"}
    assert cbor2.loads(schedule_change("evenings", Schedule()).body or b"") == {}


def test_the_order_of_partners_makes_no_other_row() -> None:
    rows = {
        plan_change(Plan(3, "Bars", (Grant("wine", partners=frozenset(names)),))).body
        for names in (["bar", "cafe", "annex", "pub"], ["pub", "annex", "cafe", "bar"])
    }
    assert len(rows) == 1


GRANT = {"p": "wine", "l": [{"c": 1, "s": 60}]}
PLAN = {"n": "Full", "g": [GRANT]}
SITE = {"z": "Europe/Berlin", "w": 6, "d": 360, "h": [{"m": 12, "d": 25}]}
SCHEDULE = {"w": [[0, 0, 60]], "x": [{"m": 1, "d": 1, "y": 2026, "w": [[0, 1_440]]}], "h": True}
GOOD: dict[str, tuple[Any, dict[str, Any]]] = {
    "plan": (partial(plan_of, plan_key(3)), PLAN),
    "site": (site_of, SITE),
    "schedule": (schedule_of, SCHEDULE),
}


def test_what_good_bodies_say() -> None:
    one = Plan(3, "Full", (Grant("wine", (Limit(1, 60),)),))
    assert plan_of(plan_key(3), cbor2.dumps(PLAN)) == one
    assert site_of(cbor2.dumps(SITE)) == Site(Calendar("Europe/Berlin", 6, 360), (ExceptionDay(12, 25),))
    new_year = ExceptionDay(1, 1, 2026, (Window(0, 1_440),))
    assert schedule_of(cbor2.dumps(SCHEDULE)) == Schedule((WeeklyWindow(0, Window(0, 60)),), (new_year,), True)


@pytest.mark.parametrize("thing", GOOD)
def test_a_field_more_is_passed_over(thing: str) -> None:
    parse, good = GOOD[thing]
    assert parse(cbor2.dumps({**good, "later": [1]})) == parse(cbor2.dumps(good))


def grants(**changes: Any) -> list[dict[str, Any]]:
    return [{**GRANT, **changes}]


@pytest.mark.parametrize(
    ("thing", "field", "wrong"),
    [
        ("plan", "n", [b"Full", None]),
        ("plan", "m", [-1, 121, "one"]),
        ("plan", "d", [-1, 3_654, 2**70]),
        ("plan", "g", [None, {}, [["front-door"]], [{}], [{"p": 1}], grants(l=None), grants(l=[{}])]),
        ("plan", "g", [grants(l=[{"c": count, "s": 60}]) for count in (0, -1, 1_000_001, 2**63)]),
        ("plan", "g", [grants(l=[{"c": 1, "s": seconds}]) for seconds in (0, -1, None, 10**9)]),
        ("plan", "g", [grants(l=[{"c": 1, "s": 60, "w": "day"}]), grants(l=[{"c": 1, "w": "fortnight"}])]),
        ("plan", "g", [grants(l=[{"c": 1, "s": 60, "g": gap}]) for gap in (-1, 10**9)]),
        ("plan", "g", [grants(l=[{"c": 1, "s": 60, "b": "family"}]), grants(l=[{"c": 1, "s": 60, "a": ""}])]),
        ("plan", "g", [grants(h=""), grants(h="x" * 65), grants(w=[""]), grants(w=["x" * 65]), grants(w="bar")]),
        ("plan", "g", [grants(i=1), grants(c=0), grants(o="maybe"), grants(k=1), grants(o="at_most")]),
        ("plan", "g", [grants(o="at_most", k=0), grants(o="at_most", k=1_001), grants(l=[], c=True)]),
        ("plan", "g", [grants(l=[], o="at_most", k=1)]),
        ("site", "z", ["", "Europe/Nowhere", "../etc/passwd", "/etc/localtime", "x" * 300, "a\0b", None]),
        ("site", "w", [-1, 7]),
        ("site", "d", [-1, 1_440]),
        ("site", "h", [[{"m": 2, "d": 30}], [{"m": 13, "d": 1}], [{"m": 2, "d": 29, "y": 2025}], [{}]]),
        (
            "site",
            "h",
            [[{"m": 1, "d": 1, "y": 0}], [{"m": 1, "d": 1, "y": 10_000}], [{"m": 1, "d": 1, "w": [[0, 0]]}]],
        ),
        (
            "schedule",
            "w",
            [[[7, 0, 60]], [[-1, 0, 60]], [[0, 60, 60]], [[0, 1_440, 60]], [[0, 0, 1_441]], [[0, 0]]],
        ),
        ("schedule", "x", [[{"m": 4, "d": 31}], [{"m": 4, "d": 30, "w": [[0, -1]]}]]),
        ("schedule", "h", [0, None]),
    ],
)
def test_a_field_that_does_not_fit_is_a_feed_error(thing: str, field: str, wrong: list[object]) -> None:
    parse, good = GOOD[thing]
    for value in wrong:
        with pytest.raises(FeedError, match=rf"a (row|{thing})'s"):
            parse(cbor2.dumps({**good, field: value}))


def test_a_plan_under_a_key_of_another_kind_is_a_feed_error() -> None:
    with pytest.raises(FeedError, match="key"):
        plan_of(customer_key(1), cbor2.dumps(PLAN))


def test_a_plan_is_billed_by_months_or_by_days() -> None:
    with pytest.raises(FeedError, match="1 months and 1 days"):
        plan_of(plan_key(3), cbor2.dumps({**PLAN, "m": 1, "d": 1}))
