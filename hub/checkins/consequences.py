"""What check-ins and voids bring about once they have come in: uses, pools, passages, and who was over a limit.

All of it is one step of the transaction that takes them in, under the locks of all feeds. A batch that brings
about nothing takes none of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from contract.effects import passage_of, use_of
from contract.limits import Use
from contract.messages import CheckIn
from hub.checkins import benefits, content, models, over_limit, passages, plan_book, queries, uses, voids
from hub.checkins.voids import VoidArrival
from hub.feed import operations as feed


class Came(NamedTuple):
    """A check-in that stands from now on, from when it counts, and whether it was to use a benefit up."""

    checkin: CheckIn
    counts_at: datetime
    of_benefit: bool


@dataclass(frozen=True, slots=True)
class BroughtAbout:
    """Counts, and the voids that cannot be, each with the reason in words."""

    voided: int = 0
    over_limit: int = 0
    refused: tuple[tuple[VoidArrival, str], ...] = ()


def bring_about(came: Sequence[Came], undone: Sequence[VoidArrival]) -> BroughtAbout:
    """`came` are written already, in this transaction. A void without its check-in waits for it."""
    counting = [each for each in (use_of(*each[:2]) for each in came) if each is not None]
    passing = [each for each in (passage_of(*each[:2]) for each in came) if each is not None]
    of_benefits = [benefits.moved_by(*each[:2]) for each in came if each.of_benefit]
    moved = [each for each in of_benefits if each is not None]
    if not (counting or undone or passing or moved):
        return BroughtAbout()
    # Held before anything is read, so that no membership is deleted between that and its use's row.
    feed.hold_all()
    benefits.touch_firsts(moved)
    voided, refused = _void([*undone, *voids.take_early([use.id for use in counting])])
    gone = {bytes(row.checkin_id) for row in voided}
    made = uses.of_those_here(use for use in counting if use.id not in gone)
    lost = [use for use in map(content.use_of, voided) if use is not None]
    feed.append_to_all(passages.newer(passing))
    return BroughtAbout(len(voided), move_uses(made, lost), tuple(refused))


def move_uses(made: Sequence[Use], lost: Sequence[Use]) -> int:
    """Rows for `made`, none for `lost`, windows replayed for both. How many are over a limit that were not."""
    if not (made or lost):
        return 0
    book = plan_book.read()
    uses.remove(lost)
    uses.add(made, book)
    return over_limit.replay([*made, *lost], book)


def _void(undone: Sequence[VoidArrival]) -> tuple[list[models.CheckIn], list[tuple[VoidArrival, str]]]:
    """The check-ins that are voided by this, and the voids that cannot be. One that repeats another is neither."""
    rows = {bytes(row.checkin_id): row for row in queries.rows_by_id({each.void.voids for each in undone})}
    voided, refused = [], []
    for each in undone:
        row = rows.get(each.void.voids)
        why_not = None if row is None else voids.why_not(each, row)
        if why_not is not None:
            refused.append((each, why_not))
        elif row is not None and row.voided_at is None:
            voids.mark(row, each.at, voids.AT_THE_READER, undone=True)
            voided.append(row)
    voids.save(voided)
    voids.remember(each for each in undone if each.void.voids not in rows)
    return voided, refused
