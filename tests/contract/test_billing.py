"""Billing periods: they tile time from the membership's start, and clamp to the ends of months."""

from datetime import UTC, datetime, timedelta

import pytest
import time_model
from calendar_strategies import MICROSECOND, billing_intervals
from hypothesis import example, given
from hypothesis import strategies as st

from contract.billing import BillingError, BillingInterval, billing_period_at
from contract.calendar import zone_of

MONTHLY = BillingInterval(months=1)
starts = st.sampled_from([29, 30, 31]).map(
    lambda day: datetime(2024, 1, day, 8, 30, 0, 1, tzinfo=UTC)
) | st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(year=2000 + at.year % 30, day=min(at.day, 28)))
afters = st.integers(0, 12 * 365 * 86_400).map(lambda seconds: timedelta(seconds=seconds)) | st.integers(
    0, 4_000
).map(lambda days: timedelta(days=days))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(starts, billing_intervals, afters)
@example(datetime(2024, 1, 31, tzinfo=UTC), MONTHLY, timedelta(days=29))
def test_every_instant_is_in_one_period(start: datetime, interval: BillingInterval, after: timedelta) -> None:
    moment = start + after
    begin, end = billing_period_at(start, interval, moment)
    assert begin <= moment < end
    assert billing_period_at(start, interval, begin) == (begin, end)
    assert billing_period_at(start, interval, end - MICROSECOND) == (begin, end)
    assert billing_period_at(start, interval, end)[0] == end
    assert end - begin <= interval.longest
    here = time_model.billing_label(start, interval, moment)
    assert time_model.billing_label(start, interval, begin) == here
    assert time_model.billing_label(start, interval, begin - MICROSECOND) == here - 1
    assert time_model.billing_label(start, interval, end) == here + 1


@given(
    starts,
    billing_intervals,
    afters,
    st.sampled_from(["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe"]),
)
def test_so_it_is_by_the_clock_on_any_wall(
    start: datetime, interval: BillingInterval, after: timedelta, name: str
) -> None:
    zone, moment = zone_of(name), start + after
    begin, end = billing_period_at(start, interval, moment, zone)
    assert begin <= moment < end
    assert billing_period_at(start, interval, begin, zone) == (begin, end)
    assert billing_period_at(start, interval, end - MICROSECOND, zone) == (begin, end)
    assert billing_period_at(start, interval, end, zone)[0] == end
    assert end - begin <= interval.longest
    here = time_model.billing_label(start, interval, moment, name)
    assert time_model.billing_label(start, interval, begin, name) == here
    assert time_model.billing_label(start, interval, begin - MICROSECOND, name) == here - 1
    assert time_model.billing_label(start, interval, end, name) == here + 1


@pytest.mark.parametrize(
    ("interval", "start", "moment", "begin", "end"),
    [
        # What starts at a midnight is paid for until midnights: in the winter 23:00 in UTC, in the summer 22:00.
        (MONTHLY, "2026-02-28T23:00", "2026-03-30T12:00", "2026-02-28T23:00", "2026-03-31T22:00"),
        (MONTHLY, "2026-02-28T23:00", "2026-03-31T22:00", "2026-03-31T22:00", "2026-04-30T22:00"),
        (
            BillingInterval(months=12),
            "2026-02-28T23:00",
            "2027-02-28T23:00",
            "2027-02-28T23:00",
            "2028-02-29T23:00",
        ),
        (BillingInterval(days=7), "2026-03-22T23:00", "2026-03-29T22:00", "2026-03-29T22:00", "2026-04-05T22:00"),
        # In the second 2:10 of the night in which 2:00 to 3:00 comes twice: after the first 2:30.
        (BillingInterval(days=1), "2026-10-24T00:30", "2026-10-25T01:10", "2026-10-25T00:30", "2026-10-26T01:30"),
        # A local time that a night does not have is the instant after the gap.
        (BillingInterval(days=1), "2026-03-28T01:30", "2026-03-29T01:00", "2026-03-29T01:00", "2026-03-30T00:30"),
    ],
)
def test_periods_over_clock_changes_in_berlin(
    interval: BillingInterval, start: str, moment: str, begin: str, end: str
) -> None:
    found = billing_period_at(at(start), interval, at(moment), zone_of("Europe/Berlin"))
    assert found == (at(begin), at(end))


@given(starts, billing_intervals, afters)
def test_before_the_start_it_is_the_first_period(
    start: datetime, interval: BillingInterval, before: timedelta
) -> None:
    assert billing_period_at(start, interval, start - before) == billing_period_at(start, interval, start)


@pytest.mark.parametrize(
    ("interval", "moment", "begin", "end"),
    [
        (MONTHLY, "2024-01-31T10:00", "2024-01-31T10:00", "2024-02-29T10:00"),
        (MONTHLY, "2024-02-29T09:59", "2024-01-31T10:00", "2024-02-29T10:00"),
        (MONTHLY, "2024-02-29T10:00", "2024-02-29T10:00", "2024-03-31T10:00"),
        (MONTHLY, "2024-04-30T09:59", "2024-03-31T10:00", "2024-04-30T10:00"),
        (MONTHLY, "2025-02-28T10:00", "2025-02-28T10:00", "2025-03-31T10:00"),
        (BillingInterval(months=3), "2024-04-30T09:59", "2024-01-31T10:00", "2024-04-30T10:00"),
        (BillingInterval(months=3), "2024-04-30T10:00", "2024-04-30T10:00", "2024-07-31T10:00"),
        (BillingInterval(months=12), "2025-01-31T09:59", "2024-01-31T10:00", "2025-01-31T10:00"),
        (BillingInterval(days=30), "2024-03-01T09:59", "2024-01-31T10:00", "2024-03-01T10:00"),
        (BillingInterval(days=30), "2024-03-01T10:00", "2024-03-01T10:00", "2024-03-31T10:00"),
    ],
)
def test_periods_of_what_began_on_january_31st(
    interval: BillingInterval, moment: str, begin: str, end: str
) -> None:
    assert billing_period_at(at("2024-01-31T10:00"), interval, at(moment)) == (at(begin), at(end))


def test_how_long_a_period_may_be() -> None:
    # One day more for clocks that go back.
    assert BillingInterval(months=1).longest == timedelta(days=32)
    assert BillingInterval(days=7).longest == timedelta(days=8)
    assert (BillingInterval(months=120).months, BillingInterval(days=3_653).days) == (120, 3_653)


@pytest.mark.parametrize(
    ("months", "days"), [(0, 0), (1, 1), (-1, 0), (0, -1), (121, 0), (0, 3_654), (-1, 7), (2, -1)]
)
def test_what_cannot_be_meant_is_refused_in_words(months: int, days: int) -> None:
    with pytest.raises(
        BillingError, match=f"1 to 120 months or 1 to 3653 days, not {months} months and {days} days"
    ):
        BillingInterval(months, days)
