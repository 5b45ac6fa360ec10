"""Voids: a check-in is undone at its reader within 15 minutes, or by staff with a reason. The row stays.

What may be voided is judged here, pure; operations.py and staff_operations.py write it, under the feeds' locks.
A void that comes before its check-in is remembered until that comes.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contract.effects import NotVoidable, why_not_voidable
from contract.instants import to_us
from contract.messages import JournalRow, Void, encode
from hub.checkins import benefits, touched
from hub.checkins.content import message_of
from hub.checkins.models import CheckIn, EarlyVoid
from hub.checkins.statements import JournalKey

AT_THE_READER: Final = "undone at the reader"
_IDS_AT_ONCE: Final = 500
_IN_WORDS: Final = {
    NotVoidable.OTHER_READER: "the check-in that it undoes was made at another reader: only that one can undo it",
    NotVoidable.NOTHING_USED: "the check-in that it undoes used nothing up: there is nothing to undo",
    NotVoidable.TOO_FAR_APART: (
        "the check-in that it undoes is more than 15 minutes away: staff can void it, with a reason"
    ),
}


@dataclass(frozen=True, slots=True)
class VoidArrival:
    """A void from a journal, and its place there."""

    key: JournalKey
    sequence: int
    void: Void
    at: datetime

    @property
    def row(self) -> JournalRow:
        return JournalRow(self.sequence, encode(self.void))


def why_not(arrival: VoidArrival, checkin: CheckIn) -> str | None:
    """Why this void cannot undo `checkin`, in words; None: it can."""
    why = why_not_voidable(message_of(checkin), arrival.void)
    if arrival.key[0] != checkin.edge_id:
        why = NotVoidable.OTHER_READER
    return None if why is None else _IN_WORDS[why]


def mark(checkin: CheckIn, at: datetime, reason: str, by: Any = None, undone: bool = False) -> None:
    """It is not over a limit any more either. `by` is a user; `undone`: at its reader, by nobody known here."""
    checkin.voided_at, checkin.void_reason, checkin.voided_by, checkin.undone = at, reason, by, undone
    checkin.over_limit = False


def save(checkins: Sequence[CheckIn]) -> None:
    """Those that were marked, many a statement. While the feeds are held."""
    if checkins:
        fields = ("voided_at", "void_reason", "voided_by", "undone", "over_limit")
        CheckIn.objects.bulk_update(checkins, fields, batch_size=_IDS_AT_ONCE)
        touched.note(each.at for each in checkins)
        benefits.touch_firsts(benefits.voided(checkins))


# Those that came early


def take_early(checkin_ids: Collection[bytes]) -> list[VoidArrival]:
    """Voids that waited for these check-ins. They wait no more."""
    found: list[EarlyVoid] = []
    ids = list(checkin_ids)
    for start in range(0, len(ids), _IDS_AT_ONCE):
        found += EarlyVoid.objects.filter(checkin_id__in=ids[start : start + _IDS_AT_ONCE])
    if found:
        EarlyVoid.objects.filter(pk__in=[each.pk for each in found]).delete()
    return [_arrival(each) for each in found]


def remember(arrivals: Iterable[VoidArrival]) -> None:
    EarlyVoid.objects.bulk_create(
        [
            EarlyVoid(
                edge_id=each.key[0],
                journal=each.key[1],
                sequence=each.sequence,
                checkin_id=each.void.voids,
                reader=each.void.reader,
                at=each.at,
            )
            for each in arrivals
        ],
        ignore_conflicts=True,
    )


def _arrival(early: EarlyVoid) -> VoidArrival:
    void = Void(voids=bytes(early.checkin_id), at_us=to_us(early.at), reader=early.reader)
    return VoidArrival((early.edge_id, bytes(early.journal)), early.sequence, void, early.at)
