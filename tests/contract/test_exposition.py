"""Prometheus's text format: what is written is read again by the format's own rules."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.exposition import (
    ExpositionError,
    Metric,
    Sample,
    counter,
    exposition,
    gauge,
    histogram,
    measured,
)

# A line, as the format's page has it: name, labels in braces, a value. No timestamps are written.
_LINE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\.)*",?)*)\})? (\S+)')
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\.)*)"')
_UNESCAPED = {r"\\": "\\", r"\n": "\n", r"\"": '"'}

Read = tuple[str, dict[str, str], float]


def read_samples(text: str) -> list[Read]:
    """All samples of an exposition, escapes undone."""
    assert text == "" or text.endswith("\n")
    samples = []
    for line in text.split("\n")[:-1]:
        if not line.startswith("# "):
            found = _LINE.fullmatch(line)
            assert found, line
            labels = {
                name: re.sub(r"\\.", lambda escape: _UNESCAPED[escape.group()], value)
                for name, value in _LABEL.findall(found.group(2) or "")
            }
            samples.append((found.group(1), labels, float(found.group(3))))
    return samples


def test_the_text_of_each_type() -> None:
    text = exposition(
        [
            counter("doors_total", "Doors that\nopen \\ close.", [Sample(3, {"door": 'a"b\\c\nd'}), Sample(0.5)]),
            measured("degrees", "How hot.", 48.25),
            measured("unknown", "Nobody tells.", None),
            histogram("wait_seconds", "How long.", (0.001, 1), (2, 0, 1), 7.5),
        ]
    )
    assert text == (
        "# HELP doors_total Doors that\\nopen \\\\ close.\n"
        "# TYPE doors_total counter\n"
        'doors_total{door="a\\"b\\\\c\\nd"} 3\n'
        "doors_total 0.5\n"
        "# HELP degrees How hot.\n"
        "# TYPE degrees gauge\n"
        "degrees 48.25\n"
        "# HELP wait_seconds How long.\n"
        "# TYPE wait_seconds histogram\n"
        'wait_seconds_bucket{le="0.001"} 2\n'
        'wait_seconds_bucket{le="1"} 2\n'
        'wait_seconds_bucket{le="+Inf"} 3\n'
        "wait_seconds_sum 7.5\n"
        "wait_seconds_count 3\n"
    )


def test_nothing_is_an_empty_text() -> None:
    assert exposition([]) == ""


@pytest.mark.parametrize(
    ("value", "text"), [(math.inf, "+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN"), (1e300, str(int(1e300)))]
)
def test_numbers_that_are_none_have_their_words(value: float, text: str) -> None:
    assert exposition([measured("x", "y", value)]).splitlines()[-1] == f"x {text}"


@given(
    st.dictionaries(st.from_regex(r"[a-zA-Z_][a-zA-Z0-9_]*", fullmatch=True), st.text(), max_size=3),
    st.floats(allow_nan=False),
)
def test_any_label_and_number_come_back(labels: dict[str, str], value: float) -> None:
    assert read_samples(exposition([gauge("x", "y", [Sample(value, labels)])])) == [("x", labels, value)]


@pytest.mark.parametrize(
    "metrics",
    [
        [measured("a-b", "", 1)],
        [measured("", "", 1)],
        [measured("a", "", 1), measured("a", "", 2)],
        [gauge("a", "", [Sample(1, {"a b": "c"})])],
        [gauge("a", "", [Sample(1, {"le:": "c"})])],
    ],
)
def test_names_that_the_format_does_not_have_are_faults(metrics: list[Metric]) -> None:
    with pytest.raises(ExpositionError):
        exposition(metrics)


def test_a_histogram_has_one_bucket_more_than_bounds() -> None:
    with pytest.raises(ValueError, match="zip"):
        histogram("x", "y", (1, 2), (1, 2), 3)
