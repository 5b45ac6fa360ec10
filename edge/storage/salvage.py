"""What can still be read of a damaged journal, for the one that takes its place. Blocking.

All rows come along, in the same order and under new sequences: those that the hub has acked may be needed by a hub
that was put back from a backup, and by decisions here. They are read from the beginning, from the last ack on, and
from the end, each as far as it goes. The hub knows rows by their own ids: none is counted twice.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from contract.messages import Journaled, Lost, MessageError, decode_journaled
from edge.storage import journal_tables as sql

_UNREADABLE: Final = (sqlite3.Error, ValueError)
"""ValueError: what SQLite says of a broken schema quotes its bytes, and Python cannot read them; or by that schema
rows have fewer columns."""


class Reading:
    """Rows out of a damaged file, and what was learned on the way."""

    def __init__(self, damaged: sqlite3.Connection, is_cut: bool) -> None:
        self._is_cut = is_cut
        self._damaged = damaged
        # Not to write: SQLite passes over what it cannot understand of the schema then, and reads the rest.
        damaged.execute("PRAGMA writable_schema = ON")
        self._acked = self._number(sql.ACKED_UPTO) or 0
        self._before_first = 0
        self._read_upto = 0
        self._whole = False
        self._kept_unacked = 0
        self.kept = 0
        self.since_us: int | None = None
        """When the last row before the damage was made; None: nothing could be read."""

    @property
    def lost(self) -> int | None:
        """How many rows that the hub has not acked could not be read. None: nobody knows."""
        if self._is_cut:
            return None
        last = self._number(sql.EVER_LAST)
        if self._whole:
            last = max(last or 0, self._read_upto)
        return None if last is None else max(0, last - max(self._acked, self._before_first) - self._kept_unacked)

    def rows(self) -> Iterator[Journaled]:
        for after in (0, self._acked):
            if after >= self._read_upto and not self._whole:
                yield from self._forwards(after)
        if not self._whole:
            yield from self._forwards(max(self._read_upto, self._readable_after()), behind=True)

    def used_steps(self) -> list[Any]:
        try:
            return self._damaged.execute(sql.USED_STEPS).fetchall()
        except _UNREADABLE:
            return []

    def _forwards(self, after: int, *, behind: bool = False) -> Iterator[Journaled]:
        with suppress(*_UNREADABLE):
            for sequence, _, _, body, *_ in self._damaged.execute(sql.SAVE_FORWARDS, (after,)):
                if self._read_upto == 0 and not behind:
                    self._before_first = sequence - 1
                self._read_upto = sequence
                with suppress(MessageError, TypeError):
                    row = decode_journaled(body)
                    self._note(sequence, row, behind)
                    yield row
            self._whole = not behind

    def _note(self, sequence: int, row: Journaled, behind: bool) -> None:
        self.kept += 1
        self._kept_unacked += sequence > self._acked
        if not behind and not isinstance(row, Lost):
            self.since_us = row.at_us

    def _readable_after(self) -> int:
        """All rows after it can be read, to the end."""
        lowest = self._number(sql.EVER_LAST) or sql.SEQUENCE_MAX
        with suppress(*_UNREADABLE):
            for sequence, *_ in self._damaged.execute(sql.SAVE_BACKWARDS, (self._read_upto,)):
                lowest = sequence - 1
        return lowest

    def _number(self, statement: str) -> int | None:
        with suppress(*_UNREADABLE):
            found = self._damaged.execute(statement).fetchone()
            if found is not None and isinstance(found[0], int):
                return found[0]
        return None


def connect(damaged: Path) -> sqlite3.Connection:
    """To read alone."""
    return sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
