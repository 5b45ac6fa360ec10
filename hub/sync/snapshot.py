"""A feed as it stood at one instant: its position, its digest, and the rows after a given sequence.

Read in a single SQL statement, which sees one commit's state on SQLite and PostgreSQL alike and takes no lock;
so the digest always belongs to the sequence beside it.
"""

from dataclasses import dataclass

from django.db import connection

from contract.feed import Row
from hub.feed.models import Feed, FeedRow
from hub.feed.queries import UnknownFeed


@dataclass(frozen=True, slots=True)
class FeedState:
    name: str
    epoch: int
    sequence: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`rows` are in order and start after the sequence that was asked for; `whole`: there are no more."""

    state: FeedState
    rows: list[Row]
    whole: bool


def feed_states() -> list[FeedState]:
    """Where every feed stands."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, epoch, sequence, digest FROM {Feed._meta.db_table}")  # noqa: S608
        return [FeedState(name, epoch, sequence, bytes(digest)) for name, epoch, sequence, digest in cursor]


def read_snapshot(feed: str, after: int, rows_max: int, bytes_max: int) -> Snapshot:
    """At most `rows_max` rows after `after`, of about `bytes_max` bytes on the wire together. UnknownFeed."""
    feeds, feed_rows = Feed._meta.db_table, FeedRow._meta.db_table
    statement = f"""
        SELECT f.epoch, f.sequence, f.digest, r.sequence, r.kind, r.key, r.ref, r.body
        FROM {feeds} f LEFT JOIN (
            SELECT sequence, kind, key, ref, body FROM {feed_rows}
            WHERE feed_id = (SELECT id FROM {feeds} WHERE name = %s) AND sequence > %s
            ORDER BY sequence LIMIT %s
        ) r ON TRUE
        WHERE f.name = %s ORDER BY r.sequence
    """  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, (feed, after, rows_max + 1, feed))
        found = cursor.fetchall()
    if not found:
        raise UnknownFeed(f"there is no feed {feed!r}")
    epoch, sequence, digest = found[0][:3]
    rows = [_row(*columns[3:]) for columns in found if columns[3] is not None]
    kept = _within(rows, rows_max, bytes_max)
    return Snapshot(FeedState(feed, epoch, sequence, bytes(digest)), kept, len(kept) == len(rows))


_ROW_OVERHEAD_BYTES = 32
"""Of a row in CBOR, at most: two integers of 9 bytes, and the heads of an array and three byte strings."""


def _within(rows: list[Row], rows_max: int, bytes_max: int) -> list[Row]:
    size = 0
    for count, row in enumerate(rows):
        size += _ROW_OVERHEAD_BYTES + len(row.key) + len(row.ref) + len(row.body or b"")
        if count == rows_max or (size > bytes_max and count > 0):
            return rows[:count]
    return rows


def _row(sequence: int, kind: int, key: bytes, ref: bytes, body: bytes | None) -> Row:
    return Row(sequence, kind, bytes(key), bytes(ref), None if body is None else bytes(body))
