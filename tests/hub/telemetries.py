"""What an edge tells each minute, for the tests: each above the last, but for what is changed."""

from itertools import count
from typing import Any

from contract.instants import to_us
from contract.orders import LATENCY_BOUNDS_MS, Telemetry
from tests.hub.scans import AT

_SAID = count(1)
BUCKETS = len(LATENCY_BOUNDS_MS) + 1


def scans(**by_bound: int) -> list[int]:
    """Counts by bound in ms, as in up_to_5=3; `slower` are above all bounds."""
    counts = [0] * BUCKETS
    for name, number in by_bound.items():
        counts[-1 if name == "slower" else LATENCY_BOUNDS_MS.index(int(name.removeprefix("up_to_")))] = number
    return counts


def telemetry(**changed: Any) -> Telemetry:
    fields: dict[str, Any] = {
        "start": 1,
        "n": next(_SAID),
        "at_us": to_us(AT),
        "uptime_s": 60.0,
        "queue": 0,
        "latency_ms": scans(up_to_5=3),
        "counters": {"scan.granted": 3},
        "temperature_c": 48.2,
        "disk_free_bytes": 20_000_000_000,
        "disk_free_share": 0.7,
        "memory_bytes": 40_000_000,
        "load": 0.2,
    }
    return Telemetry(**(fields | changed))
