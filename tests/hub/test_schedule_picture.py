"""The picture of a schedule: right to the minute, whatever clocks do on the day."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.calendar import Calendar, instant_of, zone_of
from contract.hours import ExceptionDay, Schedule, Site, WeeklyWindow, Window, is_open
from hub.fleet.picture import DayShown, Piece, PieceKind, days_shown

OPEN, SKIPPED, TWICE = PieceKind.OPEN, PieceKind.SKIPPED, PieceKind.TWICE
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"]
DAYS = [
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 11, 1),
    date(2027, 3, 14),
    date(2026, 4, 5),
    date(2018, 11, 4),
    date(2018, 2, 17),
    date(2011, 12, 30),
    date(2026, 7, 1),
]


def daily(*windows: tuple[int, int]) -> Schedule:
    return Schedule(tuple(WeeklyWindow(day, Window(*window)) for day in range(7) for window in windows))


def shown(zone: str, day: date, *windows: tuple[int, int]) -> DayShown:
    [only] = days_shown(daily(*windows), Site(Calendar(zone)), day, 1)
    return only


def test_a_usual_day() -> None:
    day = shown("Europe/Berlin", date(2026, 11, 23), (480, 1_080), (1_200, 120))
    assert day.windows == (Window(480, 1_080), Window(1_200, 120))
    assert day.pieces == (Piece(OPEN, 0, 120), Piece(OPEN, 480, 1_080), Piece(OPEN, 1_200, 1_440))
    assert day.length == timedelta(hours=24)
    assert shown("UTC", date(2026, 11, 23), (0, 1_440)).pieces == (Piece(OPEN, 0, 1_440),)
    assert shown("UTC", date(2026, 11, 23)).pieces == ()


def test_a_day_of_23_hours_has_a_piece_that_is_skipped() -> None:
    day = shown("Europe/Berlin", date(2026, 3, 29), (60, 240))
    assert day.pieces == (Piece(OPEN, 60, 120), Piece(OPEN, 180, 240), Piece(SKIPPED, 120, 180))
    assert day.length == timedelta(hours=23)
    within = shown("Europe/Berlin", date(2026, 3, 29), (130, 170))
    assert within.pieces == (Piece(SKIPPED, 120, 180),)


def test_a_day_of_25_hours_has_a_piece_that_comes_twice() -> None:
    day = shown("Europe/Berlin", date(2026, 10, 25), (60, 150))
    # Open until the later 2:30, and so through the whole of the first 2:00 to 3:00.
    assert day.pieces == (Piece(OPEN, 60, 180), Piece(TWICE, 120, 180))
    assert day.length == timedelta(hours=25)


def test_half_an_hour_a_midnight_and_a_day_that_is_left_out() -> None:
    howe = shown("Australia/Lord_Howe", date(2026, 4, 5), (0, 1_440))
    assert (howe.length, howe.pieces[-1]) == (timedelta(hours=24.5), Piece(TWICE, 90, 120))
    forward = shown("America/Sao_Paulo", date(2018, 11, 4), (0, 120))
    assert forward.pieces == (Piece(OPEN, 60, 120), Piece(SKIPPED, 0, 60))
    back = shown("America/Sao_Paulo", date(2018, 2, 17), (1_320, 1_440))
    assert (back.length, back.pieces[-1]) == (timedelta(hours=25), Piece(TWICE, 1_380, 1_440))
    assert (shown("Pacific/Apia", date(2011, 12, 30), (0, 1_440)).length) == timedelta(0)


def test_days_follow_each_other_and_exceptions_hold() -> None:
    closed = ExceptionDay(11, 24, None)
    schedule = Schedule(daily((480, 1_080)).weekly, (closed,))
    days = days_shown(schedule, Site(Calendar("UTC")), date(2026, 11, 23), 14)
    assert [each.day for each in days] == [date(2026, 11, 23) + timedelta(days=number) for number in range(14)]
    assert [bool(each.pieces) for each in days] == [True, False] + [True] * 12


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.sampled_from(DAYS),
    st.lists(
        st.tuples(st.integers(0, 95), st.integers(0, 96)).filter(lambda pair: pair[0] != pair[1]), max_size=3
    ),
    st.integers(0, 25 * 60 - 1),
)
def test_what_is_drawn_is_what_is_open(
    name: str, day: date, quarters: list[tuple[int, int]], elapsed_minutes: int
) -> None:
    """Any minute of the day stands in an open piece if the contract calls one of its instants open."""
    schedule, site, zone = daily(*((a * 15, b * 15) for a, b in quarters)), Site(Calendar(name)), zone_of(name)
    [drawn] = days_shown(schedule, site, day, 1)
    midnight = datetime.combine(day, datetime.min.time())
    at = instant_of(midnight, zone) + timedelta(minutes=elapsed_minutes)
    if timedelta(minutes=elapsed_minutes) >= drawn.length:
        return
    minute = (at.astimezone(zone).replace(tzinfo=None) - midnight) // timedelta(minutes=1)
    pieces = [piece for piece in drawn.pieces if piece.start_minute <= minute < piece.end_minute]
    kinds = {piece.kind for piece in pieces}
    assert SKIPPED not in kinds
    if TWICE not in kinds:
        assert (OPEN in kinds) is is_open(schedule, site, at)
    elif is_open(schedule, site, at):
        assert OPEN in kinds


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_days_is_drawn(zone: str) -> None:
    days = days_shown(daily((1_320, 240)), Site(Calendar(zone)), date(2026, 1, 1), 365)
    assert all(0 <= p.start_minute < p.end_minute <= 1_440 for each in days for p in each.pieces)
    assert sum((each.length for each in days), timedelta()) == timedelta(days=365)
