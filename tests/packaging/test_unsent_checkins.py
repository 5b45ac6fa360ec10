"""What a purge asks for: how many check-ins of a journal the hub does not have."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from unsent_checkins import unsent

from edge.storage import journal_tables as sql


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Three check-ins, of which none was acked."""
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        sql.create(connection, bytes(16))
        connection.executemany(sql.APPEND, [(1, b"", None, None, None)] * 3)
    return path


def acked(journal: Path, *upto: int) -> None:
    with closing(sqlite3.connect(journal)) as connection, connection:
        connection.executemany("INSERT INTO ack (upto, epoch, sequence) VALUES (?, 1, 1)", [(n,) for n in upto])


def test_without_an_ack_all_of_them(journal: Path) -> None:
    assert unsent(journal) == 3


def test_those_after_the_newest_ack(journal: Path) -> None:
    acked(journal, 1, 2)
    assert unsent(journal) == 1
    acked(journal, 3)
    assert unsent(journal) == 0


def test_none_where_there_is_no_journal(tmp_path: Path) -> None:
    assert unsent(tmp_path / "journal.db") == 0


def test_a_damaged_journal_cannot_tell(journal: Path) -> None:
    journal.write_bytes(b"no database" * 1000)
    with pytest.raises(sqlite3.Error):
        unsent(journal)
