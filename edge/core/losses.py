"""Rows that could not be kept, until the journal can say so: how many, between which instants, and why. Pure.

Doors go on deciding while a disk is full or a journal is damaged. What is counted here is in memory alone: it is
gone with the process, and the log has told each.
"""

from collections.abc import Callable
from dataclasses import dataclass

from contract.messages import Lost


@dataclass(frozen=True, slots=True)
class Damage:
    """What became of a journal that was damaged: the name it was set aside under, how many rows were saved into a
    new one, and how many that the hub had not acked were `lost`; None: nobody knows. The new one tells of them."""

    set_aside: str
    kept: int
    lost: int | None


@dataclass(slots=True)
class _Span:
    from_us: int
    upto_us: int
    count: int


class Losses:
    def __init__(self) -> None:
        self._spans: dict[str, _Span] = {}

    def note(self, why: str, at_us: int) -> None:
        """One row of `at_us` could not be kept."""
        span = self._spans.get(why)
        if span is None:
            self._spans[why] = _Span(at_us, at_us, 1)
            return
        span.from_us, span.upto_us = min(span.from_us, at_us), max(span.upto_us, at_us)
        span.count += 1

    def first(self, new_id: Callable[[], bytes]) -> Lost | None:
        """The row that tells of what was counted first; None: there is nothing to tell."""
        for why, span in self._spans.items():
            return Lost(lost=new_id(), from_us=span.from_us, upto_us=span.upto_us, count=span.count, why=why)
        return None

    def told(self, lost: Lost) -> None:
        """It stands in the journal. What was counted meanwhile is told apart."""
        span = self._spans.pop(lost.why)
        if span.count > lost.count:
            self._spans[lost.why] = _Span(lost.upto_us, span.upto_us, span.count - lost.count)
