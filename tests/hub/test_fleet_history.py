"""What an edge's last days say, hour by hour, and what histograms of scans do."""

import pytest

from hub.watch.history import Slot, history_of
from hub.watch.latency import bound_text, bucket_of, latency_of
from tests.hub.telemetries import scans


def test_of_an_hour_the_highest_is_shown() -> None:
    slots = [
        Slot(1_200, scans(up_to_5=1), 3, None),
        Slot(1_201, scans(up_to_5=1, up_to_50=1), 8, 40.0),
        Slot(1_212, scans(), 0, 20.0),
    ]
    history = history_of(slots, first_hour=100)
    assert [(bucket.bound, bucket.count, bucket.share) for bucket in history.buckets][2:] == [
        ("≤ 5 ms", 2, 100),
        ("≤ 10 ms", 0, 0),
        ("≤ 20 ms", 0, 0),
        ("≤ 50 ms", 1, 50),
    ]
    assert [(column.x, column.height) for column in history.queue.columns] == [(0, 40.0), (1, 0.0)]
    assert [(column.x, column.height) for column in history.temperature.columns] == [(0, 40.0), (1, 20.0)]
    assert (history.queue.highest, history.temperature.highest, history.latency.scans) == (8, 40.0, 3)


def test_a_week_without_anything() -> None:
    history = history_of([], first_hour=100)
    assert (history.buckets, history.queue.highest, history.temperature.columns) == ([], None, [])


# What a histogram says


@pytest.mark.parametrize(
    ("counts", "share", "text"),
    [
        (scans(), 0.5, "-"),
        (scans(up_to_1=1), 0.99, "≤ 1 ms"),
        (scans(up_to_1=99, up_to_50=1), 0.99, "≤ 1 ms"),
        (scans(up_to_1=98, up_to_50=2), 0.99, "≤ 50 ms"),
        (scans(up_to_1=1, up_to_1000=1), 1.0, "≤ 1 s"),
        (scans(slower=1), 0.5, "> 1 s"),
    ],
)
def test_bounds_that_a_share_stays_within(counts: list[int], share: float, text: str) -> None:
    assert bound_text(bucket_of(counts, share)) == text


def test_the_picture_has_a_bar_for_each_slot_with_scans() -> None:
    slots = {100: scans(up_to_1=1), 101: scans(), 103: scans(slower=2)}
    latency = latency_of(slots, first=100)
    assert [(bar.x, bar.height, bar.y, bar.slow) for bar in latency.bars] == [(0, 2, 18, False), (3, 20, 0, True)]
    assert (latency.scans, latency.p50, latency.slow) == (3, "> 1 s", True)
