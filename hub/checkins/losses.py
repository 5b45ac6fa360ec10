"""What an edge made and the hub will never see: rows that its journal no longer holds, and rows it could not keep.

Each is recorded once, so that what is missing is known to be missing. Writes inside the caller's transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from contract.instants import from_us
from contract.messages import Lost
from hub.checkins.models import LostRange
from hub.checkins.statements import JournalKey

LEFT_THE_JOURNAL = "left_the_journal"


@dataclass(frozen=True, slots=True)
class Gap:
    """Rows of a journal, from `first` to `last`, that it had once and holds no more."""

    key: JournalKey
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class LostArrival:
    """A row of a journal that tells of others, which could not be kept."""

    key: JournalKey
    lost: Lost


def record(gaps: Iterable[Gap], told: Iterable[LostArrival], noticed_at: datetime) -> int:
    """How many rows are lost by all of this; those that nobody counted are one."""
    arrived = {each.lost.lost: each for each in told}
    standing = LostRange.objects.filter(lost_id__in=arrived) if arrived else ()
    for known in standing:
        del arrived[bytes(known.lost_id)]
    ranges = [_of_gap(each, noticed_at) for each in gaps]
    ranges += [_of_told(each, noticed_at) for each in arrived.values()]
    LostRange.objects.bulk_create(ranges, ignore_conflicts=True)
    return sum(each.count or 1 for each in ranges)


def _of_gap(gap: Gap, noticed_at: datetime) -> LostRange:
    edge_id, journal = gap.key
    return LostRange(
        edge_id=edge_id,
        journal=journal,
        first=gap.first,
        last=gap.last,
        count=gap.last - gap.first + 1,
        why=LEFT_THE_JOURNAL,
        noticed_at=noticed_at,
    )


def _of_told(arrival: LostArrival, noticed_at: datetime) -> LostRange:
    edge_id, journal = arrival.key
    lost = arrival.lost
    return LostRange(
        edge_id=edge_id,
        journal=journal,
        lost_id=lost.lost,
        from_at=from_us(lost.from_us),
        upto_at=from_us(lost.upto_us),
        count=lost.count or None,
        why=lost.why,
        noticed_at=noticed_at,
    )
