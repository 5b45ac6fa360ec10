"""A write-ahead log with changed bytes: SQLite would go on without the commits behind them, and say nothing."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from contract.messages import Ack, Lost, decode_journaled
from edge.storage.journal import SqliteJournal
from edge.storage.write_ahead_log import is_cut
from tests.edge.journal_runs import checkin, run

_HEADER, _FRAME, _PAGE = 32, 24, 4_096


Deed = Callable[[SqliteJournal], Awaitable[object]]


@pytest.fixture
def left_after(tmp_path: Path) -> Callable[..., Path]:
    """Makes a journal of ten rows, and what is done to it then, as a killed process leaves it: most of it is in
    the log."""

    def leave(*deeds: Deed) -> Path:
        path, killed = tmp_path / "journal.db", tmp_path / "killed" / "journal.db"
        killed.parent.mkdir()

        async def write(journal: SqliteJournal) -> None:
            for number in range(1, 11):
                await journal.append(checkin(number))
            for deed in deeds:
                await deed(journal)
            for name in ("journal.db", "journal.db-wal"):
                shutil.copy(path.with_name(name), killed.with_name(name))

        run(path, write)
        return killed

    return leave


@pytest.fixture
def left(left_after: Callable[..., Path]) -> Path:
    return left_after()


def append(number: int) -> Deed:
    return lambda journal: journal.append(checkin(number))


def ack(upto: int) -> Deed:
    return lambda journal: journal.acknowledge(Ack(journal.id, upto, 5, upto))


def tear(path: Path, transaction: int) -> bool:
    """The first frame of the so-manyth transaction from the end is not on disk; whether its commit is."""
    log = path.with_name("journal.db-wal")
    raw = bytearray(log.read_bytes())
    places = range(_HEADER, len(raw), _FRAME + _PAGE)
    commits = [place for place in places if any(raw[place + 4 : place + 8])]
    place = commits[-transaction - 1] + _FRAME + _PAGE
    raw[place : place + _FRAME + _PAGE] = bytes(_FRAME + _PAGE)
    log.write_bytes(raw)
    return place not in commits


def assert_whole_up_to(path: Path, last: int, acked: int | None = None) -> None:
    async def rows(journal: SqliteJournal) -> None:
        assert journal.damage is None
        assert [row.sequence for row in await journal.rows_after(0, 20)] == list(range(1, last + 1))
        assert (journal.acked and journal.acked.upto) == acked

    run(path, rows)


def assert_damaged(path: Path) -> None:
    async def rows(journal: SqliteJournal) -> None:
        assert journal.damage is not None
        assert journal.damage.lost is None

    run(path, rows)


def flip(path: Path, place: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(raw)


def test_a_whole_log_is_read_to_its_end(left: Path) -> None:
    assert_whole_up_to(left, 10)


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

    assert_whole_up_to(left, 9)


def test_nor_is_one_of_which_the_end_has_reached_the_disk_and_the_beginning_has_not(left: Path) -> None:
    assert tear(left, 1)
    assert_whole_up_to(left, 9)


def test_what_nobody_waited_for_may_be_torn_with_the_append_that_follows_it(
    left_after: Callable[..., Path],
) -> None:
    left = left_after(ack(10), append(11), ack(11), ack(10), append(12))
    tear(left, 3)
    assert_whole_up_to(left, 11, acked=10)


def test_what_nobody_waited_for_may_be_torn_at_the_end(left_after: Callable[..., Path]) -> None:
    left = left_after(ack(8), ack(9), ack(10))
    tear(left, 2)
    assert_whole_up_to(left, 10, acked=8)


def test_an_append_with_anything_behind_it_was_on_disk(left_after: Callable[..., Path]) -> None:
    left = left_after(ack(10))
    assert tear(left, 2)
    assert_damaged(left)


def test_two_appends_are_not_torn_together(left: Path) -> None:
    assert tear(left, 2)
    assert_damaged(left)


def test_what_is_left_of_an_older_log_counts_for_nothing(left_after: Callable[..., Path]) -> None:
    """All of it is in the file; the log was begun anew, at its beginning, with other salts."""

    async def restart(journal: SqliteJournal) -> None:
        assert journal._keeper is not None
        ((busy, *_),) = await journal._keeper.execute_fetchall("PRAGMA wal_checkpoint(RESTART)")
        assert busy == 0

    left = left_after(restart, append(11), ack(11))
    assert left.with_name("journal.db-wal").stat().st_size > 10 * _PAGE
    assert_whole_up_to(left, 11, acked=11)


def test_a_log_that_nobody_has_read_counts_as_cut(left: Path) -> None:
    left.with_name("journal.db-shm").unlink(missing_ok=True)
    assert is_cut(left, None)
    left.with_name("journal.db-wal").write_bytes(b"")
    assert not is_cut(left, None)
    left.with_name("journal.db-wal").unlink()
    assert not is_cut(left, None)
