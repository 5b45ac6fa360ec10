"""What limits come to with dates: each date is the contract's, over clock changes, gaps and places."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contract.billing import BillingInterval
from contract.calendar import Calendar
from contract.hours import Site
from hub.decisions.course import USES_MAX, Course, Time, course_of
from hub.members.limits_text import parse

BERLIN = ZoneInfo("Europe/Berlin")
HERE = Site(Calendar("Europe/Berlin"))
AT = datetime(2026, 3, 25, 14, 5, 30, tzinfo=BERLIN).astimezone(UTC)
"""A Wednesday; clocks go forward on the Sunday after it."""


def course(text: str, billing: BillingInterval | None = None, at: datetime = AT) -> Course:
    return course_of(parse(text), billing, HERE, at)


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=BERLIN)


def test_a_week_is_seven_times_24_hours_and_a_calendar_week_begins_at_midnight() -> None:
    week = timedelta(days=7)
    assert course("1 per week") == Course(1, tuple(Time(AT + n * week, 1) for n in range(4)), 53)
    mondays = [local(2026, 3, 30), local(2026, 4, 6), local(2026, 4, 13)]
    assert course("3 per calendar week") == Course(3, tuple(Time(each, 3) for each in (AT, *mondays)), 53 * 3)


def test_what_is_used_up_for_good_has_no_next_time() -> None:
    assert course("3 in all") == Course(3, (Time(AT, 3),), 3)


def test_several_limits_hold_together() -> None:
    week = timedelta(days=7)
    found = course("2 per week, 3 per calendar month").times
    assert found == (Time(AT, 2), Time(AT + week, 2), Time(AT + 2 * week, 1), Time(local(2026, 5, 1), 2))


def test_a_gap_lies_between_two() -> None:
    half = timedelta(minutes=30)
    found = course("3 per day 30 minutes apart")
    assert found.left == 3
    assert found.times == (*(Time(AT + n * half, 1) for n in range(3)), Time(AT + timedelta(days=1), 1))


def test_a_billing_period_is_that_of_a_membership_that_begins_now() -> None:
    found = course("2 per billing period", BillingInterval(months=1))
    assert [each.at.astimezone(BERLIN) for each in found.times] == [
        AT.astimezone(BERLIN).replace(month=month) for month in (3, 4, 5, 6)
    ]
    assert found.in_year == 24


@pytest.mark.parametrize(
    ("text", "in_year", "is_more"),
    [
        ("1 per 365 days", 1, False),
        ("1 per 3000 days", 1, False),
        ("1 per day", 365, False),
        ("1 per hour", USES_MAX, True),
        ("500 per calendar month for the company", USES_MAX, True),
        ("1000000 in all", USES_MAX, True),
        ("100000 per second", USES_MAX, True),
    ],
)
def test_how_many_in_a_year(text: str, in_year: int, is_more: bool) -> None:
    found = course(text)
    assert (found.in_year, found.is_more) == (in_year, is_more)


def test_elsewhere_it_is_there_only_where_each_place_counts_by_itself() -> None:
    for text, elsewhere in (
        ("1 per week", (False, False)),
        ("1 per week at each partner", (True, False)),
        ("1 per week at each site", (False, True)),
        ("1 per week at each partner, 1 per calendar week", (False, False)),
    ):
        found = course(text)
        assert (found.free_at_other_partner, found.free_at_other_site) == elsewhere, text


def test_without_a_limit_nothing_is_counted() -> None:
    assert course("") == Course(None)
