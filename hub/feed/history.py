"""The feed's past: rows as they were before they changed or went, and tombstones, kept for 90 days, then dropped.

Edges that come from before a tombstone that was dropped start anew: the feed's horizon says who does.

Must not know how they are read (lookup.py).
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Final

from django.db import connection, transaction

from hub.feed.models import Feed, SupersededRow

HISTORY_DAYS: Final = 90
"""How long a decision can be replayed."""
PRUNED_AT_ONCE: Final = 1_000
"""Rows in one transaction of pruning: the feed is held meanwhile."""
_KEPT_AT_ONCE: Final = 500
"""Rows in one statement: three variables each, and SQLite takes 32,766."""

# CROSS JOIN keeps SQLite to one search in the rows' index for each of those that change. A tombstone has no body.
_KEEP: Final = """
    WITH changing (kind, key, sequence) AS (VALUES {})
    INSERT INTO feed_supersededrow (feed_id, kind, key, ref, body, sequence, superseded_at_sequence)
    SELECT r.feed_id, r.kind, r.key, r.ref, r.body, r.sequence, changing.sequence
    FROM changing CROSS JOIN feed_feedrow r
    WHERE r.feed_id = %s AND r.kind = changing.kind AND r.key = changing.key AND r.body IS NOT NULL
"""
_TOMBSTONES: Final = """
    SELECT sequence FROM feed_feedrow WHERE feed_id = %s AND body IS NULL AND sequence IN ({})
"""
_DROP_TOMBSTONE: Final = "DELETE FROM feed_feedrow WHERE feed_id = %s AND sequence = %s"
_DROP: Final = """
    DELETE FROM feed_supersededrow WHERE feed_id = %s AND kind = %s AND key = %s AND sequence = %s
"""


def keep_superseded(feed: Feed, changing: Sequence[tuple[int, bytes, int]]) -> None:
    """Keeps rows as they are, before they change: kind, key, and the sequence that each changes at.

    The caller holds the feed. What has no live row is passed over.
    """
    with connection.cursor() as cursor:
        for start in range(0, len(changing), _KEPT_AT_ONCE):
            some = changing[start : start + _KEPT_AT_ONCE]
            statement = _KEEP.format(", ".join(["(%s, %s, %s)"] * len(some)))
            cursor.execute(statement, [*chain.from_iterable(some), feed.id])


def prune_history(before: datetime) -> int:
    """Drops at most 1,000 rows of one feed that were superseded before `before`, in one transaction, and the
    tombstones of those that went then.

    How many it dropped; 0: there are no more for now.
    """
    for feed_id in Feed.objects.order_by("name").values_list("id", flat=True):
        if dropped := _prune_feed(feed_id, before):
            return dropped
    return 0


def _prune_feed(feed_id: int, before: datetime) -> int:
    old = SupersededRow.objects.filter(feed=feed_id, superseded_at__lt=before).order_by("superseded_at")
    if not old.exists():  # Mostly so, and then nobody has to wait for the feed.
        return 0
    with transaction.atomic():
        feed = Feed.objects.select_for_update(no_key=True).get(pk=feed_id)
        rows = old.values_list("kind", "key", "sequence", "superseded_at_sequence")[:PRUNED_AT_ONCE]
        dropped = [(kind, bytes(key), sequence, until) for kind, key, sequence, until in rows]
        with connection.cursor() as cursor:
            cursor.executemany(_DROP, [(feed_id, *each[:3]) for each in dropped])
        ended = [until for *_, until in dropped]
        feed.history_from_sequence = max(feed.history_from_sequence, *ended, 0)
        feed.horizon = max(feed.horizon, *_drop_tombstones(feed_id, ended), 0)
        feed.save(update_fields=["history_from_sequence", "horizon"])
    return len(dropped)


def _drop_tombstones(feed_id: int, sequences: Sequence[int]) -> list[int]:
    """Of the rows that changed at `sequences`, those that went, and are still gone. The sequences they had."""
    found: list[int] = []
    with connection.cursor() as cursor:
        for start in range(0, len(sequences), _KEPT_AT_ONCE):
            some = sequences[start : start + _KEPT_AT_ONCE]
            cursor.execute(_TOMBSTONES.format(", ".join(["%s"] * len(some))), [feed_id, *some])
            found += [sequence for (sequence,) in cursor.fetchall()]
        cursor.executemany(_DROP_TOMBSTONE, [(feed_id, sequence) for sequence in found])
    return found
