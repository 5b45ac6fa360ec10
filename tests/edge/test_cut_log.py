"""A write-ahead log with changed bytes: SQLite would go on without the commits behind them, and say nothing."""

import shutil
from pathlib import Path

import pytest

from contract.messages import Lost, decode_journaled
from edge.storage.journal import SqliteJournal
from edge.storage.write_ahead_log import is_cut
from tests.edge.journal_runs import checkin, run

_HEADER, _FRAME, _PAGE = 32, 24, 4_096


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A journal of ten rows as a killed process leaves it: most of it is in the log."""
    path = tmp_path / "journal.db"

    async def write(journal: SqliteJournal) -> None:
        for number in range(1, 11):
            await journal.append(checkin(number))
        for name in ("journal.db", "journal.db-wal"):
            shutil.copy(path.with_name(name), tmp_path / f"left-{name}")

    run(path, write)
    killed = tmp_path / "killed" / "journal.db"
    killed.parent.mkdir()
    for name in ("journal.db", "journal.db-wal"):
        shutil.copy(tmp_path / f"left-{name}", killed.with_name(name))
    return killed


def flip(path: Path, place: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(raw)


def test_a_whole_log_is_read_to_its_end(left: Path) -> None:
    async def rows(journal: SqliteJournal) -> None:
        assert journal.damage is None
        assert await journal.last_sequence() == 10

    run(left, rows)


@pytest.mark.parametrize("place", ["header", "salt", "page"])
def test_what_lies_behind_changed_bytes_is_told_as_lost(left: Path, place: str) -> None:
    log = left.with_name("journal.db-wal")
    frames = (log.stat().st_size - _HEADER) // (_FRAME + _PAGE)
    fifth = _HEADER + (frames // 2) * (_FRAME + _PAGE)
    flip(log, {"header": 17, "salt": fifth + 9, "page": fifth + _FRAME + 100}[place])

    async def rows(journal: SqliteJournal) -> None:
        assert journal.damage is not None
        assert journal.damage.lost is None
        kept = await journal.last_sequence() - 1
        assert isinstance(decode_journaled((await journal.rows_after(kept, 1))[0].body), Lost)
        assert kept == journal.damage.kept
        assert kept < 10
        assert (kept > 0) is (place != "header")
        assert journal.id == b"n" * 16

    run(left, rows, lambda: b"n" * 16)


def test_a_last_transaction_that_a_power_cut_tore_is_no_damage(left: Path) -> None:
    """Its commit was told to nobody."""
    log = left.with_name("journal.db-wal")
    log.write_bytes(log.read_bytes()[: -_PAGE // 2])

    async def rows(journal: SqliteJournal) -> None:
        assert journal.damage is None
        assert await journal.last_sequence() == 9

    run(left, rows)


def test_a_log_that_nobody_has_read_counts_as_cut(left: Path) -> None:
    left.with_name("journal.db-shm").unlink(missing_ok=True)
    assert is_cut(left)
    left.with_name("journal.db-wal").write_bytes(b"")
    assert not is_cut(left)
    left.with_name("journal.db-wal").unlink()
    assert not is_cut(left)
