"""Limits by examples: each window's edges, whose uses count and where, gaps, and when there is something again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from contract_strategies import MICROSECOND, NOON
from msgspec import structs

from contract.billing import BillingInterval
from contract.calendar import Calendar
from contract.limits import (
    Across,
    Allowance,
    Counting,
    CountsBy,
    Limit,
    LimitError,
    Use,
    Window,
    allowance_at,
)

WEEK = Limit(1, 7 * 86_400)
HERE = Counting(7, 1, None, None, None, Calendar("Europe/Berlin"), NOON - timedelta(days=100), None)


def use(hours: float, number: int = 0) -> Use:
    """A use `hours` after noon."""
    return Use(number.to_bytes(16, "big"), 7, 1, "glass-of-wine", NOON + timedelta(hours=hours))


def allowance(
    limits: Iterable[Limit], uses: Iterable[Use], at: datetime = NOON, counting: Counting = HERE
) -> Allowance:
    return allowance_at(limits, uses, counting, at)


def counting(**changes: Any) -> Counting:
    return structs.replace(HERE, **changes)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Rolling windows


def test_a_week_later_to_the_microsecond() -> None:
    again_at = NOON + timedelta(days=7)
    assert allowance([WEEK], [use(0)], NOON) == Allowance(0, again_at, False, (use(0).id,))
    assert allowance([WEEK], [use(0)], again_at - MICROSECOND).remaining == 0
    assert allowance([WEEK], [use(0)], again_at) == Allowance(1, None, False, ())


def test_the_oldest_of_those_that_fill_the_limit_is_awaited() -> None:
    three = Limit(3, 10 * 3_600)
    filled = [use(-1, 1), use(-9, 2), use(-5, 3)]
    assert allowance([three], filled, NOON).next_available_at == NOON + timedelta(hours=1)
    assert allowance([three], [*filled, use(-2, 4)], NOON).next_available_at == NOON + timedelta(hours=5)
    assert allowance([three], filled[:2], NOON).remaining == 1


def test_several_limits_hold_at_once() -> None:
    daily, weekly = Limit(1, 86_400), Limit(2, 7 * 86_400)
    once = allowance([daily, weekly], [use(0)], NOON)
    assert (once.remaining, once.next_available_at) == (0, NOON + timedelta(days=1))
    twice = [use(0, 1), use(30, 2)]
    full = allowance([weekly, daily], twice, NOON + timedelta(hours=31))
    assert full == Allowance(0, NOON + timedelta(days=7), False, tuple(each.id for each in twice))
    assert allowance([daily, weekly], [use(0)], NOON + timedelta(days=2)).remaining == 1


def test_the_same_use_told_twice_counts_once() -> None:
    assert allowance([Limit(2, 60)], [use(0), use(0)], NOON).remaining == 1


def test_a_use_from_a_clock_that_is_ahead_counts() -> None:
    assert allowance([WEEK], [use(5)], NOON) == Allowance(
        0, NOON + timedelta(days=7, hours=5), False, (use(5).id,)
    )


# Calendar windows, billing periods, a lifetime


BILLED = counting(billed_from=instant("2024-01-31T10:00"), billing=BillingInterval(months=1))


@pytest.mark.parametrize(
    ("window", "at", "where", "start", "following"),
    [
        # Days of 24, 23 and 25 hours.
        (Window.DAY, "2026-03-14T12:00", HERE, "2026-03-13T23:00", "2026-03-14T23:00"),
        (Window.DAY, "2026-03-29T12:00", HERE, "2026-03-28T23:00", "2026-03-29T22:00"),
        (Window.DAY, "2026-10-25T12:00", HERE, "2026-10-24T22:00", "2026-10-25T23:00"),
        (Window.WEEK, "2026-03-29T12:00", HERE, "2026-03-22T23:00", "2026-03-29T22:00"),
        (Window.MONTH, "2024-02-29T12:00", HERE, "2024-01-31T23:00", "2024-02-29T23:00"),
        (Window.MONTH, "2026-03-31T12:00", HERE, "2026-02-28T23:00", "2026-03-31T22:00"),
        (Window.YEAR, "2024-12-31T12:00", HERE, "2023-12-31T23:00", "2024-12-31T23:00"),
        (Window.BILLING_PERIOD, "2024-02-29T09:59", BILLED, "2024-01-31T10:00", "2024-02-29T10:00"),
        (Window.BILLING_PERIOD, "2024-03-30T10:00", BILLED, "2024-02-29T10:00", "2024-03-31T09:00"),
    ],
)
def test_a_window_counts_from_its_start_to_the_next(
    window: Window, at: str, where: Counting, start: str, following: str
) -> None:
    one, begin, end = Limit(1, window=window), instant(start), instant(following)
    for moment, counts in ((begin - MICROSECOND, False), (begin, True), (end - MICROSECOND, True), (end, False)):
        made = replace(use(0), occurred_at=moment)
        assert allowance([one], [made], instant(at), where).remaining == (0 if counts else 1)
    full = allowance([one], [replace(use(0), occurred_at=begin)], instant(at), where)
    assert full == Allowance(0, end, False, (use(0).id,))


@pytest.mark.parametrize("limit", [Limit(1, window=Window.LIFETIME), Limit(1, window=Window.BILLING_PERIOD)])
def test_what_never_comes_again(limit: Limit) -> None:
    assert allowance([limit], [use(-24 * 3_000)]) == Allowance(0, None, False, (use(0).id,))
    assert allowance([limit, WEEK], [use(0)]).next_available_at is None
    assert allowance([limit], []).remaining == 1


def test_a_use_that_lies_ahead_fills_the_next_period_too() -> None:
    """Another edge's clock runs fast: the day after is taken as well."""
    daily = Limit(1, window=Window.DAY)
    told = allowance([daily], [use(0, 1), use(24, 2)])
    assert (told.remaining, told.next_available_at) == (0, instant("2026-03-15T23:00"))


# Whose uses, and where


ANYONES = [
    ("my own", use(-1), {CountsBy.MEMBERSHIP, CountsBy.CUSTOMER, CountsBy.COMPANY}),
    ("mine under another membership", replace(use(-1), membership_id=2), {CountsBy.CUSTOMER, CountsBy.COMPANY}),
    ("a colleague's", replace(use(-1), customer_id=8), {CountsBy.COMPANY}),
    ("a colleague's under another", replace(use(-1), customer_id=8, membership_id=2), {CountsBy.COMPANY}),
]


@pytest.mark.parametrize(("_whose", "made", "counted_by"), ANYONES, ids=[name for name, *_ in ANYONES])
def test_whose_uses_count(_whose: str, made: Use, counted_by: set[CountsBy]) -> None:
    under_company, its = counting(company_id=40), replace(made, company_id=40)
    for counts_by in CountsBy:
        one = Limit(1, 86_400, counts_by=counts_by)
        assert (allowance([one], [its], counting=under_company).remaining == 0) == (counts_by in counted_by)
        other_company = replace(its, company_id=41)
        expected = counts_by in counted_by and counts_by is not CountsBy.COMPANY
        assert (allowance([one], [other_company], counting=under_company).remaining == 0) == expected


def test_a_pool_of_a_membership_of_ones_own_is_the_membership() -> None:
    one = Limit(1, 86_400, counts_by=CountsBy.COMPANY)
    assert allowance([one], [use(-1)]).remaining == 0
    for other in (replace(use(-1), membership_id=2), replace(use(-1), customer_id=8)):
        assert allowance([one], [other]).remaining == 1


@pytest.mark.parametrize(("across", "place"), [(Across.PARTNER, "partner"), (Across.SITE, "site")])
def test_where_uses_count(across: Across, place: str) -> None:
    one = Limit(1, 86_400, across=across)
    here = counting(**{place: "bar"})
    for where, counts in (("bar", True), ("cafe", False), (None, False)):
        made = replace(use(-1), **{place: where})
        assert (allowance([one], [made], counting=here).remaining == 0) is counts
        assert allowance([Limit(1, 86_400)], [made], counting=here).remaining == 0
    assert allowance([one], [use(-1)]).remaining == 0


# Gaps


def test_a_gap_passes_to_the_microsecond() -> None:
    two = Limit(3, 86_400, gap_seconds=3_600)
    free_at = NOON + timedelta(hours=1)
    assert allowance([two], [use(0)], NOON) == Allowance(2, free_at, True, (use(0).id,))
    assert allowance([two], [use(0)], free_at - MICROSECOND).cooling_down
    assert allowance([two], [use(0)], free_at) == Allowance(2, None, False, (use(0).id,))


def test_of_a_gap_the_newest_use_counts_and_of_a_full_window_the_later_of_both() -> None:
    two = Limit(2, 4 * 3_600, gap_seconds=3 * 3_600)
    assert allowance([two], [use(-2, 1), use(-1, 2)]) == Allowance(
        0, NOON + timedelta(hours=2), False, (use(-2, 1).id, use(-1, 2).id)
    )
    assert allowance([two], [use(-3.5, 1), use(-2.9, 2)]).next_available_at == NOON + timedelta(hours=0.5)


def test_a_gap_longer_than_its_window_still_counts() -> None:
    one = Limit(1, 60, gap_seconds=3_600)
    assert allowance([one], [use(-0.5)]) == Allowance(1, NOON + timedelta(hours=0.5), True, (use(0).id,))
    assert allowance([one], [use(-1)]) == Allowance(1, None, False, ())


def test_a_limit_that_is_used_up_is_told_before_anothers_gap() -> None:
    told = allowance([WEEK, Limit(5, 86_400, gap_seconds=60)], [use(0)])
    assert (told.remaining, told.cooling_down) == (0, False)
    assert told.next_available_at == NOON + timedelta(days=7)
    longer = allowance([Limit(1, 60), Limit(5, 86_400, gap_seconds=3_600)], [use(0)])
    assert longer.next_available_at == NOON + timedelta(hours=1)


# What cannot be meant


@pytest.mark.parametrize("count", [1, 1_000_000])
@pytest.mark.parametrize("window_seconds", [1, 315_576_000])
def test_the_ends_of_what_a_limit_may_be(count: int, window_seconds: int) -> None:
    assert Limit(count, window_seconds).window_seconds == window_seconds


@pytest.mark.parametrize("count", [-1, 0, 1_000_001])
def test_a_count_that_cannot_be_meant(count: int) -> None:
    with pytest.raises(LimitError, match=f"1 to 1000000, not {count}"):
        Limit(count, 60)


@pytest.mark.parametrize("window_seconds", [-1, 0, 315_576_001])
def test_a_window_that_cannot_be_meant(window_seconds: int) -> None:
    with pytest.raises(LimitError, match=f"10 years\\), not {window_seconds}"):
        Limit(1, window_seconds)


@pytest.mark.parametrize("gap_seconds", [-1, 315_576_001])
def test_a_gap_that_cannot_be_meant(gap_seconds: int) -> None:
    with pytest.raises(LimitError, match=f"0 to 315576000 seconds, not {gap_seconds}"):
        Limit(1, 60, gap_seconds=gap_seconds)


@pytest.mark.parametrize("window", [window for window in Window if window is not Window.ROLLING])
def test_only_a_rolling_window_has_seconds(window: Window) -> None:
    with pytest.raises(LimitError, match=f"only a rolling window has seconds; this one is {window}"):
        Limit(1, 60, window)
    with pytest.raises(LimitError, match="10 years\\), not None"):
        Limit(1)
    assert Limit(1, window=window, gap_seconds=315_576_000).window_seconds is None
