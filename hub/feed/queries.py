"""Reading a feed: where it stands, and its rows in order."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from django.db import connection

from contract.feed import Row, digest_bytes, key_range_end, moved_digest, row_digest
from hub.errors import HubError
from hub.feed.models import Assignment, Feed

_ROWS_AFTER: Final = """
    SELECT sequence, kind, key, ref, body FROM feed_feedrow
    WHERE feed_id = (SELECT id FROM feed_feed WHERE name = %s) AND sequence > %s
    ORDER BY sequence LIMIT %s
"""
_KEYS_STARTING: Final = """
    SELECT key, ref FROM feed_feedrow
    WHERE feed_id = (SELECT id FROM feed_feed WHERE name = %s) AND kind = %s AND key > %s AND key < %s
    AND body IS NOT NULL
"""
_LIVE_KEYS_AFTER: Final = """
    SELECT key, ref FROM feed_feedrow
    WHERE feed_id = (SELECT id FROM feed_feed WHERE name = %s) AND kind = %s AND key > %s AND body IS NOT NULL
    ORDER BY key LIMIT %s
"""
_LIVE_BODIES: Final = """
    SELECT key, body FROM feed_feedrow
    WHERE feed_id = (SELECT id FROM feed_feed WHERE name = %s) AND kind = %s AND body IS NOT NULL
"""
_LIVE_ROWS: Final = """
    SELECT key, ref, body FROM feed_feedrow
    WHERE feed_id = (SELECT id FROM feed_feed WHERE name = %s) AND kind = %s AND body IS NOT NULL AND key IN ({})
"""
_KEYS_AT_ONCE: Final = 500
_RECOUNT_ROWS: Final = 5_000


class UnknownFeed(HubError):
    """There is no feed of that name."""


class FeedHead(NamedTuple):
    """Where a feed stands; `digest` is the set digest (32 bytes) over its live rows at `sequence`."""

    feed: str
    epoch: int
    sequence: int
    digest: bytes


def find_head(feed_name: str) -> FeedHead | None:
    found = Feed.objects.filter(name=feed_name).values_list("name", "epoch", "sequence", "digest").first()
    return None if found is None else FeedHead(*found[:3], bytes(found[3]))


def head(feed_name: str) -> FeedHead:
    """Where the feed stands now. UnknownFeed: there is none."""
    found = find_head(feed_name)
    if found is None:
        raise UnknownFeed(f"there is no feed {feed_name!r}: run `doorward-hub init`")
    return found


def names(rotating: bool = False) -> list[str]:
    """All feeds, or those that carry the secrets of rotating codes, as they are held: everybody's, made first."""
    found = Feed.objects.filter(rotating=True) if rotating else Feed.objects.all()
    return list(found.order_by("pk").values_list("name", flat=True))


def rows_after(feed_name: str, after: int, limit: int) -> list[Row]:
    """At most `limit` rows that changed after sequence `after`, in order, tombstones included."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS_AFTER, [feed_name, after, limit])
        return [
            Row(sequence, kind, bytes(key), bytes(ref), None if body is None else bytes(body))
            for sequence, kind, key, ref, body in cursor.fetchall()
        ]


def live_keys_starting(feed_name: str, kind: int, prefix: bytes) -> list[tuple[bytes, bytes]]:
    """Key and ref of the live rows whose key starts with `prefix`."""
    return _keys(_KEYS_STARTING, [feed_name, kind, prefix, key_range_end(prefix)])


def live_keys_after(feed_name: str, kind: int, key: bytes, limit: int) -> list[tuple[bytes, bytes]]:
    """Key and ref of at most `limit` live rows of a kind that follow `key`, in the keys' order."""
    return _keys(_LIVE_KEYS_AFTER, [feed_name, kind, key, limit])


def live_bodies(feed_name: str, kind: int, keys: Sequence[bytes] | None = None) -> dict[bytes, bytes]:
    """Bodies of the live rows of a kind, or of those with these keys, by key."""
    if keys is None:
        return dict(_keys(_LIVE_BODIES, [feed_name, kind]))
    return {key: body for key, (_, body) in live_rows(feed_name, kind, keys).items()}


def live_rows(feed_name: str, kind: int, keys: Sequence[bytes]) -> dict[bytes, tuple[bytes, bytes]]:
    """Ref and body of the live rows of a kind with these keys, by key."""
    found: dict[bytes, tuple[bytes, bytes]] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute(_LIVE_ROWS.format(", ".join(["%s"] * len(some))), [feed_name, kind, *some])
            found |= {bytes(key): (bytes(ref), bytes(body)) for key, ref, body in cursor.fetchall()}
    return found


def assigned(feed_name: str, what: Assignment.What) -> frozenset[bytes]:
    """The keys of what is assigned to a feed."""
    of_feed = Assignment.objects.filter(feed__name=feed_name, what=what)
    return frozenset(map(bytes, of_feed.values_list("key", flat=True)))


def digest_from_rows(feed_name: str) -> bytes:
    """The set digest recounted from the live rows, as an edge does: unless something is wrong, the head's."""
    digest = 0
    for page in _pages(feed_name):
        live = (row_digest(row.kind, row.key, row.ref, row.body) for row in page if row.body is not None)
        digest = moved_digest(digest, (), live)
    return digest_bytes(digest)


def _pages(feed_name: str) -> Iterator[list[Row]]:
    after = 0
    while page := rows_after(feed_name, after, _RECOUNT_ROWS):
        yield page
        after = page[-1].sequence


def _keys(statement: str, parameters: list[object]) -> list[tuple[bytes, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [(bytes(key), bytes(ref)) for key, ref in cursor.fetchall()]
