"""A feed as it stood at one instant: its position, its digest, and the rows after a given sequence.

Read in a single SQL statement, which sees one commit's state on SQLite and PostgreSQL alike and takes no lock;
so the digest always belongs to the sequence beside it.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from django.db import connection

from contract.feed import Row
from hub.feed.models import Feed, FeedRow
from hub.feed.queries import UnknownFeed

_NEAR = 2
"""Sequences looked at first, for each row that is wanted."""
_FAR = 2**62
_ROW_OVERHEAD_BYTES = 32
"""Of a row in CBOR, at most: two integers of 9 bytes, and the heads of an array and three byte strings."""
_STATE_AND_ROWS = f"""
    SELECT r.sequence, r.kind, r.key, r.ref, r.body, f.epoch, f.sequence, f.digest, f.horizon
    FROM {Feed._meta.db_table} f
    LEFT JOIN {FeedRow._meta.db_table} r ON r.feed_id = f.id AND r.sequence > %s AND r.sequence <= %s
    WHERE f.name = %s ORDER BY r.sequence LIMIT %s
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class FeedState:
    name: str
    epoch: int
    sequence: int
    digest: bytes
    horizon: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`rows` are in order and start after the sequence that was asked for; `whole`: there are no more."""

    state: FeedState
    rows: list[Row]
    whole: bool


def feed_states() -> list[FeedState]:
    """Where every feed stands."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, epoch, sequence, digest, horizon FROM {Feed._meta.db_table}")  # noqa: S608
        return [FeedState(*each[:3], bytes(each[3]), each[4]) for each in cursor]


def read_snapshot(feed: str, after: int, rows_max: int, bytes_max: int) -> Snapshot:
    """At most `rows_max` rows after `after`, of about `bytes_max` bytes on the wire together. UnknownFeed.

    Looks near first: PostgreSQL, where it has no statistics yet of a feed just filled, sorts all that is beyond
    `after`. Where most rows near have been superseded, it looks at all.
    """
    near = after + _NEAR * rows_max
    state, rows = _read(feed, after, near, rows_max + 1)
    if len(rows) <= rows_max and near < state.sequence:
        state, rows = _read(feed, after, _FAR, rows_max + 1)
    kept = _within(rows, rows_max, bytes_max)
    return Snapshot(state, kept, len(kept) == len(rows))


def _read(feed: str, after: int, upto: int, count: int) -> tuple[FeedState, list[Row]]:
    with connection.cursor() as cursor:
        cursor.execute(_STATE_AND_ROWS, (after, upto, feed, count))
        found = cursor.fetchall()
    if not found:
        raise UnknownFeed(f"there is no feed {feed!r}")
    epoch, sequence, digest, horizon = found[0][5:]
    state = FeedState(feed, epoch, sequence, bytes(digest), horizon)
    return state, [Row(*each[:5]) for each in found if each[0]]


def _within(rows: list[Row], rows_max: int, bytes_max: int) -> list[Row]:
    sizes = [_ROW_OVERHEAD_BYTES + len(row.key) + len(row.ref) + len(row.body or b"") for row in rows]
    if len(rows) <= rows_max and sum(sizes) <= bytes_max:
        return rows
    count = bisect_right(list(accumulate(sizes)), bytes_max)
    return rows[: max(1, min(count, rows_max))]
