"""What is counted: events by name, scans by outcome and by how long they took, and never without bounds."""

import pytest

from contract.orders import COUNTERS_MAX, LATENCY_BOUNDS_MS
from edge.core.tally import OTHER, Tally


def tally(*events: tuple[str, dict[str, object]]) -> Tally:
    counted = Tally()
    for event, fields in events:
        counted.note(event, fields)
    return counted


def test_events_are_counted_by_their_name() -> None:
    counted = tally(("lost", {}), ("lost", {"why": "full"}), ("voided", {}))
    assert counted.as_it_stands().counters == {"lost": 2, "voided": 1}


def test_scans_are_counted_by_outcome_and_drops_by_what_and_why() -> None:
    counted = tally(
        ("scan", {"outcome": "granted", "latency_ms": 1.5}),
        ("scan", {"outcome": "denied", "latency_ms": 0.2}),
        ("dropped", {"what": "page", "why": "bad_signature", "count": 3}),
        ("dropped", {"what": "ack", "why": "of another journal", "count": 1}),
        ("dropped", {"what": "ack", "why": None}),
        ("guessing", {"count": 9}),
    )
    assert counted.as_it_stands().counters == {
        "scan.granted": 1,
        "scan.denied": 1,
        "dropped.page.bad_signature": 3,
        "dropped.ack": 2,
        "guessing": 1,
    }


@pytest.mark.parametrize(
    ("latency_ms", "bucket"),
    [(0.0, 0), (1.0, 0), (1.001, 1), (2.0, 1), (20.0, 4), (999.0, 9), (1_000.0, 9), (1_000.1, 10), (60_000.0, 10)],
)
def test_a_bound_is_its_buckets_own(latency_ms: float, bucket: int) -> None:
    counted = tally(("scan", {"outcome": "granted", "latency_ms": latency_ms})).as_it_stands()
    assert counted.latency_ms == [int(each == bucket) for each in range(len(LATENCY_BOUNDS_MS) + 1)]
    assert counted.latency_sum_ms == latency_ms


def test_only_scans_take_time() -> None:
    assert sum(tally(("scan", {}), ("other", {"latency_ms": 1.0})).as_it_stands().latency_ms) == 0


def test_names_have_an_end() -> None:
    counted = tally(*((f"event_{number}", {}) for number in range(COUNTERS_MAX + 5)), ("event_0", {}))
    counters = counted.as_it_stands().counters
    assert len(counters) == COUNTERS_MAX
    assert counters[OTHER] == 6
    assert counters["event_0"] == 2
    assert all(len(name) <= 64 for name in tally(("e" * 99, {})).as_it_stands().counters)


def test_what_is_given_out_changes_no_more() -> None:
    counted = tally(("lost", {}))
    before = counted.as_it_stands()
    counted.note("lost", {})
    assert before.counters == {"lost": 1}
