"""Calendars, hours and instants for the laws of contract/: zones that are known to be awkward, and their nights.

`zoned_moments` are near where a zone's clocks change, near ends of months and leap days, or anywhere.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from contract.billing import BillingInterval
from contract.calendar import Calendar
from contract.hours import ExceptionDay, Schedule, Site, WeeklyWindow, Window

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # daylight saving of 30 minutes
    "Asia/Kathmandu",  # 5:45 ahead
    "Pacific/Apia",  # has no 30 December 2011
    "Africa/Casablanca",  # clocks go back for Ramadan
    "America/Sao_Paulo",  # had clocks going forward at midnight
    "Pacific/Kiritimati",  # 14 hours ahead
    "America/St_Johns",  # had clocks put back a minute after midnight
)
MICROSECOND = timedelta(microseconds=1)
APIA_SKIPS_AT = datetime(2011, 12, 30, 10, tzinfo=UTC)


@cache
def changes_of(name: str) -> tuple[datetime, ...]:
    """The seconds in which a zone's offset changes, 1975 to 2110, found by halving weeks."""
    zone = ZoneInfo(name)
    found = []
    week = datetime(1975, 1, 1, tzinfo=UTC)
    while week.year < 2110:
        before, after = week, week + timedelta(days=7)
        if before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            found.append(_between(before, after, zone))
        week = after
    return tuple(found)


def _between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


CHANGES = tuple(sorted({change for name in ZONES for change in changes_of(name) if 2009 < change.year < 2031}))
_MONTH_ENDS = tuple(
    datetime(year, month, 1, tzinfo=UTC) for year in (2015, 2016, 2019, 2024, 2100) for month in range(1, 13)
)

zones = st.sampled_from(ZONES)
day_starts = st.sampled_from([0, 1, 30, 120, 150, 360, 1_439]) | st.integers(0, 1_439)
calendars = st.builds(Calendar, zones, st.integers(0, 6), day_starts)

_near = st.builds(
    lambda around, minutes, microseconds: around + timedelta(minutes=minutes, microseconds=microseconds),
    st.sampled_from(CHANGES + _MONTH_ENDS),
    st.integers(-40 * 60, 40 * 60),
    st.sampled_from([-1, 0, 1]),
)
_anywhere = st.integers(0, 130 * 365 * 86_400 * 1_000_000).map(
    lambda microseconds: datetime(1975, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
zoned_moments = _near | _anywhere

billing_intervals = st.builds(BillingInterval, months=st.sampled_from([1, 2, 3, 12, 120])) | st.builds(
    BillingInterval, days=st.sampled_from([1, 7, 28, 365])
)

minutes = st.sampled_from([0, 60, 120, 150, 180, 480, 720, 1_080, 1_320, 1_439]) | st.integers(0, 1_439)
windows = st.builds(
    lambda pair: Window(*pair), st.tuples(minutes, minutes | st.just(1_440)).filter(lambda p: p[0] != p[1])
)
window_sets = st.lists(windows, max_size=3).map(tuple)
weekly_windows = st.builds(WeeklyWindow, st.integers(0, 6), windows)
_days = st.dates(date(2011, 12, 25), date(2012, 1, 5)) | st.dates(date(2024, 2, 25), date(2026, 11, 3))
exception_days = st.builds(
    lambda day, yearly, opened: ExceptionDay(day.month, day.day, None if yearly else day.year, opened),
    _days,
    st.booleans(),
    window_sets,
)
exception_sets = st.lists(exception_days, max_size=3).map(tuple)
schedules = st.builds(Schedule, st.lists(weekly_windows, max_size=8).map(tuple), exception_sets, st.booleans())
sites = st.builds(Site, calendars, exception_sets)
