"""What the edge's trust in time and data is made from, as it is kept for the next process. Pure.

A boot has an id, and its elapsed time begins at 0: only in the same boot can it be said what has passed since. Of
an earlier boot the floor alone is of use: it had been reached before this boot began.
"""

from typing import Annotated

from msgspec import Meta, Struct

from contract.instants import InstantUs, from_us, to_us
from edge.core.clock_trust import NO_MARKS, ClockMarks, Mark

Elapsed = Annotated[float, Meta(ge=0, le=1e10)]
SavedMark = tuple[InstantUs, Elapsed]


class SavedTrust(Struct, frozen=True, kw_only=True):
    """As written at `saved_s` of the boot `boot`; None: the machine tells no boot's id."""

    boot: Annotated[str, Meta(max_length=64)] | None
    saved_s: Elapsed
    floor: SavedMark | None = None
    hub: SavedMark | None = None
    synced: SavedMark | None = None
    whole_s: Elapsed | None = None


def saved(marks: ClockMarks, whole_s: float | None, boot: str | None, at_s: float) -> SavedTrust:
    """To be written at `at_s` of this boot."""
    return SavedTrust(
        boot=boot,
        saved_s=at_s,
        floor=_saved_mark(marks.floor),
        hub=_saved_mark(marks.hub),
        synced=_saved_mark(marks.synced),
        whole_s=whole_s,
    )


def recalled(trust: SavedTrust | None, boot: str | None, at_s: float) -> tuple[ClockMarks, float | None]:
    """The marks that hold at `at_s` of this boot, and when the replica was whole if that is in this boot."""
    if trust is None:
        return NO_MARKS, None
    floor = _mark(trust.floor)
    if boot is not None and boot == trust.boot and trust.saved_s <= at_s:
        return ClockMarks(floor, _mark(trust.hub), _mark(trust.synced)), trust.whole_s
    return ClockMarks(None if floor is None else Mark(floor.carried_to(trust.saved_s), 0.0)), None


def _saved_mark(mark: Mark | None) -> SavedMark | None:
    return None if mark is None else (to_us(mark.at), mark.at_s)


def _mark(saved_mark: SavedMark | None) -> Mark | None:
    return None if saved_mark is None else Mark(from_us(saved_mark[0]), saved_mark[1])
