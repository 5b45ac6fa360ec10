"""A replica on a disk that takes nothing: full, or read-only. What its file holds can be decided by. Blocking."""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from contract.feed import moved_digest, row_digest
from edge.storage import feed_tables as sql
from edge.storage.replica_file import ReplicaFileError, Standing, standing

_WAYS: Final = ("mode=ro", "immutable=1")
"""The second where the index of the WAL cannot be made: then without what still stands in the WAL."""


def readable(path: Path) -> tuple[str, Standing]:
    """The address of a complete replica for SQLite, and where it stands as it can be read there.

    sqlite3.Error: it cannot be read. ReplicaFileError: it is not complete, or not exact without its WAL.
    """
    for way in _WAYS:
        address = f"{path.absolute().as_uri()}?{way}"
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(address, uri=True)) as connection:
            found = standing(connection)
            if not found.complete or (way == _WAYS[1] and _has_wal(path) and _digest(connection) != found.digest):
                raise ReplicaFileError(f"{path.name} is no complete replica as it can be read")
            return address, found
    raise sqlite3.OperationalError(f"{path.name} can neither be written nor read")


def _has_wal(path: Path) -> bool:
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _digest(connection: sqlite3.Connection) -> int:
    return moved_digest(0, (), (row_digest(*row) for row in connection.execute(sql.SELECT_ALL)))
