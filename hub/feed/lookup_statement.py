"""The one SQL statement of hub/feed/lookup.py, from the one card outwards, for both databases.

Knows the shape of keys (contract/feed.py) and nothing of what rows mean.
"""

from functools import cache
from typing import Final, NamedTuple

from contract.feed import Kind

_POOL_USE, _SITE, _SCHEDULE, _ROTATING, _PASSAGE = 7, 8, 9, 10, 11


class _Table(NamedTuple):
    """Where rows `r` lie, and which of them stood."""

    name: str
    stood: str


_LIVE: Final = (_Table("feed_feedrow", "r.body IS NOT NULL"),)
# What has changed since lies in the other table, so of each key one row at most stood.
_PAST: Final = (
    _Table("feed_feedrow", "r.body IS NOT NULL AND r.sequence <= %(at)s"),
    _Table("feed_supersededrow", "r.sequence <= %(at)s AND r.superseded_at_sequence > %(at)s"),
)


class _Dialect(NamedTuple):
    bytes: str
    few: str


_DIALECTS: Final = {
    # || makes text of blobs, hence the CAST in _under (bytes stay as they are).
    "sqlite": _Dialect("BLOB", "SELECT DISTINCT {column} FROM {table}"),
    # PostgreSQL takes a range of keys for 1 row in 200, and ranges of ranges for so many that it would rather read
    # whole tables. Of an array it expects ten elements.
    "postgresql": _Dialect("bytea", "SELECT DISTINCT unnest(ARRAY(SELECT {column} FROM {table}))"),
}

_FRAME: Final = """
WITH
feed AS MATERIALIZED (SELECT id FROM feed_feed WHERE name = %(feed)s),
card AS MATERIALIZED ({card}),
customer (key) AS MATERIALIZED ({customer}),
link AS MATERIALIZED ({link}),
company (key) AS MATERIALIZED ({company}),
holder (key) AS MATERIALIZED (SELECT key FROM customer UNION ALL SELECT key FROM company),
membership AS MATERIALIZED ({membership}),
plan (key) AS MATERIALIZED ({plan})
SELECT f.epoch, f.sequence, f.history_from_sequence,
  (SELECT min(e.began_at_sequence) FROM feed_epoch e WHERE e.feed_id = f.id AND e.epoch > %(epoch)s),
  found.kind, found.key, found.ref, found.body
FROM feed_feed f LEFT JOIN ({found}) found ON 1 = 1
WHERE f.name = %(feed)s
"""


@cache
def look_up(vendor: str, *, by_card: bool, past: bool) -> str:
    """Parameters: feed, epoch, end (key_range_end), card or customer, and `at` where it is the past.

    Answers with epoch, sequence, history_from_sequence, where `epoch` ended, and a row's kind, key, ref and body:
    once for each row, or once with no row.
    """
    dialect = _DIALECTS[vendor]
    step = _Steps(_PAST if past else _LIVE, dialect)
    card = step.rows(Kind.CARD, "r.key = %(card)s" if by_card else "1 = 0")
    return _FRAME.format(
        card=card,
        customer="SELECT ref FROM card" if by_card else f"SELECT CAST(%(customer)s AS {dialect.bytes})",
        link=step.under("customer", Kind.LINK),
        company=dialect.few.format(column="ref", table="link"),
        membership=step.under("holder", Kind.MEMBERSHIP),
        plan=dialect.few.format(column="ref", table="membership"),
        found=_either(_found(step, by_card)),
    )


def _found(step: "_Steps", by_card: bool) -> list[str]:
    gathered = [f"SELECT kind, key, ref, body FROM {each}" for each in ("card", "link", "membership")]  # noqa: S608
    rotating = [step.rows(_ROTATING, "r.key = %(card)s")] if by_card else []
    return [
        *gathered,
        *rotating,
        step.of("customer", Kind.CUSTOMER),
        step.of("plan", Kind.PLAN),
        step.under("customer", Kind.USE),
        step.under("company", _POOL_USE),
        step.under("customer", _PASSAGE),
        step.all(_SITE),
        step.all(_SCHEDULE),
    ]


class _Steps(NamedTuple):
    """SELECTs of rows, from wherever they lie. CROSS JOIN keeps SQLite to the order in which they are written."""

    tables: tuple[_Table, ...]
    dialect: _Dialect

    def rows(self, kind: int, condition: str, starting: str = "") -> str:
        return _either([self._rows(table, kind, condition, starting) for table in self.tables])

    @staticmethod
    def _rows(table: _Table, kind: int, condition: str, starting: str) -> str:
        # Every part of it stands in this file.
        return f"""
            SELECT r.kind, r.key, r.ref, r.body FROM {starting} {table.name} r
            WHERE r.feed_id = (SELECT id FROM feed) AND r.kind = {kind:d} AND {condition} AND {table.stood}
        """  # noqa: S608

    def all(self, kind: int) -> str:
        """All rows of the kind; the range says to SQLite that keys lead to them, and not sequences."""
        return self.rows(kind, "r.key < %(end)s")

    def of(self, keys: str, kind: int) -> str:
        """The rows that have one of the keys."""
        return self.rows(kind, f"r.key = {keys}.key", f"{keys} CROSS JOIN")

    def under(self, keys: str, kind: int) -> str:
        """The rows whose keys start with one of the keys."""
        end = f"CAST({keys}.key || %(end)s AS {self.dialect.bytes})"
        return self.rows(kind, f"r.key > {keys}.key AND r.key < {end}", f"{keys} CROSS JOIN")


def _either(selects: list[str]) -> str:
    return " UNION ALL ".join(selects)
