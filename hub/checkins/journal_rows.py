"""Which rows of a journal come next, and what a row's bytes say: pure, no database.

An edge reads its journal in order and sends on from what was acked, so rows are taken only while they follow
each other without a hole; whatever lies beyond one is sent again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from contract.instants import from_us
from contract.messages import CheckIn, CheckIns, JournalRow, Void, decode_journaled

INTEGER_MAX = 2**53
"""What every database's bigint, JSON and JavaScript hold exactly."""


class RefusedCheckIn(ValueError):
    """A journal row that is a CheckIn or a Void, but holds what no database keeps or no person can read."""


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


def parse_row(body: bytes) -> tuple[CheckIn | Void, datetime]:
    """The check-in or void in a journal row and when it happened. MessageError, InstantError, RefusedCheckIn."""
    row = decode_journaled(body)
    texts = [row.reader] if isinstance(row, Void) else _texts(row)
    # PostgreSQL keeps no NUL in text, and a terminal or a log should meet no escapes.
    if not "".join(texts).isprintable():
        raise RefusedCheckIn("a text with characters that cannot be printed")
    if isinstance(row, CheckIn) and (row.code_length > INTEGER_MAX or (row.remaining or 0) > INTEGER_MAX):
        raise RefusedCheckIn(f"a number above {INTEGER_MAX}")
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
