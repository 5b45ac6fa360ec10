"""What is saved of a damaged journal, and what only a closer look finds: acks, used steps, an index."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from contract.messages import Ack, CheckIn, decode_journaled
from edge.core.losses import Damage
from edge.core.used_steps import UsedStep
from edge.storage.journal import SqliteJournal
from edge.storage.journal_file import prepare
from tests.edge.journal_runs import checkin, ids, run
from tests.edge.test_used_steps import CARD, NOW, taken

ROWS = 300
_PAGE = 4_096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


async def fill(journal: SqliteJournal) -> None:
    for number in range(await journal.last_sequence() + 1, ROWS + 1):
        await journal.append(checkin(number))


def spoil(path: Path) -> None:
    """Two pages of early rows."""
    with path.open("r+b") as file:
        file.seek(12 * _PAGE)
        file.write(b"\xa5" * 2 * _PAGE)


def test_what_the_hub_has_acked_is_not_told_as_lost(path: Path) -> None:
    async def first(journal: SqliteJournal) -> None:
        await fill(journal)
        await journal.acknowledge(Ack(journal.id, ROWS // 2, 5, 9))

    async def second(journal: SqliteJournal) -> None:
        damage = journal.damage
        assert damage is not None
        assert damage.lost == 0
        assert ROWS // 2 < damage.kept < ROWS
        rows = [decode_journaled(row.body) for row in await journal.rows_after(0, ROWS)]
        assert len(rows) == damage.kept
        assert all(isinstance(row, CheckIn) for row in rows)

    run(path, first)
    spoil(path)
    run(path, second)


def test_a_used_step_is_saved_though_its_check_in_is_gone(path: Path) -> None:
    async def first(journal: SqliteJournal) -> None:
        await journal.append(taken(1, NOW))
        await fill(journal)

    async def second(journal: SqliteJournal) -> None:
        assert journal.damage is not None
        assert await journal.used_steps() == [UsedStep("counter", CARD, NOW)]

    run(path, first)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM checkin WHERE sequence = 1")
    spoil(path)
    run(path, second)


def test_an_index_that_lacks_a_row_is_found_once_the_journal_is_doubted(path: Path) -> None:
    async def first(journal: SqliteJournal) -> None:
        await journal.append(checkin(1, counted=True))

    run(path, first)
    of_index = "FROM sqlite_schema WHERE name = 'checkin_counted'"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        index = connection.execute(f"SELECT * {of_index}").fetchone()
        connection.execute(f"DELETE {of_index}")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO checkin (counted, body) SELECT counted, body FROM checkin")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", index)
    assert prepare(path, ids(), 0)[1] is None
    assert prepare(path, ids(), 0, doubted=True)[1] == Damage("journal.db.damaged-1", kept=2, lost=0)
