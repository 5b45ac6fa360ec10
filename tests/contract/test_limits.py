"""Rolling limits: what counts, what is left, and the exact instant from which there is something again."""

import random
from datetime import timedelta

import pytest
from contract_strategies import MICROSECOND, NOON, checkin_ids, limit_sets, moments
from hypothesis import given
from hypothesis import strategies as st

from contract.limits import Allowance, Limit, LimitError, Use, allowance_at

WEEK = Limit(1, 7 * 86_400)
many_uses = st.lists(st.tuples(checkin_ids, moments), max_size=8, unique_by=lambda use: use[0]).map(
    lambda drawn: [Use(use_id, 7, 1, "glass-of-wine", at) for use_id, at in drawn]
)


def use(hours: float, number: int = 0) -> Use:
    """A use `hours` after noon."""
    return Use(number.to_bytes(16, "big"), 7, 1, "glass-of-wine", NOON + timedelta(hours=hours))


def test_without_limits_nothing_is_used_up() -> None:
    assert allowance_at((), [use(-1)], NOON) == Allowance(None, None, ())


def test_a_week_later_to_the_microsecond() -> None:
    again_at = NOON + timedelta(days=7)
    assert allowance_at([WEEK], [use(0)], NOON) == Allowance(0, again_at, (use(0).id,))
    assert allowance_at([WEEK], [use(0)], again_at - MICROSECOND).remaining == 0
    assert allowance_at([WEEK], [use(0)], again_at) == Allowance(1, None, ())


def test_the_oldest_of_those_that_fill_the_limit_is_awaited() -> None:
    three = Limit(3, 10 * 3_600)
    filled = [use(-1, 1), use(-9, 2), use(-5, 3)]
    assert allowance_at([three], filled, NOON).next_available_at == NOON + timedelta(hours=1)
    assert allowance_at([three], [*filled, use(-2, 4)], NOON).next_available_at == NOON + timedelta(hours=5)
    assert allowance_at([three], filled[:2], NOON).remaining == 1


def test_several_limits_hold_at_once() -> None:
    daily, weekly = Limit(1, 86_400), Limit(2, 7 * 86_400)
    once = allowance_at([daily, weekly], [use(0)], NOON)
    assert (once.remaining, once.next_available_at) == (0, NOON + timedelta(days=1))
    twice = [use(0, 1), use(30, 2)]
    full = allowance_at([weekly, daily], twice, NOON + timedelta(hours=31))
    assert full == Allowance(0, NOON + timedelta(days=7), tuple(each.id for each in twice))
    assert allowance_at([daily, weekly], [use(0)], NOON + timedelta(days=2)).remaining == 1


def test_the_same_use_told_twice_counts_once() -> None:
    assert allowance_at([Limit(2, 60)], [use(0), use(0)], NOON).remaining == 1


def test_a_use_from_a_clock_that_is_ahead_counts() -> None:
    assert allowance_at([WEEK], [use(5)], NOON) == Allowance(0, NOON + timedelta(days=7, hours=5), (use(5).id,))


@given(limit_sets, many_uses, moments, st.randoms(use_true_random=False))
def test_the_order_of_uses_and_limits_does_not_matter(
    limits: tuple[Limit, ...], uses: list[Use], at: object, shuffle: random.Random
) -> None:
    before = allowance_at(limits, uses, at)
    mixed, mixed_limits = list(uses), list(limits)
    shuffle.shuffle(mixed)
    shuffle.shuffle(mixed_limits)
    assert allowance_at(mixed_limits, mixed, at) == before


@given(limit_sets, many_uses, moments)
def test_remaining_is_the_least_of_what_the_limits_leave(limits, uses, at) -> None:
    allowance = allowance_at(limits, uses, at)
    left = [limit.count - sum(at - limit.window < each.occurred_at for each in uses) for limit in limits]
    assert allowance.remaining == (max(0, min(left)) if left else None)
    assert (allowance.next_available_at is not None) == (allowance.remaining == 0)
    reach = max((limit.window for limit in limits), default=timedelta(0))
    assert set(allowance.counted) == {each.id for each in uses if limits and each.occurred_at > at - reach}
    assert list(allowance.counted) == sorted(allowance.counted)


@given(limit_sets, many_uses, moments)
def test_next_available_at_is_exact(limits, uses, at) -> None:
    again_at = allowance_at(limits, uses, at).next_available_at
    if again_at is None:
        return
    assert again_at > at
    assert allowance_at(limits, uses, again_at - MICROSECOND).remaining == 0
    remaining = allowance_at(limits, uses, again_at).remaining
    assert remaining is not None
    assert remaining > 0


@given(limit_sets, many_uses, moments)
def test_one_use_more_leaves_one_less_and_never_less_than_none(limits, uses, at) -> None:
    before = allowance_at(limits, uses, at).remaining
    another = Use(b"another use only", 7, 1, "glass-of-wine", at)
    after = allowance_at(limits, [*uses, another], at).remaining
    assert after == (None if before is None else max(0, before - 1))


@pytest.mark.parametrize("count", [1, 1_000_000])
@pytest.mark.parametrize("window_seconds", [1, 315_576_000])
def test_the_ends_of_what_a_limit_may_be(count: int, window_seconds: int) -> None:
    assert Limit(count, window_seconds).window == timedelta(seconds=window_seconds)


@pytest.mark.parametrize("count", [-1, 0, 1_000_001])
def test_a_count_that_cannot_be_meant(count: int) -> None:
    with pytest.raises(LimitError, match=f"1 to 1000000, not {count}"):
        Limit(count, 60)


@pytest.mark.parametrize("window_seconds", [-1, 0, 315_576_001])
def test_a_window_that_cannot_be_meant(window_seconds: int) -> None:
    with pytest.raises(LimitError, match=f"10 years\\), not {window_seconds}"):
        Limit(1, window_seconds)
