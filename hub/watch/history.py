"""An edge in its last seven days, by the hour: how long scans took, what waited, how warm it was. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from hub.watch.latency import BUCKETS, Latency, bound_text, latency_of, summed
from hub.watch.models import SLOT_SECONDS

HOURS: Final = 7 * 24
SLOTS_AN_HOUR: Final = 3_600 // SLOT_SECONDS
HEIGHT: Final = 40


class Slot(NamedTuple):
    """As models.TelemetrySlot."""

    slot: int
    latency_ms: Sequence[int]
    queue: int
    temperature_c: float | None


class Column(NamedTuple):
    """`x` is the hour, 0 the first of them; `y` and `height` in a box HEIGHT high."""

    x: int
    y: float
    height: float


class Picture(NamedTuple):
    """The highest value of each hour; `highest` of all, None where nothing is known."""

    columns: list[Column]
    highest: float | None


class Bucket(NamedTuple):
    """`share` is of the fullest bucket, in percent."""

    bound: str
    count: int
    share: int


class History(NamedTuple):
    latency: Latency
    buckets: list[Bucket]
    queue: Picture
    temperature: Picture


def history_of(slots: Iterable[Slot], first_hour: int) -> History:
    """`first_hour` in Unix time, in hours."""
    slots = list(slots)
    histograms: defaultdict[int, list[Sequence[int]]] = defaultdict(list)
    queues: dict[int, float] = {}
    warmth: dict[int, float] = {}
    for each in slots:
        hour = each.slot // SLOTS_AN_HOUR
        histograms[hour].append(each.latency_ms)
        queues[hour] = max(each.queue, queues.get(hour, 0))
        if each.temperature_c is not None:
            warmth[hour] = max(each.temperature_c, warmth.get(hour, each.temperature_c))
    by_hour = {hour: summed(each) for hour, each in histograms.items()}
    return History(
        latency=latency_of(by_hour, first_hour),
        buckets=_buckets(summed(by_hour.values())),
        queue=_picture(queues, first_hour),
        temperature=_picture(warmth, first_hour),
    )


def _picture(values: Mapping[int, float], first_hour: int) -> Picture:
    highest = max(values.values(), default=None)
    columns = []
    for hour, value in sorted(values.items()):
        height = round(HEIGHT * max(0.0, value) / highest, 1) if highest and highest > 0 else 0.0
        columns.append(Column(hour - first_hour, HEIGHT - height, height))
    return Picture(columns, highest)


def _buckets(counts: Sequence[int]) -> list[Bucket]:
    """Up to the last that holds any."""
    fullest = max(counts)
    last = max((number for number in range(BUCKETS) if counts[number]), default=-1)
    return [
        Bucket(bound_text(number), counts[number], 100 * counts[number] // fullest) for number in range(last + 1)
    ]
