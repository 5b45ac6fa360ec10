"""The SQL of ingest: many rows a statement, the same on SQLite and PostgreSQL, never row by row through the ORM.

Every function runs inside the caller's transaction. Must not know the feed.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from hub.checkins import content
from hub.checkins.models import CheckIn, JournalPosition, RefusedRow

JournalKey = tuple[int, bytes]
"""An edge's database id and a journal's id."""

CHECKIN_COLUMNS = ("edge_id", "journal", "sequence", "received_at", "plan_id", *content.COLUMNS)
_REFUSED_COLUMNS = ("edge_id", "journal", "sequence", "body", "error", "received_at")


def instant_value(at: datetime) -> Any:
    """An aware instant as this database's driver takes it in raw SQL."""
    return connection.ops.adapt_datetimefield_value(at)


def lock_positions(keys: Iterable[JournalKey]) -> dict[JournalKey, int]:
    """How far each journal is committed, each locked until the transaction ends, in one order for everybody.

    SQLite has one writer at a time: the transaction holds its lock from the start (IMMEDIATE).
    """
    table = JournalPosition._meta.db_table
    ordered = sorted(keys)
    insert = f"INSERT INTO {table} (edge_id, journal, upto) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING"  # noqa: S608
    lock = "FOR UPDATE" if connection.features.has_select_for_update else ""
    select = f"SELECT upto FROM {table} WHERE edge_id = %s AND journal = %s {lock}"  # noqa: S608
    positions = {}
    with connection.cursor() as cursor:
        for key in ordered:
            cursor.execute(select, key)
            found = cursor.fetchone()
            if found is None:
                cursor.execute(insert, key)
                cursor.execute(select, key)
                found = cursor.fetchone()
            positions[key] = found[0]
    return positions


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
    marks = ", ".join(["%s"] * len(columns))
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(insert, rows)
        return int(cursor.rowcount)
