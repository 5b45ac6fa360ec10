"""The one SQL statement of hub/feed/lookup.py, from the one card outwards, for both databases.

Knows the shape of keys (contract/feed.py) and nothing of what rows mean.
"""

# Whatever is put into SQL here stands in this file.
# ruff: noqa: S608

from functools import cache
from typing import Final, NamedTuple

from contract.feed import Kind


class _Table(NamedTuple):
    """Where rows `r` lie, and which of them stood."""

    name: str
    stood: str


_LIVE: Final = (_Table("feed_feedrow", "r.body IS NOT NULL"),)
# What has changed since lies in the other table, so of each key one row at most stood. + 0: a row is found by its
# key; without it PostgreSQL reads all that is older, by the index on sequences.
_PAST: Final = (
    _Table("feed_feedrow", "r.body IS NOT NULL AND r.sequence + 0 <= %(at)s"),
    _Table("feed_supersededrow", "r.sequence + 0 <= %(at)s AND r.superseded_at_sequence > %(at)s"),
)


class _Dialect(NamedTuple):
    """`step`: the rows that belong to each of some keys, by one search in the index for each."""

    bytes: str
    step: str


_ROW: Final = "r.kind, r.key, r.ref, r.body"
_DIALECTS: Final = {
    # CROSS JOIN keeps SQLite to this order. || makes text of blobs, which CAST turns back, bytes as they were.
    "sqlite": _Dialect("BLOB", f"SELECT {_ROW} FROM {{keys}} CROSS JOIN {{table}} r WHERE {{condition}}"),
    # PostgreSQL takes a range of keys for 1 row in 200 and would rather read all of a kind, but for OFFSET 0.
    "postgresql": _Dialect(
        "bytea",
        f"SELECT {_ROW} FROM {{keys}} CROSS JOIN LATERAL"
        f" (SELECT {_ROW} FROM {{table}} r WHERE {{condition}} OFFSET 0) r",
    ),
}

_FRAME: Final = """
WITH
feed AS MATERIALIZED (SELECT id FROM feed_feed WHERE name = %(feed)s),
card AS MATERIALIZED ({card}),
customer (key) AS MATERIALIZED ({customer}),
link AS MATERIALIZED ({link}),
company (key) AS MATERIALIZED (SELECT DISTINCT ref FROM link),
holder (key) AS MATERIALIZED (SELECT key FROM customer UNION ALL SELECT key FROM company),
membership AS MATERIALIZED ({membership}),
plan (key) AS MATERIALIZED (SELECT DISTINCT ref FROM membership)
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
        membership=step.under("holder", Kind.MEMBERSHIP),
        found=_either(_found(step, by_card)),
    )


def _found(step: "_Steps", by_card: bool) -> list[str]:
    gathered = [f"SELECT kind, key, ref, body FROM {each}" for each in ("card", "link", "membership")]
    rotating = [step.rows(Kind.ROTATING, "r.key = %(card)s")] if by_card else []
    return [
        *gathered,
        *rotating,
        step.of("customer", Kind.CUSTOMER),
        step.of("plan", Kind.PLAN),
        step.under("customer", Kind.USE),
        step.under("company", Kind.POOL_USE),
        step.under("customer", Kind.PASSAGE),
        step.all(Kind.SITE),
        step.all(Kind.SCHEDULE),
    ]


class _Steps(NamedTuple):
    """SELECTs of rows, from wherever they lie."""

    tables: tuple[_Table, ...]
    dialect: _Dialect

    def rows(self, kind: int, condition: str) -> str:
        return self._joined("feed", kind, condition)

    def all(self, kind: int) -> str:
        return self.rows(kind, "1 = 1")

    def of(self, keys: str, kind: int) -> str:
        """The rows that have one of the keys."""
        return self._joined(keys, kind, f"r.key = {keys}.key")

    def under(self, keys: str, kind: int) -> str:
        """The rows whose keys start with one of the keys."""
        end = f"CAST({keys}.key || %(end)s AS {self.dialect.bytes})"
        return self._joined(keys, kind, f"r.key > {keys}.key AND r.key < {end}")

    def _joined(self, keys: str, kind: int, condition: str) -> str:
        of_kind = f"r.feed_id = (SELECT id FROM feed) AND r.kind = {kind:d} AND {condition}"
        return _either(
            [
                self.dialect.step.format(keys=keys, table=table.name, condition=f"{of_kind} AND {table.stood}")
                for table in self.tables
            ]
        )


def _either(selects: list[str]) -> str:
    return " UNION ALL ".join(selects)
