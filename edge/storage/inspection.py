"""Looking at the edge's SQLite files from outside, whether an edge runs on them or not; changes nothing.

Owns how they are opened for that. What is found is told in plain values; what it means is for others to say.
Blocking.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from contract.instants import from_us
from contract.messages import Lost, MessageError, decode_journaled
from edge.storage import feed_tables, journal_tables
from edge.storage.errors import StorageError, damaged, is_damage, word_of
from edge.storage.replica_file import ReplicaFileError, Standing, count, standing
from edge.storage.replica_folder import PATTERN, number
from edge.storage.schema import understand

_BUSY_S: Final = 5.0
_UNREADABLE: Final = (sqlite3.Error, OSError, UnicodeDecodeError)
_FORMAT: Final = "PRAGMA user_version"


class Unreadable(StorageError):
    """A file that cannot be read; `word` is "incomplete", or one of edge/storage/errors.py: "damaged", …"""

    def __init__(self, path: Path, word: str, why: str) -> None:
        super().__init__(f"{path.name}: {why}")
        self.word: Final = word


@dataclass(frozen=True, slots=True)
class JournalSeen:
    """`rows` are those in the file, `unacked` those of them that the hub has not acknowledged, the oldest of which
    was made at `unacked_since` (None: there is none, or its time cannot be read)."""

    id: bytes
    format: int
    rows: int
    unacked: int
    unacked_since: datetime | None
    bytes: int


@dataclass(frozen=True, slots=True)
class ReplicaSeen:
    """`counted` is the digest recounted from the rows; `format` the file's."""

    name: str
    format: int
    standing: Standing
    counted: int
    rows: int


def look_at_journal(path: Path) -> JournalSeen:
    """All of it is checked page by page. Unreadable."""
    with _opened(path) as connection:
        (found,) = connection.execute(_FORMAT).fetchone()
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise damaged(verdict)
        if found == journal_tables.FORMAT:
            understand(connection, journal_tables.OF_AN_OPEN_ONE)
        journal_id, *_ = connection.execute("SELECT * FROM journal").fetchone()
        acked = (connection.execute(journal_tables.ACKED_UPTO).fetchone() or (0,))[0] or 0
        (rows,) = connection.execute("SELECT count(*) FROM checkin").fetchone()
        (unacked,) = connection.execute("SELECT count(*) FROM checkin WHERE sequence > ?", (acked,)).fetchone()
        since = _made_at(connection, acked)
    return JournalSeen(journal_id, found, rows, unacked, since, path.stat().st_size)


def replica_in(state_dir: Path) -> Path | None:
    """The file that an edge would decide by: of the complete ones that with the highest number; where none is
    complete or can be read, the one with the highest number. None: there is no file."""
    paths = sorted(state_dir.glob(PATTERN), key=number, reverse=True)
    for path in paths:
        with suppress(Unreadable), _opened(path) as connection:
            if standing(connection).complete:
                return path
    return paths[0] if paths else None


def look_at_replica(path: Path) -> ReplicaSeen:
    """Its digest is recounted, with pauses that leave the processor to others. Unreadable."""
    with _opened(path) as connection:
        (found,) = connection.execute(_FORMAT).fetchone()
        if found == feed_tables.FORMAT:
            connection.execute(feed_tables.CREATE_INCOMING)  # in memory: rows come by way of it
            understand(connection, feed_tables.OF_A_WHOLE)
        _, counted = count(connection)
        # In the transaction of the count: an edge that runs moves both on.
        stands = standing(connection)
        (rows,) = connection.execute("SELECT count(*) FROM feed_row").fetchone()
    return ReplicaSeen(path.name, found, stands, counted, rows)


def hours_in(path: Path) -> dict[tuple[int, bytes], bytes]:
    """The bodies of sites and schedules in a whole replica, by kind and key. Unreadable."""
    with _opened(path) as connection:
        if not standing(connection).complete:
            raise ReplicaFileError("it is not complete")
        rows = connection.execute(feed_tables.SELECT_HOURS)
        return {(kind, key): body for kind, key, _, body in rows}


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """To read alone. Where there is no WAL, without any: nothing is to appear there that was not there."""
    wal = path.with_name(f"{path.name}-wal")
    try:
        how = "mode=ro" if wal.exists() else "mode=ro&immutable=1"
        address = f"{path.absolute().as_uri()}?{how}"
        with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_S, isolation_level=None)) as connection:
            yield connection
    except ReplicaFileError as error:
        raise Unreadable(path, "incomplete", str(error)) from error
    except _UNREADABLE as error:
        word = "damaged" if is_damage(error) else word_of(error)
        why = "it is damaged" if isinstance(error, UnicodeDecodeError) else str(error)
        raise Unreadable(path, word, why) from error


def _made_at(connection: sqlite3.Connection, acked: int) -> datetime | None:
    found = connection.execute(journal_tables.ROWS_AFTER, (acked, 1)).fetchone()
    if found is None:
        return None
    try:
        row = decode_journaled(found[1])
    except MessageError:
        return None
    return from_us(row.upto_us if isinstance(row, Lost) else row.at_us)
