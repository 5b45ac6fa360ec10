"""What happened since the edge's start, in numbers: each event of its log by name, and how long scans took.

Pure, and small enough for the way of a scan: two lookups and two increments. Names are the log's own, so that what
is counted can be read there one by one. Knows nothing of who asks.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Final, NamedTuple

from contract.orders import COUNTERS_MAX, LATENCY_BOUNDS_MS

OTHER: Final = "other"
"""Events whose names found no room."""
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {"scan": ("outcome",), "dropped": ("what", "why")}
"""The fields that are words of a counter's name: scan.granted, dropped.page.bad_signature."""
_WORD: Final = re.compile(r"[a-z0-9_]{1,24}")


class Tallied(NamedTuple):
    """`latency_ms` counts in contract.orders.LATENCY_BOUNDS_MS and one more; `latency_sum_ms` is their sum."""

    counters: dict[str, int]
    latency_ms: list[int]
    latency_sum_ms: float


class Tally:
    def __init__(self) -> None:
        self._counters: dict[str, int] = {}
        self._latency_ms = [0] * (len(LATENCY_BOUNDS_MS) + 1)
        self._latency_sum_ms = 0.0

    def note(self, event: str, fields: Mapping[str, object]) -> None:
        """An event of the log. Where it stands for several, `count` says for how many."""
        name = _name(event, fields)
        if name not in self._counters and len(self._counters) >= COUNTERS_MAX - 1:
            name = OTHER
        count = fields.get("count") if event in ("dropped", "lost", "log_lines_lost") else None
        self._counters[name] = self._counters.get(name, 0) + (count if isinstance(count, int) else 1)
        latency_ms = fields.get("latency_ms")
        if event == "scan" and isinstance(latency_ms, float):
            self._latency_ms[bisect_left(LATENCY_BOUNDS_MS, latency_ms)] += 1
            self._latency_sum_ms += latency_ms

    def as_it_stands(self) -> Tallied:
        return Tallied(dict(self._counters), list(self._latency_ms), self._latency_sum_ms)


def _name(event: str, fields: Mapping[str, object]) -> str:
    words = [fields.get(field) for field in _WORDS.get(event, ())]
    # Some reasons are sentences: those are for the log alone.
    return ".".join([event, *(word for word in words if isinstance(word, str) and _WORD.fullmatch(word))])[:64]
