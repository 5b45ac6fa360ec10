"""Journals of older formats are brought up to date: without loss, synced, and whole or not at all."""

import sqlite3
from pathlib import Path

import pytest

from contract.messages import Ack, CheckIn, encode
from edge.core.used_steps import STEPS_KEPT, UsedStep
from edge.storage import journal_file
from edge.storage import journal_tables as sql
from edge.storage.journal import JournalError, SqliteJournal
from tests.edge.journal_runs import ids, run
from tests.edge.test_own_uses import checkin
from tests.edge.test_used_steps import CARD, NOW, taken

FORMAT_1 = """
BEGIN;
CREATE TABLE journal (id BLOB NOT NULL);
CREATE TABLE checkin (sequence INTEGER PRIMARY KEY AUTOINCREMENT, counted INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE ack (number INTEGER PRIMARY KEY, upto INTEGER, epoch INTEGER, sequence INTEGER);
INSERT INTO journal VALUES (x'6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f');
INSERT INTO ack (upto, epoch, sequence) VALUES (1, 5, 9);
PRAGMA user_version = 1;
COMMIT;
"""
FORMAT_2 = (
    FORMAT_1
    + """
BEGIN;
ALTER TABLE checkin ADD COLUMN reader TEXT;
ALTER TABLE checkin ADD COLUMN card BLOB;
ALTER TABLE checkin ADD COLUMN step INTEGER;
CREATE INDEX checkin_counted ON checkin (sequence) WHERE counted;
CREATE TABLE used_step (
  reader TEXT NOT NULL,
  card BLOB NOT NULL,
  step INTEGER NOT NULL,
  PRIMARY KEY (reader, card)
) WITHOUT ROWID;
CREATE TRIGGER checkin_uses_step_up AFTER INSERT ON checkin WHEN new.step IS NOT NULL BEGIN
  INSERT INTO used_step VALUES (new.reader, new.card, new.step)
  ON CONFLICT DO UPDATE SET step = iif(
    used_step.step > excluded.step + 2, excluded.step, max(used_step.step, excluded.step)
  );
END;
PRAGMA user_version = 2;
COMMIT;
"""
)
FORMAT_4 = (
    FORMAT_2
    + """
BEGIN;
DROP TRIGGER checkin_uses_step_up;
DROP TABLE used_step;
CREATE TABLE used_step (
  reader TEXT NOT NULL,
  card BLOB NOT NULL,
  step INTEGER NOT NULL,
  PRIMARY KEY (reader, card, step)
) WITHOUT ROWID;
CREATE TRIGGER checkin_uses_step_up AFTER INSERT ON checkin WHEN new.step IS NOT NULL BEGIN
  DELETE FROM used_step WHERE reader = new.reader AND card = new.card AND step < new.step - 2;
  INSERT INTO used_step VALUES (new.reader, new.card, new.step) ON CONFLICT DO NOTHING;
END;
ALTER TABLE journal ADD COLUMN begins INTEGER NOT NULL DEFAULT 1;
CREATE TABLE acked_by (day INTEGER PRIMARY KEY, upto INTEGER NOT NULL);
PRAGMA user_version = 4;
COMMIT;
"""
)
OLD = {1: FORMAT_1, 2: FORMAT_2, 4: FORMAT_4}
OBSTACLES = {
    1: "CREATE TABLE checkin_counted (a)",
    2: "CREATE TABLE newest_step (a)",
    4: "ALTER TABLE ack ADD COLUMN feed",
}
STEPS = (NOW - STEPS_KEPT - 1, NOW - 1, NOW)
"""What a reader of format 2 has taken of one card, one check-in each."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def write_old(path: Path, version: int) -> list[CheckIn]:
    """Five check-ins, of which the second counts; the last three have used steps up in format 2."""
    rows = [checkin(1, counted=False), checkin(2)]
    rows += [taken(number, step, counted=False) for number, step in enumerate(STEPS, start=3)]
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(OLD[version])
    for row in rows:
        kept = (row.counted, encode(row))
        if version == 1:
            connection.execute("INSERT INTO checkin (counted, body) VALUES (?, ?)", kept)
        else:
            step = (None, None, None) if row.step is None else (row.reader, row.code_hash, row.step)
            connection.execute(sql.APPEND, (*kept, *step))
    connection.close()
    return rows


@pytest.mark.parametrize("version", OLD)
def test_an_older_journal_is_brought_up_to_date_without_loss(path: Path, version: int) -> None:
    rows = write_old(path, version)
    known = [] if version == 1 else [UsedStep("counter", CARD, NOW - 1), UsedStep("counter", CARD, NOW)]

    async def first(journal: SqliteJournal) -> None:
        assert (journal.id, journal.set_aside) == (b"o" * 16, None)
        assert journal.acked == Ack(journal.id, 1, 5, 9, "everyone")
        assert [row.body for row in await journal.rows_after(0, 10)] == [encode(row) for row in rows]
        assert await journal.own_rows_not_known_passed(None) == [(2, checkin(2))]
        assert await journal.used_steps() == known
        await journal.append(taken(6, NOW + 1))
        assert await journal.last_sequence() == 6

    async def second(journal: SqliteJournal) -> None:
        assert await journal.used_steps() == [*known, UsedStep("counter", CARD, NOW + 1)]
        assert await journal.last_sequence() == 6

    run(path, first)
    run(path, second)


@pytest.mark.parametrize("version", OLD)
def test_what_cannot_be_brought_up_to_date_stays_as_it_was(path: Path, version: int) -> None:
    """One transaction: a power cut in the midst of it, or a table in the way, leaves the old format whole."""
    write_old(path, version)
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute(OBSTACLES[version])
        before = list(connection.iterdump())

    async def work(journal: SqliteJournal) -> None:
        assert journal.is_broken
        with pytest.raises(JournalError, match="cannot be opened"):
            await journal.append(checkin(9))

    run(path, work)
    with sqlite3.connect(path, isolation_level=None) as connection:
        assert list(connection.iterdump()) == before
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)


class Careless(sqlite3.Connection):
    """A SQLite that was built to sync nothing unless it is told to. `levels`: at each script that it ran."""

    levels: list[int]

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)  # type: ignore[arg-type]
        self.execute("PRAGMA synchronous = OFF")

    def executescript(self, script: str, /) -> sqlite3.Cursor:
        Careless.levels += self.execute("PRAGMA synchronous").fetchone()
        return super().executescript(script)


@pytest.mark.parametrize("version", [None, *OLD])
def test_a_journal_is_made_and_brought_up_to_date_synced(
    path: Path, monkeypatch: pytest.MonkeyPatch, version: int | None
) -> None:
    if version is not None:
        write_old(path, version)
    connect = sqlite3.connect
    Careless.levels = []
    monkeypatch.setattr(
        journal_file.sqlite3, "connect", lambda *given, **more: connect(*given, **more, factory=Careless)
    )
    journal_file.prepare(path, ids(), 0)
    assert Careless.levels == [2]
