"""A journal that is broken takes nothing, says what it can, and heals: full disks, read-only ones, damage."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from contract.messages import Ack, CheckIn, Lost, decode_journaled
from edge.journal_port import CannotRecord
from edge.storage.journal import SqliteJournal
from tests.edge.journal_runs import checkin, run
from tests.edge.small_disks import SmallDisk, small_disk
from tests.edge.test_used_steps import CARD, NOW, taken

Work = Callable[[SqliteJournal], Awaitable[None]]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as made:
        yield made


async def fill(journal: SqliteJournal, count: int = 10) -> None:
    for number in range(1, count + 1):
        await journal.append(checkin(number, counted=True))


def test_on_a_read_only_disk_it_says_what_it_holds_and_heals_when_that_is_over(disk: SmallDisk) -> None:
    path = disk.path / "journal.db"

    async def before(journal: SqliteJournal) -> None:
        await fill(journal)
        await journal.append(taken(11, NOW))
        await journal.acknowledge(Ack(journal.id, 4, 5, 9))

    async def meanwhile(journal: SqliteJournal) -> None:
        known = (journal.id, journal.acked)
        assert (journal.is_broken, journal.fault) == (True, "read_only")
        assert len(await journal.own_rows_not_known_passed(None)) >= 10
        assert [step.card_hash for step in await journal.used_steps()] == [CARD]
        assert [row.sequence for row in await journal.rows_after(4, 3)] == [5, 6, 7]
        for attempt in (journal.append(checkin(12)), journal.heal(), journal.renew()):
            with pytest.raises(CannotRecord):
                await attempt
        assert (await journal.last_sequence(), journal.is_broken) == (11, True)
        disk.read_only(False)
        await journal.heal()
        assert (journal.is_broken, journal.fault, journal.damage) == (False, None, None)
        assert (journal.id, journal.acked) == known
        assert await journal.append(checkin(12)) == 12

    run(path, before)
    disk.read_only(True)
    try:
        run(path, meanwhile)
    finally:
        disk.read_only(False)


def test_on_a_full_disk_it_begins_when_there_is_room(disk: SmallDisk) -> None:
    async def meanwhile(journal: SqliteJournal) -> None:
        assert (journal.is_broken, journal.fault) == (True, "disk_full")
        with pytest.raises(CannotRecord) as raised:
            await journal.append(checkin(1))
        assert raised.value.why == "disk_full"
        disk.empty()
        await journal.heal()
        assert await journal.append(checkin(1)) == 1

    disk.fill()
    run(disk.path / "journal.db", meanwhile)


def test_a_disk_that_fills_up_while_it_runs_breaks_nothing(disk: SmallDisk) -> None:
    async def work(journal: SqliteJournal) -> None:
        await fill(journal)
        disk.fill()
        kept = 10
        with pytest.raises(CannotRecord) as raised:
            while True:
                kept = await journal.append(checkin(kept + 1))
        assert raised.value.why == "disk_full"
        assert (journal.fault, journal.is_broken) == ("disk_full", False)
        disk.empty()
        assert await journal.append(checkin(kept + 1)) == kept + 1
        assert journal.fault is None

    run(disk.path / "journal.db", work)


def spoil(path: Path) -> None:
    """The pages of rows, not the first ones: SQLite meets the damage as it comes to them."""
    with path.open("r+b") as file:
        file.seek(10 * 4_096)
        file.write(b"\xa5" * 20 * 4_096)


def test_damage_while_it_runs_is_set_aside_and_what_can_be_read_is_saved(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"

    async def work(journal: SqliteJournal) -> None:
        old = journal.id
        await fill(journal, 600)
        await journal.acknowledge(Ack(old, 5, 5, 9))
        await journal._keeper.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        await journal._keeper.execute_fetchall("PRAGMA cache_size = 1")  # type: ignore[union-attr]
        spoil(path)
        with pytest.raises(CannotRecord):
            for start in range(0, 600, 50):
                await journal.rows_after(start, 50)
        assert journal.is_broken
        await journal.heal()
        damage = journal.damage
        assert damage is not None
        assert (journal.is_broken, journal.acked, journal.id != old) == (False, None, True)
        assert damage.lost is not None
        assert damage.kept + damage.lost == 600
        assert damage.kept > 100
        *rows, last = [decode_journaled(row.body) for row in await journal.rows_after(0, 600)]
        assert isinstance(last, Lost)
        assert (last.count, last.why) == (damage.lost, "journal.db.damaged-1")
        saved = [int.from_bytes(row.id, "big") for row in rows if isinstance(row, CheckIn)]
        assert len(saved) == damage.kept
        assert saved == sorted(saved)
        assert (saved[0], saved[-1]) == (1, 600)
        assert (path.parent / damage.set_aside).exists()
        assert len(await journal.own_rows_not_known_passed(None)) == damage.kept
        assert await journal.append(checkin(700)) == damage.kept + 2

    run(path, work, iter([b"a" * 16, b"b" * 16, b"c" * 16]).__next__)


def test_a_journal_that_was_doubted_without_reason_is_as_it_was(tmp_path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        await fill(journal)
        journal._doubted = True
        known = journal.id
        await journal.heal()
        assert (journal.id, journal.is_broken, journal.damage) == (known, False, None)
        assert await journal.append(checkin(11)) == 11

    run(tmp_path / "journal.db", work)


def test_while_it_is_opened_again_it_takes_nothing(tmp_path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        await journal.close()
        with pytest.raises(CannotRecord, match="opened again"):
            await journal.append(checkin(1))
        with pytest.raises(CannotRecord, match="opened again"):
            await journal.rows_after(0, 1)

    run(tmp_path / "journal.db", work)
