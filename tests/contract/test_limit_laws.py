"""Laws of limits, over all windows and clocks: counted as by hand, and free again when it is said."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

import limit_model
import pytest
from calendar_strategies import MICROSECOND, billing_intervals, calendars, zoned_moments
from contract_strategies import PARTNERS, checkin_ids, or_none
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.billing import BillingInterval
from contract.limits import Across, Allowance, Counting, CountsBy, Limit, Use, Window, allowance_at, reach_of

DAY = timedelta(days=1)
WINDOWS = [1, 3_600, 86_400, 7 * 86_400, 365 * 86_400]
limits = st.builds(
    lambda count, window, seconds, counts_by, across, gap: Limit(
        count, seconds if window is Window.ROLLING else None, window, counts_by, across, gap
    ),
    st.integers(1, 3),
    st.sampled_from(Window),
    st.sampled_from(WINDOWS),
    st.sampled_from(CountsBy),
    st.just(Across.ALL) | st.sampled_from(Across),
    st.sampled_from([0, 0, 1, 3_600, 3 * 86_400]),
)
limit_sets = st.lists(limits, min_size=1, max_size=3)
_seconds = st.sampled_from([0, *WINDOWS]) | st.integers(0, 90_000) | st.integers(0, 800 * 86_400)
_before = st.builds(
    lambda seconds, microseconds: timedelta(seconds=-seconds, microseconds=microseconds),
    _seconds,
    st.integers(-1, 1),
)
_ahead = st.integers(0, 3 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


@st.composite
def countings(draw: st.DrawFn, at: datetime) -> Counting:
    return Counting(
        customer_id=7,
        membership_id=1,
        company_id=draw(st.sampled_from([None, 40])),
        partner=draw(or_none(st.sampled_from(PARTNERS))),
        site=draw(st.sampled_from([None, "annex"])),
        calendar=draw(calendars),
        billed_from=at - draw(_seconds.map(lambda seconds: timedelta(seconds=seconds))),
        billing=draw(or_none(billing_intervals)),
    )


@st.composite
def uses_around(draw: st.DrawFn, at: datetime, counting: Counting) -> list[Use]:
    """Mostly one's own, mostly before; some from a clock that is ahead."""
    use = st.builds(
        Use,
        checkin_ids,
        st.sampled_from([7, 7, 7, 8]),
        st.sampled_from([1, 1, 1, 2]),
        st.just("glass-of-wine"),
        (_before | _before | _ahead).map(lambda after: at + after),
        st.sampled_from([counting.company_id, counting.company_id, None, 41]),
        st.just(counting.partner) | or_none(st.sampled_from(PARTNERS)),
        st.just(counting.site) | st.sampled_from([None, "annex"]),
    )
    return draw(st.lists(use, max_size=7, unique_by=lambda each: each.id))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Limit], list[Use], Counting, datetime]:
    at = draw(zoned_moments)
    counting = draw(countings(at))
    return draw(limit_sets), draw(uses_around(at, counting)), counting, at


@settings(max_examples=400)
@given(cases())
def test_what_is_left_is_what_is_left_when_counted_by_hand(case) -> None:
    held, used, counting, at = case
    allowance = allowance_at(held, used, counting, at)
    lefts = [limit_model.left(limit, used, counting, at) for limit in held]
    cools = any(limit_model.cools_down(limit, used, counting, at) for limit in held)
    assert allowance.remaining == min(lefts) >= 0
    assert allowance.cooling_down == (cools and min(lefts) > 0)
    assert (allowance.next_available_at is None) or limit_model.is_blocked(held, used, counting, at)
    counted = {
        use.id
        for limit in held
        for use in used
        if limit_model.is_mine(limit, use, counting)
        and (
            limit_model.is_within(limit, use, counting, at)
            or (limit.gap_seconds and at < use.occurred_at + timedelta(seconds=limit.gap_seconds))
        )
    }
    assert allowance.counted == tuple(sorted(counted))


@settings(max_examples=400)
@given(cases())
def test_next_available_at_is_exact(case) -> None:
    held, used, counting, at = case
    if not limit_model.is_blocked(held, used, counting, at):
        return
    free_at = allowance_at(held, used, counting, at).next_available_at
    if free_at is None:
        years = (at + n * 366 * DAY for n in range(40))
        assert all(limit_model.is_blocked(held, used, counting, each) for each in years)
        return
    assert free_at > at
    assert not limit_model.is_blocked(held, used, counting, free_at)
    assert limit_model.is_blocked(held, used, counting, free_at - MICROSECOND)
    for part in range(1, 60):
        assert limit_model.is_blocked(held, used, counting, at + part * ((free_at - MICROSECOND - at) / 60))
    ends = [use.occurred_at + timedelta(seconds=s) for use in used for limit in held for s in _spans(limit)]
    for end in ends:
        if at <= end < free_at:
            assert limit_model.is_blocked(held, used, counting, end)


def _spans(limit: Limit) -> list[int]:
    return [limit.gap_seconds, limit.window_seconds or 0]


@settings(max_examples=300)
@given(cases(), st.data())
def test_a_use_older_than_the_reach_never_counts(case, data: st.DataObject) -> None:
    held, used, counting, at = case
    reaches = [reach_of(limit, counting.billing) for limit in held]
    if None in reaches:
        return
    reach = max(each for each in reaches if each is not None)
    younger = [use for use in used if use.occurred_at > at - reach]
    assert allowance_at(held, younger, counting, at) == allowance_at(held, used, counting, at)


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_uses_and_limits_does_not_matter(case, shuffle: random.Random) -> None:
    held, used, counting, at = case
    before = allowance_at(held, used, counting, at)
    shuffle.shuffle(held)
    shuffle.shuffle(used)
    assert allowance_at(held, [*used, *used[:1]], counting, at) == before


@given(cases())
def test_one_use_more_leaves_one_less_and_never_less_than_none(case) -> None:
    held, used, counting, at = case
    at = max(at, counting.billed_from)
    another = Use(
        b"another use only", 7, 1, "glass-of-wine", at, counting.company_id, counting.partner, counting.site
    )
    before = allowance_at(held, used, counting, at)
    after = allowance_at(held, [*used, another], counting, at)
    assert after.remaining == max(0, (before.remaining or 0) - 1)
    assert another.id in after.counted


@given(cases(), st.integers(0, 2))
def test_a_wider_limit_and_one_limit_less_never_leave_less(case, which: int) -> None:
    held, used, counting, at = case
    before = allowance_at(held, used, counting, at)
    number = which % len(held)
    wider = [*held[:number], replace(held[number], count=held[number].count + 1), *held[number + 1 :]]
    fewer = [*held[:number], *held[number + 1 :]]
    for other in (allowance_at(wider, used, counting, at), allowance_at(fewer, used, counting, at)):
        assert other.remaining is None or other.remaining >= (before.remaining or 0)
        if other.next_available_at is not None:
            assert before.next_available_at is None or other.next_available_at <= before.next_available_at


@given(cases())
def test_without_limits_nothing_is_used_up(case) -> None:
    _, used, counting, at = case
    assert allowance_at((), used, counting, at) == Allowance(None, None, False, ())


MONTHLY = BillingInterval(months=1)


@pytest.mark.parametrize(
    ("limit", "billing", "reach"),
    [
        (Limit(1, 60), None, timedelta(seconds=60)),
        (Limit(1, 60, gap_seconds=61), None, timedelta(seconds=61)),
        (Limit(1, 60, gap_seconds=59), None, timedelta(seconds=60)),
        (Limit(1, window=Window.DAY), None, 2 * DAY),
        (Limit(1, window=Window.DAY, gap_seconds=3 * 86_400), None, 3 * DAY),
        (Limit(1, window=Window.WEEK), None, 8 * DAY),
        (Limit(1, window=Window.MONTH), None, 32 * DAY),
        (Limit(1, window=Window.YEAR), None, 367 * DAY),
        (Limit(1, window=Window.LIFETIME), MONTHLY, None),
        (Limit(1, window=Window.BILLING_PERIOD), None, None),
        (Limit(1, window=Window.BILLING_PERIOD), MONTHLY, 32 * DAY),
        (Limit(1, window=Window.BILLING_PERIOD), BillingInterval(days=7), 8 * DAY),
    ],
)
def test_how_far_limits_reach(limit: Limit, billing: BillingInterval | None, reach: timedelta | None) -> None:
    assert reach_of(limit, billing) == reach
