"""Which rows of a journal come next, and what a row's bytes say: pure, no database.

An edge reads its journal in order and sends on from what was acked, so rows are taken only while they follow
each other without a hole; whatever lies beyond one is sent again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from contract.instants import from_us
from contract.messages import CheckIn, CheckIns, Journaled, JournalRow, Lost, decode_journaled

INTEGER_MAX = 2**53
"""What every database's bigint, JSON and JavaScript hold exactly."""


class RefusedCheckIn(ValueError):
    """A journal row that is of a known kind, but holds what no database keeps or no person can read."""


@dataclass(frozen=True, slots=True)
class Batch:
    """One message of check-ins and the edge it came from."""

    edge: str
    checkins: CheckIns


def next_rows(upto: int, rows: Iterable[JournalRow]) -> list[JournalRow]:
    """The rows that follow `upto` without a hole, in order; of one sequence sent twice the first counts."""
    beyond: dict[int, JournalRow] = {}
    for row in rows:
        if row.sequence > upto:
            beyond.setdefault(row.sequence, row)
    following = []
    while (row_next := beyond.get(upto + len(following) + 1)) is not None:
        following.append(row_next)
    return following


def gap_before(upto: int, checkins: CheckIns) -> tuple[int, int] | None:
    """Of the rows after `upto`, the first and last that the journal had and holds no more; None: it has all."""
    first = holds_from(checkins)
    missing = max(upto + 1, checkins.begins)
    return (missing, first - 1) if missing < first else None


def holds_from(checkins: CheckIns) -> int:
    """The sequence of the first row that the journal can send."""
    return min(checkins.first, checkins.rows[0].sequence)


def parse_row(body: bytes) -> tuple[Journaled, datetime]:
    """What stands in a journal row and when it happened. MessageError, InstantError, RefusedCheckIn."""
    row = decode_journaled(body)
    texts = _texts(row) if isinstance(row, CheckIn) else [row.why if isinstance(row, Lost) else row.reader]
    # PostgreSQL keeps no NUL in text, and a terminal or a log should meet no escapes.
    if not "".join(texts).isprintable():
        raise RefusedCheckIn("a text with characters that cannot be printed")
    if isinstance(row, CheckIn) and (row.code_length > INTEGER_MAX or (row.remaining or 0) > INTEGER_MAX):
        raise RefusedCheckIn(f"a number above {INTEGER_MAX}")
    if isinstance(row, Lost):
        return row, max(from_us(row.from_us), from_us(row.upto_us))
    return row, from_us(row.at_us)


def _texts(checkin: CheckIn) -> list[str]:
    return [
        checkin.reader,
        checkin.outcome,
        checkin.reason,
        checkin.permission,
        checkin.mode,
        checkin.code_classes,
        checkin.detail or "",
        checkin.feed or "",
        checkin.circumstances.digits or "",
    ]
