"""The tables of a replica file, and the one statement that gathers all rows of a card.

Knows the shape of keys (contract/feed.py) and nothing of what rows mean.
"""

from typing import Final

from contract.feed import Kind

FORMAT: Final = 2
"""PRAGMA user_version of a replica file; another one is pulled anew."""

LOADING: Final = 0x4C4F4144
"""PRAGMA application_id of a file that is being loaded ("LOAD"), from its first page on; 0 of any other."""

CREATE: Final = f"""
PRAGMA application_id = {LOADING};
CREATE TABLE feed_row (
  sequence INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  key BLOB NOT NULL,
  ref BLOB NOT NULL,
  body BLOB NOT NULL
);
CREATE TABLE meta (feed TEXT, epoch INTEGER, sequence INTEGER, digest BLOB, complete INTEGER);
PRAGMA user_version = {FORMAT};
"""
LOADED: Final = "PRAGMA application_id = 0"
CREATE_INDEX: Final = "CREATE UNIQUE INDEX feed_row_by_key ON feed_row (kind, key)"
SELECT_INDEX: Final = "SELECT 1 FROM sqlite_master WHERE name = 'feed_row_by_key'"
CREATE_INCOMING: Final = """
CREATE TEMP TABLE incoming (
  sequence INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  key BLOB NOT NULL,
  ref BLOB NOT NULL,
  body BLOB,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID
"""

# Rows come in the order of their sequence, so of several with one key the last one stays.
FILL_INCOMING: Final = "INSERT OR REPLACE INTO incoming (sequence, kind, key, ref, body) VALUES (?, ?, ?, ?, ?)"
CLEAR_INCOMING: Final = "DELETE FROM incoming"
_REPLACED: Final = """
FROM incoming CROSS JOIN feed_row ON feed_row.kind = incoming.kind AND feed_row.key = incoming.key
"""
SELECT_REPLACED: Final = f"SELECT feed_row.kind, feed_row.key, feed_row.ref, feed_row.body {_REPLACED}"
DELETE_REPLACED: Final = f"DELETE FROM feed_row WHERE sequence IN (SELECT feed_row.sequence {_REPLACED})"  # noqa: S608
SELECT_INCOMING: Final = "SELECT kind, key, ref, body FROM incoming WHERE body IS NOT NULL"
INSERT_INCOMING: Final = """
INSERT INTO feed_row SELECT sequence, kind, key, ref, body FROM incoming WHERE body IS NOT NULL
"""
INSERT_ROW: Final = "INSERT INTO feed_row VALUES (?, ?, ?, ?, ?)"
SELECT_ALL: Final = "SELECT kind, key, ref, body FROM feed_row"
SELECT_META: Final = "SELECT feed, epoch, sequence, digest, complete FROM meta"

SELECT_HOURS: Final = f"SELECT kind, key, ref, body FROM feed_row WHERE kind IN ({Kind.SITE:d}, {Kind.SCHEDULE:d})"  # noqa: S608

META_KIND: Final = 0
"""In the answer of LOOK_UP, the kind of the row that holds feed, epoch and sequence."""


def _within(prefix: str) -> str:
    """What lies under a prefix; || makes text of blobs, hence the CAST (bytes stay as they are)."""
    return f"key > CAST({prefix} AS BLOB) AND {{0}}.key < CAST({prefix} || x'ff' AS BLOB)"


def _under(table: str, prefix: str) -> str:
    return f"{table}." + _within(prefix).format(table)


# CROSS JOIN keeps SQLite to this order: from the one card outwards, each step one search in the index.
LOOK_UP: Final = f"""
WITH
card AS MATERIALIZED (
  SELECT kind, key, ref, body FROM feed_row WHERE kind = {Kind.CARD:d} AND key = ?1
),
holder (key) AS MATERIALIZED (
  SELECT ref FROM card
  UNION ALL
  SELECT link.ref FROM card CROSS JOIN feed_row AS link
    ON link.kind = {Kind.LINK:d} AND {_under("link", "card.ref")}
),
membership AS MATERIALIZED (
  SELECT held.kind, held.key, held.ref, held.body FROM holder CROSS JOIN feed_row AS held
    ON held.kind = {Kind.MEMBERSHIP:d} AND {_under("held", "holder.key")}
)
SELECT {META_KIND:d}, feed, epoch, sequence FROM meta
UNION ALL SELECT kind, key, ref, body FROM card
UNION ALL SELECT customer.kind, customer.key, customer.ref, customer.body
  FROM card CROSS JOIN feed_row AS customer
    ON customer.kind = {Kind.CUSTOMER:d} AND customer.key = card.ref
UNION ALL SELECT kind, key, ref, body FROM membership
UNION ALL SELECT plan.kind, plan.key, plan.ref, plan.body
  FROM membership CROSS JOIN feed_row AS plan ON plan.kind = {Kind.PLAN:d} AND plan.key = membership.ref
UNION ALL SELECT used.kind, used.key, used.ref, used.body
  FROM card CROSS JOIN feed_row AS used ON used.kind = {Kind.USE:d} AND {_under("used", "card.ref")}
UNION ALL SELECT pooled.kind, pooled.key, pooled.ref, pooled.body
  FROM holder CROSS JOIN feed_row AS pooled
    ON pooled.kind = {Kind.POOL_USE:d} AND {_under("pooled", "holder.key")}
UNION ALL SELECT passage.kind, passage.key, passage.ref, passage.body
  FROM card CROSS JOIN feed_row AS passage
    ON passage.kind = {Kind.PASSAGE:d} AND {_under("passage", "card.ref")}
UNION ALL SELECT kind, key, ref, body FROM feed_row WHERE kind = {Kind.ROTATING:d} AND key = ?1
UNION ALL {SELECT_HOURS}
"""  # noqa: S608 (every name in it stands in this file)

OF_A_WHOLE: Final = (SELECT_META, LOOK_UP, DELETE_REPLACED)
"""What is asked of a whole replica: every column of its tables stands in one of them."""
