"""Guessing at one reader: when it begins, how long its pauses are, when it is over and what is told of it."""

import pytest

from edge.core.guessing import PAUSE_MAX_S, QUIET_S, TELL_EVERY_S, UNKNOWN_MAX, WINDOW_S, Guessing

BEGIN_S = 1_000.0


def guessed(times: int, at_s: float = BEGIN_S) -> Guessing:
    guessing = Guessing()
    for _ in range(times):
        guessing.unknown(at_s)
    return guessing


@pytest.mark.parametrize("times", range(UNKNOWN_MAX + 1))
def test_a_few_unknown_codes_are_a_mistake(times: int) -> None:
    guessing = guessed(times)
    assert not guessing.goes_on
    assert guessing.count == 0
    assert guessing.pause_s(BEGIN_S) == 0
    assert guessing.quiet_in_s(BEGIN_S) == 0
    assert not guessing.is_to_be_told(BEGIN_S)


def test_the_sixth_within_a_minute_begins_it() -> None:
    guessing = guessed(UNKNOWN_MAX)
    guessing.unknown(BEGIN_S + WINDOW_S)
    assert guessing.goes_on
    assert guessing.count == UNKNOWN_MAX + 1
    assert guessing.pause_s(BEGIN_S + WINDOW_S) == 0.5


def test_the_sixth_after_a_minute_does_not() -> None:
    guessing = guessed(UNKNOWN_MAX)
    guessing.unknown(BEGIN_S + WINDOW_S + 0.001)
    assert not guessing.goes_on


def test_the_minute_moves_on() -> None:
    guessing = Guessing()
    for number in range(100):
        guessing.unknown(BEGIN_S + 13 * number)
        assert not guessing.goes_on
    for number in range(2):
        guessing.unknown(BEGIN_S + 13 * 99 + number)
    assert guessing.goes_on


def test_pauses_double_up_to_the_longest() -> None:
    guessing = guessed(UNKNOWN_MAX)
    pauses = []
    for number in range(7):
        at_s = BEGIN_S + 10 * number
        guessing.unknown(at_s)
        pauses.append(guessing.pause_s(at_s))
    assert pauses == [0.5, 1, 2, 4, 8, 8, 8]
    assert max(pauses) == PAUSE_MAX_S


def test_a_pause_runs_out_and_guessing_goes_on() -> None:
    guessing = guessed(UNKNOWN_MAX + 1)
    assert guessing.pause_s(BEGIN_S + 0.2) == pytest.approx(0.3)
    assert guessing.pause_s(BEGIN_S + 0.5) == 0
    assert guessing.pause_s(BEGIN_S + 9) == 0
    assert guessing.goes_on


def test_while_it_goes_on_one_unknown_code_is_enough_for_a_pause() -> None:
    guessing = guessed(UNKNOWN_MAX + 1)
    later_s = BEGIN_S + QUIET_S - 1
    guessing.unknown(later_s)
    assert guessing.pause_s(later_s) == 1.0
    assert guessing.quiet_in_s(later_s) == QUIET_S


def test_five_minutes_without_one_and_it_is_over() -> None:
    guessing = guessed(UNKNOWN_MAX + 3)
    assert guessing.quiet_in_s(BEGIN_S + 100) == QUIET_S - 100
    assert guessing.quiet_in_s(BEGIN_S + QUIET_S) == 0
    assert guessing.quiet_in_s(BEGIN_S + QUIET_S + 1) == 0
    guessing.end()
    assert not guessing.goes_on
    for _ in range(UNKNOWN_MAX):
        guessing.unknown(BEGIN_S + QUIET_S + 2)
    assert not guessing.goes_on
    guessing.unknown(BEGIN_S + QUIET_S + 2)
    assert guessing.pause_s(BEGIN_S + QUIET_S + 2) == 0.5
    assert guessing.is_to_be_told(BEGIN_S + QUIET_S + 2)


def test_what_is_turned_away_counts_and_neither_pauses_nor_lasts() -> None:
    guessing = guessed(UNKNOWN_MAX + 1)
    guessing.turned_away()
    assert guessing.count == UNKNOWN_MAX + 2
    assert guessing.pause_s(BEGIN_S) == 0.5
    quiet = Guessing()
    quiet.turned_away()
    assert not quiet.goes_on


def test_it_is_told_as_it_begins_and_then_once_a_minute() -> None:
    guessing = guessed(UNKNOWN_MAX + 1)
    told = [at_s for at_s in range(0, 200, 20) if guessing.is_to_be_told(BEGIN_S + at_s)]
    assert told == [0, 60, 120, 180]
    assert TELL_EVERY_S == 60
