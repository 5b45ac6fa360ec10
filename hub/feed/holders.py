"""Reading which rows of a feed belong to customers and companies, and who is linked to whom.

One search in the index for each holder and kind. Knows the shape of keys (contract/feed.py), not what bodies mean.
"""

# Whatever is put into SQL here stands in this file, or is a number of ours.
# ruff: noqa: S608

from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Final

from django.db import connection

from contract.feed import Change, Kind, key_range_end
from hub.feed.selection import HELD, HOLDER_KEY_BYTES

_AT_ONCE: Final = 500
_ROW: Final = "r.kind, r.key, r.ref, r.body"
_STOOD: Final = "r.feed_id = {feed} AND r.kind = {kind} AND r.key >= holder.first AND r.key < holder.beyond"
# As in hub/feed/lookup_statement.py: one search in the rows' index for each holder.
_STEPS: Final = {
    "sqlite": f"SELECT {_ROW} FROM holder CROSS JOIN feed_feedrow r WHERE {_STOOD} AND r.body IS NOT NULL",
    "postgresql": f"SELECT {_ROW} FROM holder CROSS JOIN LATERAL"
    f" (SELECT {_ROW} FROM feed_feedrow r WHERE {_STOOD} AND r.body IS NOT NULL OFFSET 0) r",
}
# The index is on cards and links alone: databases look there only where the condition says so itself, and SQLite
# only where it is told to.
_INDEXED: Final = {"sqlite": "INDEXED BY feed_row_by_ref", "postgresql": ""}
_POINTING: Final = (
    f"SELECT {_ROW} FROM feed_feedrow r {{indexed}} WHERE r.feed_id = %s AND r.kind IN (1, 3) AND r.kind = %s"
    " AND r.ref IN ({places}) AND r.body IS NOT NULL"
)


def rows_about(feed_id: int, holders: Collection[bytes]) -> list[Change]:
    """The live rows that belong to these customers and companies, secrets of rotating codes aside."""
    found: list[Change] = []
    for some in _chunks(holders):
        found += _rows(_statement(feed_id, len(some)), list(chain.from_iterable(map(_range, some))))
        found += _pointing(feed_id, Kind.CARD, some)
    return found


def people_of(feed_id: int, companies: Collection[bytes]) -> set[bytes]:
    """Customers with a link to one of these companies."""
    return {key[:HOLDER_KEY_BYTES] for key, _ in _links_to(feed_id, companies)}


def linked_companies(feed_id: int, companies: Collection[bytes]) -> set[bytes]:
    """Those of `companies` to which somebody has a link."""
    return {ref for _, ref in _links_to(feed_id, companies)}


def _links_to(feed_id: int, companies: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
    for some in _chunks(companies):
        for row in _pointing(feed_id, Kind.LINK, some):
            yield row.key, row.ref


def _pointing(feed_id: int, kind: Kind, keys: list[bytes]) -> list[Change]:
    places = ", ".join(["%s"] * len(keys))
    statement = _POINTING.format(indexed=_INDEXED[connection.vendor], places=places)
    return _rows(statement, [feed_id, int(kind), *keys])


def _statement(feed_id: int, count: int) -> str:
    step = _STEPS[connection.vendor]
    selects = [step.format(feed=int(feed_id), kind=int(kind)) for kind in (Kind.CUSTOMER, *sorted(HELD))]
    ranges = ", ".join(["(%s, %s)"] * count)
    return f"WITH holder (first, beyond) AS (VALUES {ranges}) {' UNION ALL '.join(selects)}"


def _range(holder: bytes) -> tuple[bytes, bytes]:
    return holder, key_range_end(holder)


def _rows(statement: str, parameters: list[object]) -> list[Change]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return [
            Change(Kind(kind), bytes(key), bytes(ref), bytes(body)) for kind, key, ref, body in cursor.fetchall()
        ]


def _chunks(keys: Iterable[bytes]) -> Iterator[list[bytes]]:
    waiting = sorted(keys)
    for start in range(0, len(waiting), _AT_ONCE):
        yield waiting[start : start + _AT_ONCE]
