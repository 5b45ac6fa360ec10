"""One replica file: loading it, applying pages to it, recounting its digest. Blocking: called from threads.

A file is loaded by sequence without an index, a journal on disk or care for power cuts, since an incomplete one is
thrown away. Once complete it is in WAL mode with synchronous=NORMAL: a power cut may take back its last pages,
together with the position that belongs to them, and the hub sends those again.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec.structs import astuple

from contract.facts import Position
from contract.feed import Row, digest_bytes, moved_digest, row_digest
from contract.gathering import StoredRow
from edge.storage import feed_tables as sql
from edge.storage.errors import StorageError
from edge.storage.replica_folder import delete
from edge.storage.schema import understand

_RECOUNT_ROWS: Final = 500
_RECOUNT_PAUSE_S: Final = 0.002
"""After so many rows, which take about 1 ms: a recount in the background uses a third of one core."""
_BUSY_S: Final = 5.0
_SYNC_EVERY_LOADS: Final = 8
"""A file system may make the journal's fsync wait for all that other files have written: about 1 MB is left."""

_SQLITE: Final = b"SQLite format 3\0"
_HEADER_BYTES: Final = 100
_APPLICATION_ID: Final = slice(68, 72)
"""Of the header: https://www.sqlite.org/fileformat2.html#application_id."""


class ReplicaFileError(StorageError):
    """A file that is no complete replica of the format that is known here."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a file stands, and its digest there."""

    position: Position
    digest: int
    complete: bool


class ReplicaFile:
    """One file, one writing connection. Calls come one at a time, from whatever thread. sqlite3.Error."""

    def __init__(self, path: Path, connection: sqlite3.Connection, indexed_at: int) -> None:
        """`indexed_at`: rows up to this sequence come once each and are loaded without an index."""
        self.path = path
        self._connection = connection
        self._indexed_at = indexed_at
        self._indexed = False
        self._loads = 0
        connection.execute(sql.CREATE_INCOMING)

    @classmethod
    def create(cls, path: Path, feed: str, epoch: int, head: int) -> "ReplicaFile":
        """A new file without rows, at sequence 0. `head` is the feed's sequence now."""
        connection = _connect_to_load(path, "rwc")
        connection.executescript(sql.CREATE)
        empty = (feed, epoch, 0, digest_bytes(0), False)
        connection.execute("INSERT INTO meta VALUES (?, ?, ?, ?, ?)", empty)
        return cls(path, connection, indexed_at=head)

    @classmethod
    def resume(cls, path: Path, head: int) -> "ReplicaFile":
        """A fresh file that was closed in order while it was being loaded; `head` as when it was created."""
        connection = _connect_to_load(path, "rw")
        file = cls(path, connection, indexed_at=head)
        file._indexed = connection.execute(sql.SELECT_INDEX).fetchone() is not None
        return file

    @classmethod
    def open_complete(cls, path: Path) -> "ReplicaFile":
        """The complete replica in `path`. ReplicaFileError, or sqlite3.DatabaseError where it is damaged."""
        connection = _connect(path, "rw")
        try:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
            if found != sql.FORMAT:
                raise ReplicaFileError(f"{path.name} is no replica of format {sql.FORMAT}")
            connection.execute("PRAGMA synchronous = NORMAL")
            file = cls(path, connection, indexed_at=0)
            understand(connection, sql.OF_A_WHOLE)
            if not file.standing().complete:
                raise ReplicaFileError(f"{path.name} is no complete replica")
        except BaseException:
            connection.close()
            raise
        file._indexed = True
        return file

    def standing(self) -> Standing:
        return standing(self._connection)

    def load(self, rows: list[Row], upto: int) -> None:
        """The next rows of a fresh file, in one transaction with the position `upto` and the digest there."""
        with _Transaction(self._connection):
            plain = 0 if self._indexed else sum(row.sequence <= self._indexed_at for row in rows)
            live = [astuple(row) for row in rows[:plain] if row.body is not None]
            self._connection.executemany(sql.INSERT_ROW, live)
            self._move([], list(_digests(row[1:] for row in live)), upto)
            if upto >= self._indexed_at:
                self._build_index()
                self._move(*self._replace(rows[plain:]), upto)
        self._loads += 1
        if self._loads % _SYNC_EVERY_LOADS == 0:
            _fsync(self.path)

    def finish(self, digest: int) -> bool:
        """Make a loaded file complete, if what was loaded has `digest`; durable when this returns True."""
        self._build_index()
        if self.standing().digest != digest:
            return False
        # Nothing that went to the file while synchronous was off need be on disk yet.
        _fsync(self.path)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(sql.LOADED)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("UPDATE meta SET complete = 1")
        _fsync(self.path.parent)
        self._connection.execute("PRAGMA synchronous = NORMAL")
        return True

    def apply(self, rows: list[Row], upto: int) -> Standing:
        """Bring a complete file to `upto` in one transaction; where it stands then."""
        with _Transaction(self._connection):
            return self._move(*self._replace(rows), upto)

    def _move(self, removed: list[int], added: list[int], upto: int) -> Standing:
        """Write down the position and the digest after rows left and came."""
        before = self.standing()
        digest = moved_digest(before.digest, removed, added)
        meta = (upto, digest_bytes(digest))
        self._connection.execute("UPDATE meta SET sequence = ?, digest = ?", meta)
        position = Position(before.position.feed, before.position.epoch, upto)
        return Standing(position, digest, before.complete)

    def close(self) -> None:
        self._connection.close()

    def delete(self) -> None:
        """OSError besides."""
        self.close()
        delete(self.path)

    def _build_index(self) -> None:
        if not self._indexed:
            self._connection.execute(sql.CREATE_INDEX)
            self._indexed = True

    def _replace(self, rows: list[Row]) -> tuple[list[int], list[int]]:
        """Put rows in the place of those with their keys; the digests of what left and of what came."""
        execute = self._connection.execute
        execute(sql.CLEAR_INCOMING)
        self._connection.executemany(sql.FILL_INCOMING, map(astuple, rows))
        removed = list(_digests(execute(sql.SELECT_REPLACED)))
        added = list(_digests(execute(sql.SELECT_INCOMING)))
        execute(sql.DELETE_REPLACED)
        execute(sql.INSERT_INCOMING)
        execute(sql.CLEAR_INCOMING)
        return removed, added


class _Transaction:
    """BEGIN IMMEDIATE, then COMMIT, or ROLLBACK where anything was raised."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.execute("COMMIT")
        elif self._connection.in_transaction:  # a full disk rolls back by itself
            self._connection.execute("ROLLBACK")


def was_being_loaded(path: Path) -> bool:
    """Of a file that SQLite cannot read: one whose loading was killed may have pages that do not fit together.

    Not for a file that is open in this process: SQLite's locks on it would end with this look.
    """
    with suppress(OSError), path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
        return header.startswith(_SQLITE) and header[_APPLICATION_ID] == sql.LOADING.to_bytes(4, "big")
    return False


def standing(connection: sqlite3.Connection) -> Standing:
    """What a file says of itself. ReplicaFileError where it says nothing."""
    meta = connection.execute(sql.SELECT_META).fetchone()
    if meta is None:
        raise ReplicaFileError("a replica without its position")
    feed, epoch, sequence, digest, complete = meta
    return Standing(Position(feed, epoch, sequence), int.from_bytes(digest, "big"), bool(complete))


def count_on_disk(path: Path, wanted: Callable[[], bool]) -> tuple[int, int]:
    """The digest kept in `path` and the one recounted from its rows, of one and the same moment.

    Pauses leave the processor to others. ReplicaFileError: it was `wanted` no more.
    """
    connection = _connect(path, "rw")
    try:
        return count(connection, wanted)
    finally:
        connection.close()


def count(connection: sqlite3.Connection, wanted: Callable[[], bool] = lambda: True) -> tuple[int, int]:
    """As `count_on_disk`, by a connection that is open, in a transaction that it leaves open."""
    connection.execute("BEGIN")
    kept, counted = standing(connection).digest, 0
    rows = connection.execute(sql.SELECT_ALL)
    while some := rows.fetchmany(_RECOUNT_ROWS):
        if not wanted():
            raise ReplicaFileError("the recount was ended before it was done")
        counted = moved_digest(counted, (), _digests(some))
        time.sleep(_RECOUNT_PAUSE_S)
    return kept, counted


def _digests(rows: Iterable[StoredRow]) -> Iterable[int]:
    return (row_digest(*row) for row in rows)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)


def _connect_to_load(path: Path, mode: str) -> sqlite3.Connection:
    connection = _connect(path, mode)
    connection.execute("PRAGMA journal_mode = MEMORY")
    connection.execute("PRAGMA synchronous = OFF")
    return connection


def _fsync(path: Path) -> None:
    """Not for a file in WAL mode: closing it here would end the locks that SQLite holds on it in this process."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
