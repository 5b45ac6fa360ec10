"""Calendars: the periods of a site tile time, over clock changes, skipped days, leap days and year ends."""

import copy
import pickle
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_model
from calendar_strategies import CHANGES, MICROSECOND, ZONES, calendars, changes_of, zoned_moments
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contract.calendar import (
    Calendar,
    CalendarError,
    Unit,
    add_months,
    day_of,
    day_start,
    instant_of,
    period_at,
    zone_of,
)

HOUR = timedelta(hours=1)
BERLIN = Calendar("Europe/Berlin")
IN_THE_GAP = Calendar("Europe/Berlin", 0, 150)
units = st.sampled_from(Unit)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@settings(max_examples=500)
@given(calendars, units, zoned_moments)
@example(Calendar("America/St_Johns", 0, 0), Unit.DAY, at("2010-11-07T02:30:30"))
@example(Calendar("America/St_Johns", 0, 0), Unit.DAY, at("2010-11-07T02:31:30"))
@example(Calendar("Pacific/Apia", 0, 0), Unit.DAY, at("2011-12-30T10:00:00"))
def test_every_instant_is_in_one_period_and_the_next_begins_where_one_ends(
    calendar: Calendar, unit: Unit, moment: datetime
) -> None:
    start, following = period_at(calendar, unit, moment)
    assert start <= moment < following
    assert period_at(calendar, unit, start) == (start, following)
    assert period_at(calendar, unit, following - MICROSECOND) == (start, following)
    assert period_at(calendar, unit, following)[0] == following
    assert period_at(calendar, unit, start - MICROSECOND)[1] == start


@settings(max_examples=500)
@given(calendars, units, zoned_moments)
def test_a_period_is_what_the_clock_on_the_wall_says(calendar: Calendar, unit: Unit, moment: datetime) -> None:
    start, following = period_at(calendar, unit, moment)
    here = time_model.label(calendar, unit, moment)
    assert time_model.label(calendar, unit, start) == here
    assert time_model.label(calendar, unit, following - MICROSECOND) == here
    assert time_model.label(calendar, unit, following) > here
    assert time_model.label(calendar, unit, start - MICROSECOND) < here
    assert day_of(calendar, moment) == time_model.day_of(calendar, moment)


@pytest.mark.parametrize("change", CHANGES)
def test_days_around_every_change_of_clocks_are_the_walls(change: datetime) -> None:
    for zone in ("Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"):
        for starts in (0, 150):
            calendar = Calendar(zone, 0, starts)
            for moment in (change - MICROSECOND, change, change + HOUR - MICROSECOND, change + HOUR):
                assert day_of(calendar, moment) == time_model.day_of(calendar, moment)


@pytest.mark.parametrize(
    ("calendar", "unit", "moment", "start", "following"),
    [
        (Calendar(), Unit.DAY, "2026-03-14T12:00", "2026-03-14T00:00", "2026-03-15T00:00"),
        (Calendar(), Unit.WEEK, "2026-03-14T12:00", "2026-03-09T00:00", "2026-03-16T00:00"),
        (Calendar(week_starts_on=6), Unit.WEEK, "2026-03-14T12:00", "2026-03-08T00:00", "2026-03-15T00:00"),
        (Calendar(week_starts_on=5), Unit.WEEK, "2026-03-14T12:00", "2026-03-14T00:00", "2026-03-21T00:00"),
        (Calendar(), Unit.MONTH, "2024-02-29T12:00", "2024-02-01T00:00", "2024-03-01T00:00"),
        (Calendar(), Unit.MONTH, "2026-12-31T23:59", "2026-12-01T00:00", "2027-01-01T00:00"),
        (Calendar(), Unit.YEAR, "2024-02-29T12:00", "2024-01-01T00:00", "2025-01-01T00:00"),
        # 23 and 25 hours.
        (BERLIN, Unit.DAY, "2026-03-29T12:00", "2026-03-28T23:00", "2026-03-29T22:00"),
        (BERLIN, Unit.DAY, "2026-10-25T12:00", "2026-10-24T22:00", "2026-10-25T23:00"),
        (BERLIN, Unit.MONTH, "2026-03-29T12:00", "2026-02-28T23:00", "2026-03-31T22:00"),
        # A day that begins at 2:30, in the hour that is skipped, and in the hour that comes twice.
        (IN_THE_GAP, Unit.DAY, "2026-03-29T00:59", "2026-03-28T01:30", "2026-03-29T01:00"),
        (IN_THE_GAP, Unit.DAY, "2026-03-29T01:00", "2026-03-29T01:00", "2026-03-30T00:30"),
        (IN_THE_GAP, Unit.DAY, "2026-10-25T00:29", "2026-10-24T00:30", "2026-10-25T00:30"),
        (IN_THE_GAP, Unit.DAY, "2026-10-25T01:29", "2026-10-25T00:30", "2026-10-26T01:30"),
        (Calendar("Europe/Berlin", 0, 360), Unit.DAY, "2026-03-14T04:59", "2026-03-13T05:00", "2026-03-14T05:00"),
        (Calendar("Europe/Berlin", 0, 360), Unit.YEAR, "2026-01-01T04:59", "2025-01-01T05:00", "2026-01-01T05:00"),
        (Calendar("Australia/Lord_Howe"), Unit.DAY, "2026-04-05T00:00", "2026-04-04T13:00", "2026-04-05T13:30"),
        (Calendar("Asia/Kathmandu"), Unit.DAY, "2026-03-14T12:00", "2026-03-13T18:15", "2026-03-14T18:15"),
        # The day before the one that was skipped, and the one after it.
        (Calendar("Pacific/Apia"), Unit.DAY, "2011-12-30T09:59", "2011-12-29T10:00", "2011-12-30T10:00"),
        (Calendar("Pacific/Apia"), Unit.DAY, "2011-12-30T10:00", "2011-12-30T10:00", "2011-12-31T10:00"),
        (Calendar("Pacific/Apia"), Unit.WEEK, "2011-12-30T10:00", "2011-12-26T10:00", "2012-01-01T10:00"),
        (Calendar("America/Sao_Paulo"), Unit.DAY, "2018-11-04T12:00", "2018-11-04T03:00", "2018-11-05T02:00"),
        (Calendar("Pacific/Kiritimati"), Unit.YEAR, "2025-12-31T10:00", "2025-12-31T10:00", "2026-12-31T10:00"),
    ],
)
def test_periods_by_hand(calendar: Calendar, unit: Unit, moment: str, start: str, following: str) -> None:
    assert period_at(calendar, unit, at(moment)) == (at(start), at(following))


def test_a_local_time_that_comes_twice_and_one_that_never_comes() -> None:
    berlin = zone_of("Europe/Berlin")
    twice, never = datetime(2026, 10, 25, 2, 30), datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001 (local times)
    assert instant_of(twice, berlin) == at("2026-10-25T00:30")
    assert instant_of(twice, berlin, later=True) == at("2026-10-25T01:30")
    assert instant_of(never, berlin) == instant_of(never, berlin, later=True) == at("2026-03-29T01:00")
    for edge in (datetime(2026, 3, 29, 2), datetime(2026, 3, 29, 3)):  # noqa: DTZ001
        assert instant_of(edge, berlin) == at("2026-03-29T01:00")
    last = datetime(2026, 3, 29, 1, 59, 59, 999_999)  # noqa: DTZ001
    assert instant_of(last, berlin) == at("2026-03-29T01:00") - MICROSECOND
    assert instant_of(datetime(2026, 3, 29, 3, 0, 1), berlin) == at("2026-03-29T01:00:01")  # noqa: DTZ001


@pytest.mark.parametrize("name", ZONES)
def test_whatever_is_skipped_means_the_end_of_the_gap(name: str) -> None:
    zone = zone_of(name)
    second = timedelta(seconds=1)
    for change in changes_of(name):
        before, after = time_model.shown(change - second, name) + second, time_model.shown(change, name)
        if after > before:
            for skipped in (before, before + second, before + (after - before) / 3, after - second):
                assert instant_of(skipped, zone) == instant_of(skipped, zone, later=True) == change
                assert instant_of(skipped, zone).tzinfo is UTC


def test_a_day_that_never_was_begins_and_ends_with_the_next() -> None:
    apia = Calendar("Pacific/Apia")
    assert day_start(apia, date(2011, 12, 30)) == day_start(apia, date(2011, 12, 31)) == at("2011-12-30T10:00")


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 240))
def test_months_later_is_the_same_day_or_the_months_last(day: date, count: int) -> None:
    later = add_months(day, count)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == count
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Calendar("localtime"), "'localtime' is no time zone, but what a machine is set to: name one"),
        (lambda: Calendar("posixrules"), "'posixrules' is no time zone, but what a machine is set to"),
        (lambda: Calendar("Factory"), "'Factory' is no time zone, but what a machine is set to"),
        (lambda: Calendar("Europe/Nowhere"), "'Europe/Nowhere' is no time zone: names are like Europe/Berlin"),
        (lambda: Calendar(""), "no time zone"),
        (lambda: Calendar("../etc/passwd"), "no time zone"),
        (lambda: Calendar("Europe"), "no time zone"),
        (lambda: Calendar("x" * 300), "no time zone"),
        (lambda: Calendar("UTC", -1), "0 \\(Monday\\) to 6 \\(Sunday\\), not -1"),
        (lambda: Calendar("UTC", 7), "0 \\(Monday\\) to 6 \\(Sunday\\), not 7"),
        (lambda: Calendar("UTC", 0, -1), "0 to 1439, not -1"),
        (lambda: Calendar("UTC", 0, 1_440), "0 to 1439, not 1440"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(make: object, text: str) -> None:
    with pytest.raises(CalendarError, match=text):
        make()  # type: ignore[operator]


def test_the_ends_of_what_a_calendar_may_be() -> None:
    assert Calendar("UTC", 6, 1_439).day_starts_minute == 1_439
    assert zone_of("UTC") is zone_of("UTC")


def test_utc_is_the_systems_and_goes_wherever_an_instant_goes() -> None:
    assert zone_of("UTC") is ZoneInfo("UTC")
    noon = datetime(2030, 6, 1, 12, tzinfo=zone_of("UTC"))
    assert pickle.loads(pickle.dumps(noon)) == copy.deepcopy(noon) == noon
