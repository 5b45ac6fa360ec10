"""What histograms of scans say: the bound that half, or 99 of 100, stay within; and how that was lately. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from contract.orders import LATENCY_BOUNDS_MS

BUCKETS: Final = len(LATENCY_BOUNDS_MS) + 1
SLOW_MS: Final = 100
"""Above that a door feels slow."""
_HEIGHT_MIN: Final = 2
_HEIGHT: Final = 20


class Bar(NamedTuple):
    """One slot of the picture, in a box BARS_WIDE by BAR_HEIGHT."""

    x: int
    y: int
    height: int
    slow: bool


class Latency(NamedTuple):
    """`scans` in all; "≤ 5 ms" is the bound that the share stays within; `bars` one of each slot with scans."""

    scans: int
    p50: str
    p99: str
    slow: bool
    bars: list[Bar]


def bucket_of(counts: Sequence[int], share: float) -> int | None:
    """The bucket within which `share` (above 0, up to 1) of all scans stay; None: there are none."""
    wanted, seen = sum(counts) * share, 0
    for bucket, count in enumerate(counts):
        seen += count
        if count and seen >= wanted:
            return bucket
    return None


def bound_text(bucket: int | None) -> str:
    if bucket is None:
        return "-"
    if bucket == len(LATENCY_BOUNDS_MS):
        return f"> {_ms(LATENCY_BOUNDS_MS[-1])}"
    return f"≤ {_ms(LATENCY_BOUNDS_MS[bucket])}"


def latency_of(slots: Mapping[int, Sequence[int]], first: int) -> Latency:
    """`slots` are histograms by slot; the picture begins at the slot `first`."""
    counts = summed(slots.values())
    p50, p99 = bucket_of(counts, 0.5), bucket_of(counts, 0.99)
    bars = [_bar(number - first, bucket_of(each, 0.99)) for number, each in sorted(slots.items()) if any(each)]
    return Latency(sum(counts), bound_text(p50), bound_text(p99), _is_slow(p99), bars)


def summed(histograms: Iterable[Sequence[int]]) -> list[int]:
    return [sum(counts) for counts in zip([0] * BUCKETS, *histograms, strict=True)]


def _bar(x: int, bucket: int | None) -> Bar:
    height = _HEIGHT_MIN + (_HEIGHT - _HEIGHT_MIN) * (bucket or 0) // (BUCKETS - 1)
    return Bar(x, _HEIGHT - height, height, _is_slow(bucket))


def _is_slow(bucket: int | None) -> bool:
    return bucket is not None and (bucket == BUCKETS - 1 or LATENCY_BOUNDS_MS[bucket] > SLOW_MS)


def _ms(bound_ms: int) -> str:
    return f"{bound_ms // 1_000} s" if bound_ms >= 1_000 else f"{bound_ms} ms"
