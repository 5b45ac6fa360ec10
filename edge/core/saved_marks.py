"""How far everybody has come, kept for the next process: high-water marks, and this edge's starts. Pure."""

from typing import Annotated

from msgspec import Meta, Struct

from contract.high_water import HighWater, Mark, Reached

Count = Annotated[int, Meta(ge=0, le=2**53)]


class SavedMark(Struct, array_like=True, frozen=True):
    sender: str
    kind: str
    epoch: Count
    n: Count


class SavedMarks(Struct, frozen=True, kw_only=True):
    """marks.json. `start` rises with each start of this edge (edge/marks.py)."""

    start: Count
    marks: list[SavedMark] = []


def saved(start: int, marks: HighWater) -> SavedMarks:
    """To be written."""
    reached = [SavedMark(each.sender, each.kind, *each.mark) for each in marks.reached()]
    return SavedMarks(start=start, marks=reached)


def recalled(kept: SavedMarks) -> HighWater:
    """The marks that were written."""
    return HighWater.of(Reached(each.sender, each.kind, Mark(each.epoch, each.n)) for each in kept.marks)
