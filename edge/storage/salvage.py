"""What can still be read of a damaged journal goes into the one that takes its place. Blocking.

Rows that the hub has acked stay where they are: it has them. The others are read from both ends of the damaged
file, as far as each goes, and stand in the new one in the same order, under new sequences. The hub knows rows by
their own ids, so that one that it had all the same is not counted twice.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from contract.messages import Journaled, Lost, MessageError, decode_journaled
from edge.core.losses import Damage
from edge.storage import journal_tables as sql
from edge.storage.journal_values import values_of

_BACKWARDS_MAX: Final = 10_000


class _Reading:
    """Rows out of a damaged file, and what was learned on the way."""

    def __init__(self, damaged: sqlite3.Connection) -> None:
        self._damaged = damaged
        self._acked = self._number("SELECT upto FROM ack ORDER BY number DESC LIMIT 1") or 0
        self._read_upto = self._acked
        self.whole = False
        self.kept = 0
        self.since_us: int | None = None

    @property
    def lost(self) -> int | None:
        last = self._number("SELECT seq FROM sqlite_sequence WHERE name = 'checkin'")
        if self.whole:
            last = max(last or 0, self._read_upto)
        return None if last is None else max(0, last - self._acked - self.kept)

    def rows(self) -> Iterator[Journaled]:
        try:
            for row in self._readable(sql.SAVE_FORWARDS, self._acked):
                if not isinstance(row, Lost):
                    self.since_us = row.at_us
                yield row
            self.whole = True
            return
        except sqlite3.Error:
            pass
        behind: list[Journaled] = []
        with suppress(sqlite3.Error):
            for row in self._readable(sql.SAVE_BACKWARDS, self._read_upto):
                behind.append(row)
                if len(behind) == _BACKWARDS_MAX:
                    break
        yield from reversed(behind)

    def _readable(self, statement: str, after: int) -> Iterator[Journaled]:
        for sequence, body in self._damaged.execute(statement, (after,)):
            with suppress(MessageError, TypeError):
                row = decode_journaled(body)
                self._read_upto = max(self._read_upto, sequence)
                self.kept += 1
                yield row

    def _number(self, statement: str) -> int | None:
        with suppress(sqlite3.Error):
            found = self._damaged.execute(statement).fetchone()
            if found is not None and isinstance(found[0], int):
                return found[0]
        return None


def save(damaged: Path, journal: Path) -> Damage:
    """Copies out of `damaged` into the new `journal`, on disk when this returns. sqlite3.Error, of the new one."""
    with closing(_connect(damaged, "ro")) as source, closing(_connect(journal, "rw")) as target:
        reading = _Reading(source)
        target.execute("PRAGMA synchronous = FULL")
        target.execute("BEGIN IMMEDIATE")
        target.executemany(sql.APPEND, map(values_of, reading.rows()))
        with suppress(sqlite3.Error):
            target.executemany(sql.SAVED, source.execute(sql.USED_STEPS).fetchall())
        target.execute("COMMIT")
        return Damage(damaged.name, reading.kept, reading.lost, reading.since_us)


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None)
