"""Steps of rotating codes that a reader has taken: in memory and on disk by the same rule."""

import sqlite3
from pathlib import Path

import pytest
from msgspec import structs

from contract.ask import Policy
from contract.messages import CheckIn, encode
from contract.rotating import step_at
from edge.core.used_steps import UsedStep, UsedSteps
from edge.storage import journal_tables as sql
from edge.storage.journal import SqliteJournal
from tests.edge.fakes import NOON
from tests.edge.test_journal import run
from tests.edge.test_own_uses import checkin
from tests.edge.test_own_voids_and_passages import void

NOW = step_at(NOON)
CARD = b"h" * 32


def taken(number: int, step: int | None, **more: object) -> CheckIn:
    return structs.replace(checkin(number), step=step, **more)


@pytest.mark.parametrize(
    ("steps", "known"),
    [
        ([], None),
        ([None], None),
        ([NOW], NOW),
        ([NOW - 1, NOW + 1], NOW + 1),
        ([NOW + 1, NOW - 1], NOW + 1),
        ([NOW + 900], None),
        ([NOW + 900, NOW], NOW),
        ([NOW - 900, NOW + 900, NOW], NOW),
    ],
)
def test_the_newest_step_that_can_be_is_known_and_kept(
    tmp_path: Path, steps: list[int | None], known: int | None
) -> None:
    """A step that lies far ahead was taken under a wrong clock, and locks nobody out."""
    path = tmp_path / "journal.db"
    in_memory = UsedSteps()

    async def first(journal: SqliteJournal) -> None:
        for number, step in enumerate(steps, start=1):
            in_memory.take(taken(number, step))
            assert await journal.append(taken(number, step)) == number

    async def second(journal: SqliteJournal) -> None:
        for each in (in_memory, UsedSteps(await journal.used_steps())):
            assert each.of("counter", CARD, NOON) == known
            assert each.of("door", CARD, NOON) is None
            assert each.of("counter", b"x" * 32, NOON) is None

    run(path, first)
    run(path, second)


def test_a_replayed_code_takes_nothing(tmp_path: Path) -> None:
    replayed = taken(1, NOW, outcome="denied", reason="code_replayed", counted=False)
    steps = UsedSteps()
    steps.take(replayed)
    assert steps.of("counter", CARD, NOON) is None

    async def work(journal: SqliteJournal) -> None:
        await journal.append(replayed)
        assert list(await journal.used_steps()) == []
        await journal.append(taken(2, NOW))
        assert list(await journal.used_steps()) == [UsedStep("counter", CARD, NOW)]

    run(tmp_path / "journal.db", work)


def test_a_check_in_that_cannot_be_kept_uses_no_step_up_on_disk(tmp_path: Path) -> None:
    """One statement, so that the two are never apart."""

    async def work(journal: SqliteJournal) -> None:
        await journal._recorder.execute_fetchall(
            "CREATE TEMP TRIGGER full AFTER INSERT ON main.used_step BEGIN SELECT raise(ABORT, 'no'); END"
        )
        with pytest.raises(Exception, match="cannot be written"):
            await journal.append(taken(1, NOW))
        assert await journal.last_sequence() == 0
        assert list(await journal.used_steps()) == []

    run(tmp_path / "journal.db", work)


OLD_JOURNAL = """
BEGIN;
CREATE TABLE journal (id BLOB NOT NULL);
CREATE TABLE checkin (sequence INTEGER PRIMARY KEY AUTOINCREMENT, counted INTEGER NOT NULL, body BLOB NOT NULL);
CREATE TABLE ack (number INTEGER PRIMARY KEY, upto INTEGER, epoch INTEGER, sequence INTEGER);
INSERT INTO journal VALUES (x'6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f');
INSERT INTO ack (upto, epoch, sequence) VALUES (1, 5, 9);
PRAGMA user_version = 1;
COMMIT;
"""


def test_an_older_journal_is_brought_up_to_date_without_loss(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(OLD_JOURNAL)
    for number in (1, 2):
        row = (number == 2, encode(checkin(number, counted=number == 2)))
        connection.execute("INSERT INTO checkin (counted, body) VALUES (?, ?)", row)
    connection.close()

    async def work(journal: SqliteJournal) -> None:
        assert (journal.id, journal.set_aside) == (b"o" * 16, None)
        assert journal.acked is not None
        assert journal.acked.upto == 1
        rows = await journal.rows_after(0, 10)
        assert [row.body for row in rows][:2] == [encode(checkin(1, counted=False)), encode(checkin(2))]
        assert next(iter(await journal.own_rows_not_known_passed(None))) == (2, checkin(2))
        await journal.append(taken(len(rows) + 1, NOW))
        assert list(await journal.used_steps()) == [UsedStep("counter", CARD, NOW)]
        assert await journal.last_sequence() == len(rows) + 1

    run(path, work)
    run(path, work)


def test_own_rows_are_uses_passages_and_voids(tmp_path: Path) -> None:
    passage = checkin(2, counted=False, policy=Policy(area="hall"))
    rows = [checkin(1), checkin(9, counted=False), passage, void(1), checkin(3, membership=None)]

    async def work(journal: SqliteJournal) -> None:
        for row in rows:
            await journal.append(row)
        assert list(await journal.own_rows_not_known_passed(None)) == [(1, rows[0]), (3, passage), (4, void(1))]
        assert list(await journal.newest_own_rows()) == [void(1), passage, rows[0]]

    run(tmp_path / "journal.db", work)


def test_own_rows_are_found_without_reading_all(tmp_path: Path) -> None:
    async def work(_: SqliteJournal) -> None:
        return

    run(tmp_path / "journal.db", work)
    with sqlite3.connect(tmp_path / "journal.db") as connection:
        for statement in (sql.NEWEST_OWN_ROWS, sql.OWN_ROWS_AFTER):
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", (1,))]
            assert len(plan) == 1
            assert "USING INDEX checkin_counted" in plan[0]
