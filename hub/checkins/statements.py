"""The SQL of ingest: many rows a statement, the same on SQLite and PostgreSQL, never row by row through the ORM.

Every function runs inside the caller's transaction. Must not know the feed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, Final

from django.db import connection

from hub.checkins import content
from hub.checkins.models import CheckIn, JournalPosition, RefusedRow

JournalKey = tuple[int, bytes]
"""An edge's database id and a journal's id."""

CHECKIN_COLUMNS = ("edge_id", "journal", "sequence", "received_at", "plan_id", "of_benefit", *content.COLUMNS)
_KEYS_AT_ONCE: Final = 500
_REFUSED_COLUMNS = ("edge_id", "journal", "sequence", "body", "error", "received_at")


def instant_value(at: datetime) -> Any:
    """An aware instant as this database's driver takes it in raw SQL."""
    return connection.ops.adapt_datetimefield_value(at)


def lock_positions(keys: Iterable[JournalKey]) -> dict[JournalKey, int]:
    """How far each journal is committed, each locked until the transaction ends, in one order for everybody.

    Those that are missing are made before any is locked, also in that order: whoever waits for one that another is
    making holds none of those that stand. SQLite has one writer at a time: the transaction holds its lock from the
    start (IMMEDIATE).
    """
    ordered = sorted(keys)
    found = _positions(ordered)
    if missing := [key for key in ordered if key not in found]:
        table = JournalPosition._meta.db_table
        insert = f"INSERT INTO {table} (edge_id, journal, upto) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.executemany(insert, missing)
    if missing or connection.features.has_select_for_update:
        return _positions(ordered, "FOR UPDATE" if connection.features.has_select_for_update else "")
    return found


def _positions(ordered: Sequence[JournalKey], lock: str = "") -> dict[JournalKey, int]:
    table = JournalPosition._meta.db_table
    found = {}
    with connection.cursor() as cursor:
        for start in range(0, len(ordered), _KEYS_AT_ONCE):
            some = ordered[start : start + _KEYS_AT_ONCE]
            places = ", ".join(["(%s, %s)"] * len(some))
            cursor.execute(
                f"SELECT edge_id, journal, upto FROM {table} WHERE (edge_id, journal) IN (VALUES {places}) "  # noqa: S608
                f"ORDER BY edge_id, journal {lock}",
                [*chain.from_iterable(some)],
            )
            found |= {(edge_id, bytes(journal)): upto for edge_id, journal, upto in cursor.fetchall()}
    return found


def move_positions(positions: dict[JournalKey, int]) -> None:
    table = JournalPosition._meta.db_table
    update = f"UPDATE {table} SET upto = %s WHERE edge_id = %s AND journal = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(update, [(upto, *key) for key, upto in positions.items()])


def insert_checkins(rows: Sequence[tuple[Any, ...]]) -> int:
    """Rows of CHECKIN_COLUMNS; without those whose id or place in a journal stands already. How many came."""
    return _insert_many(CheckIn._meta.db_table, CHECKIN_COLUMNS, rows)


def insert_refused(rows: Sequence[tuple[Any, ...]]) -> int:
    """Rows of edge, journal, sequence, body, error and received_at."""
    return _insert_many(RefusedRow._meta.db_table, _REFUSED_COLUMNS, rows)


def _insert_many(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
    if not rows:
        return 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) > 1:
            return _copy_many(cursor, table, columns, rows)
        marks = ", ".join(["%s"] * len(columns))
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608
        cursor.executemany(insert, rows)
        return int(cursor.rowcount)


def _copy_many(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """PostgreSQL plans each statement of an executemany anew, which takes longer than the row. COPY knows no
    conflicts, so it goes into a table of this connection's own, which is empty again after the transaction."""
    names, own = ", ".join(columns), f"copied_{table}"
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {own} ON COMMIT DELETE ROWS "  # noqa: S608
        f"AS SELECT {names} FROM {table} WITH NO DATA"
    )
    with cursor.copy(f"COPY {own} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {own} ON CONFLICT DO NOTHING")  # noqa: S608
    came = int(cursor.rowcount)
    cursor.execute(f"DELETE FROM {own}")  # noqa: S608
    return came
