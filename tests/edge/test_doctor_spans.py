"""Spans are told in a unit that says something."""

import pytest

from edge.doctor.spans import span

DAY_S = 86_400


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (119.4, "119 s"),
        (120, "2 minutes"),
        (7_199, "120 minutes"),
        (7_200, "2 hours"),
        (2 * DAY_S - 1, "48 hours"),
        (2 * DAY_S, "2 days"),
        (700 * DAY_S, "700 days"),
        (1_577_818_538, "50 years"),
    ],
)
def test_a_span_is_told_in_the_largest_unit_of_which_there_are_two(seconds: float, told: str) -> None:
    assert span(seconds) == told
