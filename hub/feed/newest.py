"""When rows last changed, in every feed that has them: tombstones too, since edges have to hear of those."""

# Whatever is put into SQL here stands in this file.
# ruff: noqa: S608

from collections.abc import Iterable
from typing import Final, NamedTuple

from django.db import connection

from contract.feed import Kind, key_range_end
from hub.feed.models import Feed

_POSITION: Final = "MAX(r.sequence + 0)"
"""Not the bare column: databases would walk the feed back from its end, looking for rows that few feeds have."""
_STOOD: Final = "r.feed_id = f.id AND r.kind = w.kind AND r.key >= w.first AND r.key < w.beyond"
_WANTED: Final = "WITH w (kind, first, beyond) AS (VALUES {places})"
# As in hub/feed/holders.py: one search in the rows' index for each feed and range.
_BY_KEY: Final = {
    "sqlite": f"{_WANTED} SELECT f.id, {_POSITION} FROM feed_feed f CROSS JOIN w CROSS JOIN feed_feedrow r"
    f" WHERE {_STOOD} GROUP BY f.id",
    "postgresql": f"{_WANTED} SELECT f.id, MAX(r.sequence) FROM feed_feed f CROSS JOIN w CROSS JOIN LATERAL"
    f" (SELECT r.sequence FROM feed_feedrow r WHERE {_STOOD} OFFSET 0) r GROUP BY f.id",
}
_INDEXED: Final = {"sqlite": "INDEXED BY feed_row_by_ref", "postgresql": ""}
_BY_REF: Final = (
    f"SELECT r.feed_id, {_POSITION} FROM feed_feedrow r {{indexed}} WHERE r.feed_id IN (SELECT id FROM feed_feed)"
    " AND r.kind IN (1, 3) AND r.ref IN ({places}) GROUP BY r.feed_id"
)


class Keys(NamedTuple):
    """Keys of one kind in [first, beyond)."""

    kind: Kind
    first: bytes
    beyond: bytes


def one(kind: Kind, key: bytes) -> Keys:
    return Keys(kind, key, key + b"\0")


def starting(kind: Kind, prefix: bytes) -> Keys:
    return Keys(kind, prefix, key_range_end(prefix))


def positions() -> dict[int, int]:
    """Where each feed stands, by its id."""
    return dict(Feed.objects.values_list("pk", "sequence"))


def moved_since(before: dict[int, int]) -> dict[int, int]:
    """Where those stand now that do not stand as in `before` any more: whatever was written meanwhile is there."""
    return {feed: sequence for feed, sequence in positions().items() if sequence > before.get(feed, 0)}


def newest_by_key(wanted: Iterable[Keys]) -> dict[int, int]:
    """Of these rows: by the id of each feed that has or had one, the sequence of the last that changed."""
    ranges = [each for keys in wanted for each in (int(keys.kind), keys.first, keys.beyond)]
    if not ranges:
        return {}
    places = ", ".join(["(%s, %s, %s)"] * (len(ranges) // 3))
    return _found(_BY_KEY[connection.vendor].format(places=places), ranges)


def newest_by_ref(refs: Iterable[bytes]) -> dict[int, int]:
    """The same of cards and links that point to these keys."""
    wanted = list(refs)
    if not wanted:
        return {}
    places = ", ".join(["%s"] * len(wanted))
    return _found(_BY_REF.format(indexed=_INDEXED[connection.vendor], places=places), wanted)


def _found(statement: str, parameters: list[object]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return dict(cursor.fetchall())
