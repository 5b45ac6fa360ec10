"""Faults of the journal's file: damage, a full disk, what cannot be written or read."""

import sqlite3
from pathlib import Path

import pytest

from contract.messages import Ack
from edge.core.losses import Damage
from edge.journal_port import CannotRecord
from edge.storage.journal import JournalError, SqliteJournal
from tests.edge.journal_runs import checkin, run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


@pytest.mark.parametrize("part", ["garbage", "pages", "one page", "no table", "empty"])
def test_a_damaged_journal_is_set_aside_and_a_new_one_begun(path: Path, part: str) -> None:
    async def first(journal: SqliteJournal) -> None:
        for number in range(1, 500):
            await journal.append(checkin(number))

    async def second(journal: SqliteJournal) -> None:
        assert journal.id == b"n" * 16
        assert journal.set_aside == (None if part == "empty" else "journal.db.damaged-1")
        assert journal.acked is None
        damage = journal.damage
        saved = 0 if damage is None else damage.kept
        if part == "one page":
            assert damage is not None
            assert damage.lost is not None
            assert 0 < damage.lost < 50
            assert saved + damage.lost == 499
            assert len(await journal.rows_after(0, 500)) == saved + 1
        told = damage is not None
        assert await journal.append(checkin(1)) == saved + told + 1

    async def third(journal: SqliteJournal) -> None:
        assert journal.id == b"m" * 16
        assert journal.set_aside == "journal.db.damaged-2"

    run(path, first)
    before = path.read_bytes()
    if part == "no table":
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'checkin'")
    else:
        spoiled = {
            "garbage": b"\xa5" * len(before),
            "pages": before[:8_192] + b"\xa5" * (len(before) - 8_192),
            "one page": before[:-8_192] + b"\xa5" * 4_096 + before[-4_096:],
            "empty": b"",
        }
        path.write_bytes(spoiled[part])
    spoiled_bytes = path.read_bytes()
    run(path, second, lambda: b"n" * 16)
    if part == "empty":
        return
    assert path.with_name("journal.db.damaged-1").read_bytes() == spoiled_bytes
    path.write_bytes(b"\xa5" * 9_999)
    run(path, third, lambda: b"m" * 16)


def test_a_journal_of_a_newer_doorward_is_left_alone(path: Path) -> None:
    async def nothing(_: SqliteJournal) -> None:
        return

    run(path, nothing)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError, match="newer Doorward"):
        run(path, nothing)


@pytest.mark.parametrize("name", ["", "file/journal.db"])
def test_a_journal_that_cannot_be_opened_is_broken_and_takes_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")

    async def work(journal: SqliteJournal) -> None:
        assert (journal.is_broken, journal.fault, journal.acked) == (True, "disk_error", None)
        with pytest.raises(CannotRecord, match="cannot be opened"):
            await journal.append(checkin(1))
        with pytest.raises(JournalError):
            await journal.rows_after(0, 1)
        with pytest.raises(JournalError):
            await journal.heal()
        assert (await journal.used_steps(), await journal.last_sequence()) == ([], 0)
        assert await journal.own_rows_not_known_passed(None) == []

    run(tmp_path / name, work)


def test_a_full_disk_loses_nothing_that_was_kept_and_leaves_no_gap(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        ((pages,),) = await journal._recorder.execute_fetchall("PRAGMA page_count")
        await journal._recorder.execute_fetchall(f"PRAGMA max_page_count = {pages + 2}")
        kept = 0
        with pytest.raises(CannotRecord, match="full"):
            for number in range(1, 1_000):
                assert await journal.append(checkin(number)) == number
                kept = number
        assert await journal.last_sequence() == kept
        await journal._recorder.execute_fetchall("PRAGMA max_page_count = 1000000")
        assert await journal.append(checkin(5_000)) == kept + 1
        assert [row.sequence for row in await journal.rows_after(0, 5_000)] == list(range(1, kept + 2))

    run(path, work)


def test_an_ack_that_cannot_be_written_changes_nothing(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        await journal.acknowledge(Ack(journal.id, 1, 5, 1))
        await journal._keeper.execute_fetchall(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON ack BEGIN SELECT raise(FAIL, 'no'); END"
        )
        with pytest.raises(JournalError):
            await journal.acknowledge(Ack(journal.id, 2, 5, 2))
        assert journal.acked == Ack(journal.id, 1, 5, 1)
        await journal._keeper.execute_fetchall("DROP TRIGGER full")
        await journal.acknowledge(Ack(journal.id, 3, 5, 3))
        assert journal.acked == Ack(journal.id, 3, 5, 3)

    run(path, work)


def test_a_journal_that_cannot_be_read_is_told(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        await journal._recorder.execute_fetchall("DROP TABLE checkin")
        with pytest.raises(JournalError):
            await journal.rows_after(0, 1)

    run(path, work)


def test_an_id_that_cannot_be_written_leaves_the_old_one(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        old = journal.id
        await journal._keeper.execute_fetchall(
            "CREATE TEMP TRIGGER full BEFORE UPDATE ON journal BEGIN SELECT raise(FAIL, 'no'); END"
        )
        with pytest.raises(JournalError, match="a new id cannot be written"):
            await journal.renew()
        assert journal.id == old
        await journal.acknowledge(Ack(old, 0, 5, 1))
        assert journal.acked == Ack(old, 0, 5, 1)

    run(path, work)


def test_a_row_whose_bytes_have_changed_holds_up_no_other(path: Path) -> None:
    async def first(journal: SqliteJournal) -> None:
        for number in range(1, 4):
            await journal.append(checkin(number, counted=True))

    async def second(journal: SqliteJournal) -> None:
        assert journal.set_aside is None
        assert [sequence for sequence, _ in await journal.own_rows_not_known_passed(None)] == [1, 3]
        assert len(list(await journal.newest_own_rows())) == 2
        assert len(await journal.rows_after(0, 10)) == 3

    run(path, first)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE checkin SET body = x'a0' WHERE sequence = 2")
    run(path, second)


@pytest.mark.parametrize(
    ("word", "other"),
    [
        (b"sequence INTEGER PRIMARY", b"sequfnce INTEGER PRIMARY"),
        (b"counted INTEGER", b"countfd INTEGER"),
        (b"body BLOB", b"bodz BLOB"),
        (b"card BLOB,", b"cerd BLOB,"),
        (b"step INTEGER NOT NULL", b"stfp INTEGER NOT NULL"),
        (b"INSERT INTO used_step", b"INSERT INTO usfd_step"),
        (b"upto INTEGER NOT NULL", b"upuo INTEGER NOT NULL"),
        (b"begins INTEGER", b"begjns INTEGER"),
        (b"epoch INTEGER", b"epocj INTEGER"),
    ],
)
def test_a_schema_of_other_words_is_damage_and_no_row_is_lost(path: Path, word: bytes, other: bytes) -> None:
    """SQLite takes flipped letters for a schema of somebody else's, and finds no damage."""

    async def first(journal: SqliteJournal) -> None:
        for number in range(1, 4):
            await journal.append(checkin(number))

    async def second(journal: SqliteJournal) -> None:
        assert journal.damage == Damage("journal.db.damaged-1", kept=3, lost=0)
        assert await journal.append(checkin(4)) == 4

    run(path, first)
    sound = path.read_bytes()
    assert word in sound
    path.write_bytes(sound.replace(word, other))
    run(path, second)


def test_a_schema_that_cannot_even_be_quoted_is_damage(path: Path) -> None:
    async def first(journal: SqliteJournal) -> None:
        await journal.append(checkin(1))

    async def second(journal: SqliteJournal) -> None:
        assert journal.set_aside == "journal.db.damaged-1"
        assert await journal.append(checkin(2)) > 0

    run(path, first)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE checkin", b"CREAT\xcc TABLE checkin"))
    run(path, second)
