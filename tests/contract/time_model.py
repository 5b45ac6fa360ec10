"""Local time as a person reads it off a clock on the wall: the naive model of calendars, hours and limits.

Written the other way round than contract/: nothing here looks for the instant of a local time. What a wall clock
has shown so far, and will show yet, is enough to say which day it is and whether a window is open.
"""

import calendar as months
from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from calendar_strategies import MICROSECOND, changes_of

from contract.billing import BillingInterval
from contract.calendar import Calendar, Unit
from contract.hours import Schedule, Site

DAY = timedelta(days=1)
_LONG = timedelta(days=3)
_changes = cache(changes_of)


def shown(at: datetime, zone: str) -> datetime:
    """What the wall clock shows."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def latest_shown(at: datetime, zone: str) -> datetime:
    """The latest time that the clock has shown up to `at`: it may have been put back since."""
    changes = _changes(zone)
    near = changes[bisect_left(changes, at - _LONG) : bisect_right(changes, at)]
    return max(shown(each, zone) for each in (at, *(change - MICROSECOND for change in near)))


def earliest_to_come(at: datetime, zone: str) -> datetime:
    """The earliest time that the clock shows from `at` on: it may be put back yet."""
    changes = _changes(zone)
    near = changes[bisect_left(changes, at) : bisect_right(changes, at + _LONG)]
    return min(shown(each, zone) for each in (at, *near))


def day_of(calendar: Calendar, at: datetime) -> date:
    """A day has begun once the clock has shown its first minute, and is over once it has shown the next day's."""
    return (latest_shown(at, calendar.zone) - timedelta(minutes=calendar.day_starts_minute)).date()


def label(calendar: Calendar, unit: Unit, at: datetime) -> tuple[int, ...]:
    """Two instants are in the same period if they have the same label."""
    day = day_of(calendar, at)
    if unit is Unit.YEAR:
        return (day.year,)
    if unit is Unit.MONTH:
        return (day.year, day.month)
    if unit is Unit.WEEK:
        day = next(day - n * DAY for n in range(7) if (day - n * DAY).weekday() == calendar.week_starts_on)
    return (day.year, day.month, day.day)


def billing_label(start: datetime, interval: BillingInterval, at: datetime, zone: str = "UTC") -> int:
    """How often it has been billed again by `at`, when the clock has shown its time; -1 before the start."""
    if at < start:
        return -1
    begun, now = shown(start, zone), latest_shown(at, zone)
    number = 0
    while _billed_at(begun, interval, number + 1) <= now:
        number += 1
    return number


def _billed_at(start: datetime, interval: BillingInterval, number: int) -> datetime:
    if interval.days:
        return start + number * interval.days * DAY
    year, month = start.year, start.month
    for _ in range(number * interval.months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return start.replace(year=year, month=month, day=min(start.day, months.monthrange(year, month)[1]))


def is_open(schedule: Schedule, site: Site, at: datetime) -> bool:
    zone = site.calendar.zone
    latest, earliest = latest_shown(at, zone), earliest_to_come(at, zone)
    for n in range(-3, 4):
        day = shown(at, zone).date() + n * DAY
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None)
        for start, end in _minutes_on(schedule, site, day):
            last = end if end > start else end + 1_440
            begun = latest >= midnight + timedelta(minutes=start)
            if begun and earliest < midnight + timedelta(minutes=last):
                return True
    return False


def _minutes_on(schedule: Schedule, site: Site, day: date) -> list[tuple[int, int]]:
    known = {}
    for rank, days in enumerate([site.holidays if schedule.observes_holidays else (), schedule.exceptions]):
        for each in days:
            if (each.month, each.day) == (day.month, day.day) and (each.year or day.year) == day.year:
                minutes = [(window.start_minute, window.end_minute) for window in each.windows]
                key = (rank, each.year is not None)
                known[key] = min(known.get(key, minutes), minutes)
    if known:
        return known[max(known)]
    return [(w.window.start_minute, w.window.end_minute) for w in schedule.weekly if w.weekday == day.weekday()]
