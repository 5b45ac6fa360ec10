"""A PostgreSQL database that is put back between tests as it was: far quicker than another copy of it.

What was written since is found by the numbers of transactions; what was done to the schema costs a new copy.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
from psycopg.sql import SQL, Identifier

from tests.hub.postgresql import PREPARED, Cluster

_SHAPE = """
SELECT array_agg(count || '/' || newest) FROM (
    SELECT count(*), max(oid) AS newest FROM pg_class WHERE relkind <> 't'
    UNION ALL SELECT count(*), max(oid) FROM pg_constraint
    UNION ALL SELECT count(*), max(oid) FROM pg_trigger
    UNION ALL SELECT count(*), max(oid) FROM pg_proc
    UNION ALL SELECT count(*), max(attrelid) FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped
) AS parts"""
_TABLES = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"""
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
_OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
_NEXT = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
Connection = psycopg.Connection[tuple]


@dataclass(frozen=True)
class _AsItWas:
    shape: list[str]
    rows: dict[str, tuple[int, bytes]]
    """Of each table that has some: how many, and they as COPY has them."""
    sequences: dict[str, int | None]


class RenewedDatabase:
    """`name` on `cluster`, which is as PREPARED is after each `renew`."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster, self._name = cluster, name
        self._was: _AsItWas | None = None
        self._next_transaction = 0
        self._kept: Connection | None = None
        """One for all: each new one would read anew what tables there are."""

    def renew(self) -> None:
        """Nobody else is connected any more then."""
        try:
            if self._was is not None and self._put_back(self._was):
                return
        except psycopg.OperationalError:
            pass  # Whoever ended all connections ended this one, too.
        self._copy_anew()

    def _copy_anew(self) -> None:
        self.close()
        self._cluster.drop_database(self._name)
        self._cluster.copy_database(PREPARED, self._name)
        connection = self._connected()
        self._was = _seen(connection)
        self._next_transaction = _one(connection, _NEXT)

    def _put_back(self, was: _AsItWas) -> bool:
        """False: its schema is not what it was."""
        connection = self._connected()
        connection.execute(_OTHERS)
        touched = [*self._touched(connection, was)]
        if "django_migrations" in touched or _one(connection, _SHAPE) != was.shape:
            return False
        _empty(connection, touched)
        for table in was.rows.keys() & set(touched):
            with connection.cursor().copy(SQL("COPY {} FROM STDIN").format(Identifier(table))) as copy:
                copy.write(was.rows[table][1])
        for sequence, value in connection.execute(_SEQUENCES).fetchall():
            if value != (before := was.sequences[sequence]):
                connection.execute("SELECT setval(%s, %s, %s)", (sequence, before or 1, before is not None))
        self._next_transaction = _one(connection, _NEXT)
        return True

    def _touched(self, connection: Connection, was: _AsItWas) -> Iterator[str]:
        """Tables that were written to, even where nothing came of it."""
        for table, size in connection.execute(_TABLES).fetchall():
            if table not in was.rows:
                if size:
                    yield table
                continue
            asked = SQL("SELECT count(*), count(*) FILTER (WHERE xmin::text::bigint >= {}) FROM {}").format(
                self._next_transaction, Identifier(table)
            )
            if connection.execute(asked).fetchone() != (was.rows[table][0], 0):
                yield table

    def _connected(self) -> Connection:
        if self._kept is None:
            self._kept = psycopg.connect(self._cluster.url(self._name), autocommit=True)
        return self._kept

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()
            self._kept = None


def _seen(connection: Connection) -> _AsItWas:
    rows = {}
    for table, size in connection.execute(_TABLES).fetchall():
        if size:
            name = Identifier(table)
            with connection.cursor().copy(SQL("COPY {} TO STDOUT").format(name)) as copy:
                lines = b"".join(copy)
            rows[table] = _one(connection, SQL("SELECT count(*) FROM {}").format(name)), lines
    sequences = dict(connection.execute(_SEQUENCES).fetchall())
    return _AsItWas(_one(connection, _SHAPE), rows, sequences)


def _empty(connection: Connection, tables: list[str]) -> None:
    """Also of space: rows come to lie in the order in which they are written, as in a new table."""
    if not tables:
        return
    connection.execute("SET session_replication_role = replica")  # nothing that refers to them stays either
    with connection.transaction():
        for table in tables:
            connection.execute(SQL("DELETE FROM {}").format(Identifier(table)))
    names = SQL(", ").join(map(Identifier, tables))
    connection.execute(SQL("VACUUM (INDEX_CLEANUP ON) {}").format(names))


def _one(connection: Connection, asked: str | SQL) -> object:
    row = connection.execute(asked).fetchone()
    assert row is not None
    return row[0]
