"""Hours: weekly windows, midnight, exceptions and holidays, and the nights when clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_model
from calendar_strategies import MICROSECOND, schedules, sites, windows, zoned_moments, zones
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contract.calendar import Calendar
from contract.hours import ExceptionDay, HoursError, Schedule, Site, WeeklyWindow, Window, is_open, windows_on

BERLIN = Site(Calendar("Europe/Berlin"))
SATURDAY, SUNDAY = 5, 6
CHRISTMAS = date(2026, 12, 25)  # a Friday


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def every_day(start: int, end: int) -> Schedule:
    return Schedule(tuple(WeeklyWindow(day, Window(start, end)) for day in range(7)))


def on(weekday: int, start: int, end: int) -> Schedule:
    return Schedule((WeeklyWindow(weekday, Window(start, end)),))


@settings(max_examples=1_000)
@given(schedules, sites, zoned_moments)
@example(on(6, 0, 60), Site(Calendar("America/St_Johns")), at("2010-11-07T02:31:30"))
def test_a_door_is_open_when_the_clock_on_the_wall_says_so(
    schedule: Schedule, site: Site, moment: datetime
) -> None:
    assert is_open(schedule, site, moment) == time_model.is_open(schedule, site, moment)


@given(windows, zones, st.dates(date(2010, 1, 1), date(2030, 1, 1)))
def test_a_window_of_every_day_opens_at_its_start_and_not_at_its_end(window: Window, zone: str, day: date) -> None:
    schedule, site = every_day(window.start_minute, window.end_minute), Site(Calendar(zone))
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    edges = [
        each
        for each in (moment + timedelta(minutes=minute) for minute in range(0, 1_440, 15))
        if is_open(schedule, site, each) != is_open(schedule, site, each - MICROSECOND)
    ]
    for edge in edges:
        opens = is_open(schedule, site, edge)
        assert opens == time_model.is_open(schedule, site, edge)
        assert opens != time_model.is_open(schedule, site, edge - MICROSECOND)


@given(schedules, sites, zoned_moments, st.randoms(use_true_random=False))
def test_the_order_of_windows_and_exceptions_does_not_matter(
    schedule: Schedule, site: Site, moment: datetime, shuffle: object
) -> None:
    mixed = Schedule(
        tuple(reversed(schedule.weekly)), tuple(reversed(schedule.exceptions)), schedule.observes_holidays
    )
    other = Site(site.calendar, tuple(reversed(site.holidays)))
    assert is_open(mixed, other, moment) == is_open(schedule, site, moment)


NIGHT = on(SATURDAY, 1_320, 180)  # Saturday 22:00 to 3:00
DAY = on(SUNDAY, 480, 1_080)


@pytest.mark.parametrize(
    ("schedule", "site", "moment", "opened"),
    [
        (on(SATURDAY, 480, 1_080), Site(), "2026-03-14T07:59:59.999999", False),
        (on(SATURDAY, 480, 1_080), Site(), "2026-03-14T08:00", True),
        (on(SATURDAY, 480, 1_080), Site(), "2026-03-14T17:59:59.999999", True),
        (on(SATURDAY, 480, 1_080), Site(), "2026-03-14T18:00", False),
        (on(SATURDAY, 480, 1_080), Site(), "2026-03-13T12:00", False),
        (on(SATURDAY, 480, 1_080), Site(), "2026-03-15T12:00", False),
        (on(SATURDAY, 0, 1_440), Site(), "2026-03-14T23:59:59.999999", True),
        (on(SATURDAY, 0, 1_440), Site(), "2026-03-15T00:00", False),
        (on(SATURDAY, 0, 1_440), Site(), "2026-03-14T00:00", True),
        # Across midnight: it belongs to the day it starts on.
        (NIGHT, Site(), "2026-03-14T22:00", True),
        (NIGHT, Site(), "2026-03-15T02:59:59.999999", True),
        (NIGHT, Site(), "2026-03-15T03:00", False),
        (NIGHT, Site(), "2026-03-14T02:00", False),
        (NIGHT, Site(), "2026-03-16T02:00", False),
        (on(SATURDAY, 1_320, 0), Site(), "2026-03-14T23:59:59.999999", True),
        (on(SATURDAY, 1_320, 0), Site(), "2026-03-15T00:00", False),
        (on(SATURDAY, 61, 60), Site(), "2026-03-15T00:59:59.999999", True),
        (on(SATURDAY, 61, 60), Site(), "2026-03-15T01:00", False),
        # Far west it is Saturday evening still, and the window of Friday is open.
        (on(4, 1_380, 1_350), Site(Calendar("America/New_York")), "2026-03-15T01:00", True),
        # Local time.
        (on(SATURDAY, 480, 1_080), BERLIN, "2026-03-14T07:00", True),
        (on(SATURDAY, 480, 1_080), BERLIN, "2026-03-14T17:00", False),
        (on(SATURDAY, 480, 1_080), Site(Calendar("Asia/Kathmandu")), "2026-03-14T02:15", True),
        (on(SATURDAY, 480, 1_080), Site(Calendar("Pacific/Kiritimati")), "2026-03-13T18:00", True),
        # The night of 23 hours: 3:00 comes at 1:00 UTC; an end that never comes is the end of the gap.
        (on(SATURDAY, 1_320, 180), BERLIN, "2026-03-29T00:59:59.999999", True),
        (on(SATURDAY, 1_320, 180), BERLIN, "2026-03-29T01:00", False),
        (on(SATURDAY, 1_320, 150), BERLIN, "2026-03-29T00:59:59.999999", True),
        (on(SATURDAY, 1_320, 150), BERLIN, "2026-03-29T01:00", False),
        (on(SUNDAY, 150, 240), BERLIN, "2026-03-29T00:59:59.999999", False),
        (on(SUNDAY, 150, 240), BERLIN, "2026-03-29T01:00", True),
        (on(SUNDAY, 120, 180), BERLIN, "2026-03-29T01:00", False),
        # The night of 25 hours: a window begins at the first 2:30 and ends at the second.
        (on(SUNDAY, 150, 240), BERLIN, "2026-10-25T00:29:59.999999", False),
        (on(SUNDAY, 150, 240), BERLIN, "2026-10-25T00:30", True),
        (on(SUNDAY, 150, 240), BERLIN, "2026-10-25T01:15", True),
        (on(SATURDAY, 1_320, 150), BERLIN, "2026-10-25T01:29:59.999999", True),
        (on(SATURDAY, 1_320, 150), BERLIN, "2026-10-25T01:30", False),
        # A clock put back to the day before: what has begun on the new day stays begun.
        (on(SUNDAY, 0, 60), Site(Calendar("America/St_Johns")), "2010-11-07T02:29:59", False),
        (on(SUNDAY, 0, 60), Site(Calendar("America/St_Johns")), "2010-11-07T02:31:30", True),
    ],
)
def test_hours_by_hand(schedule: Schedule, site: Site, moment: str, opened: bool) -> None:
    assert is_open(schedule, site, at(moment)) is opened


OPEN = (Window(600, 720),)
LATER = (Window(660, 720),)
WEEKLY = every_day(480, 1_080).weekly


def hours(*exceptions: ExceptionDay, observes: bool = False) -> Schedule:
    return Schedule(WEEKLY, exceptions, observes)


@pytest.mark.parametrize(
    ("schedule", "holidays", "expected"),
    [
        (hours(), (), (Window(480, 1_080),)),
        (hours(ExceptionDay(12, 25)), (), ()),
        (hours(ExceptionDay(12, 25, 2026, OPEN)), (), OPEN),
        (hours(ExceptionDay(12, 25, 2025, OPEN)), (), (Window(480, 1_080),)),
        (hours(ExceptionDay(12, 24)), (), (Window(480, 1_080),)),
        (hours(ExceptionDay(11, 25)), (), (Window(480, 1_080),)),
        # One date before every year, whichever comes first and whatever it says.
        (hours(ExceptionDay(12, 25), ExceptionDay(12, 25, 2026, OPEN)), (), OPEN),
        (hours(ExceptionDay(12, 25, 2026, OPEN), ExceptionDay(12, 25)), (), OPEN),
        (hours(ExceptionDay(12, 25, 2026), ExceptionDay(12, 25, None, OPEN)), (), ()),
        # Two of one day: one of them, whatever their order.
        (hours(ExceptionDay(12, 25, None, LATER), ExceptionDay(12, 25, None, OPEN)), (), OPEN),
        (hours(ExceptionDay(12, 25, None, OPEN), ExceptionDay(12, 25)), (), ()),
        # Holidays: only where they are observed, and after exceptions.
        (hours(), (ExceptionDay(12, 25),), (Window(480, 1_080),)),
        (hours(observes=True), (ExceptionDay(12, 25),), ()),
        (hours(observes=True), (ExceptionDay(12, 25, 2026, OPEN), ExceptionDay(12, 25)), OPEN),
        (hours(observes=True), (ExceptionDay(12, 26),), (Window(480, 1_080),)),
        (hours(ExceptionDay(12, 25, None, OPEN), observes=True), (ExceptionDay(12, 25, 2026),), OPEN),
        (hours(ExceptionDay(12, 26), observes=True), (ExceptionDay(12, 25, None, OPEN),), OPEN),
    ],
)
def test_which_hours_hold_on_christmas_day(
    schedule: Schedule, holidays: tuple[ExceptionDay, ...], expected: tuple[Window, ...]
) -> None:
    assert windows_on(schedule, Site(Calendar(), holidays), CHRISTMAS) == expected


def test_a_closed_day_does_not_cut_the_night_before_short() -> None:
    schedule = Schedule(every_day(1_320, 180).weekly, (ExceptionDay(12, 25),))
    assert is_open(schedule, Site(), at("2026-12-25T02:00"))
    assert not is_open(schedule, Site(), at("2026-12-25T23:00"))
    assert not is_open(schedule, Site(), at("2026-12-26T02:00"))
    assert is_open(schedule, Site(), at("2026-12-26T22:00"))


def test_february_29th_may_be_excepted_every_year_that_has_one() -> None:
    leap_day = ExceptionDay(2, 29)
    assert leap_day.is_on(date(2028, 2, 29))
    assert not leap_day.is_on(date(2026, 3, 1))
    assert ExceptionDay(2, 29, 2028).is_on(date(2028, 2, 29))


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Window(-1, 60), "0 to 1439 of the day, not -1"),
        (lambda: Window(1_440, 60), "0 to 1439 of the day, not 1440"),
        (lambda: Window(0, -1), "0 to 1440 of the day, not -1"),
        (lambda: Window(0, 1_441), "0 to 1440 of the day, not 1441"),
        (lambda: Window(60, 60), "^a window that starts and ends at the same minute: .* 1440$"),
        (lambda: WeeklyWindow(-1, Window(0, 1)), "0 \\(Monday\\) to 6 \\(Sunday\\), not -1"),
        (lambda: WeeklyWindow(7, Window(0, 1)), "0 \\(Monday\\) to 6 \\(Sunday\\), not 7"),
        (lambda: ExceptionDay(2, 30), "no day 30 of month 2 \\(every year\\)"),
        (lambda: ExceptionDay(2, 29, 2026), "no day 29 of month 2 \\(2026\\)"),
        (lambda: ExceptionDay(13, 1), "no day 1 of month 13"),
        (lambda: ExceptionDay(1, 1, 0), "no day 1 of month 1 \\(0\\)"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(make: object, text: str) -> None:
    with pytest.raises(HoursError, match=text):
        make()  # type: ignore[operator]


def test_the_ends_of_what_a_window_may_be() -> None:
    assert (Window(0, 1_440).end_minute, Window(1_439, 0).start_minute) == (1_440, 1_439)
    assert (WeeklyWindow(0, Window(0, 1)).weekday, WeeklyWindow(6, Window(0, 1)).weekday) == (0, 6)
