"""Hours as text: what is written is read back, and what is no hours is refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.hours import Window
from hub.fleet import hours_text
from hub.fleet.hours_text import HoursTextError


def windows() -> st.SearchStrategy[Window]:
    starts, ends = st.integers(0, 1_439), st.integers(0, 1_440)
    return st.tuples(starts, ends).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: Window(*pair))


@given(st.lists(windows(), max_size=5).map(tuple))
def test_what_is_written_is_read_back(day: tuple[Window, ...]) -> None:
    assert hours_text.parse(hours_text.encode(day)) == day


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("08:00-18:00, 20:00-02:00", "08:00-18:00, 20:00-02:00"),
        ("8:00 - 18:00;20:00–2:00", "08:00-18:00, 20:00-02:00"),  # noqa: RUF001
        ("00:00-24:00", "00:00-24:00"),
        ("8-18", "08:00-18:00"),
        ("0-24", "00:00-24:00"),
        ("8 - 12:30, 14-2", "08:00-12:30, 14:00-02:00"),
        ("22:00-00:00", "22:00-00:00"),
        ("Closed", "closed"),
        ("", "closed"),
        ("  ", "closed"),
    ],
)
def test_what_people_write(text: str, stored: str) -> None:
    assert hours_text.encode(hours_text.parse(text)) == stored


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("26:00-27:00", "26:00 is no time of day: write 00:00 to 24:00."),
        ("08:00-24:01", "24:01 is no time of day"),
        ("08:60-09:00", "08:60 is no time of day"),
        ("24:00-02:00", "24:00 is an end only"),
        ("08:00-08:00", "“08:00-08:00” begins and ends at the same time. The whole day is 00:00-24:00."),
        ("25-26", "25:00 is no time of day"),
        ("from 8 to 6", "“from 8 to 6” is no opening"),
        ("08:00-18:00, ", "“” is no opening"),
        ("closed, 08:00-18:00", "“closed” is no opening"),
    ],
)
def test_what_is_no_hours_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(HoursTextError, match=said.replace(".", r"\.")):
        hours_text.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "18:00-08:00, 19:00-20:00",
        "19:00-20:00, 18:00-08:00",
        "08:00-12:00, 11:59-18:00",
        "08:00-18:00, 08:00-18:00",
        "22:00-00:00, 23:00-24:00",
        "08:00-18:00, 09:00-10:00, 20:00-21:00",
    ],
)
def test_openings_of_one_day_that_overlap_are_refused(text: str) -> None:
    with pytest.raises(HoursTextError, match="overlap: write them as one opening"):
        hours_text.check_apart(hours_text.parse(text))


@pytest.mark.parametrize("text", ["08:00-12:00, 12:00-18:00", "20:00-02:00, 01:00-03:00", "22:00-00:00", "closed"])
def test_openings_of_one_day_that_lie_apart(text: str) -> None:
    hours_text.check_apart(hours_text.parse(text))
