"""Acked rows leave the journal after 30 days, from the beginning and in small steps; the others never do."""

from datetime import timedelta
from pathlib import Path

import pytest

from contract.facts import Position
from contract.messages import Ack
from edge.storage import journal as module
from edge.storage.journal import SqliteJournal
from tests.edge.fakes import NOON
from tests.edge.journal_runs import FEED, checkin, run

DAY = timedelta(days=1)
PASSED = Position(FEED, 5, 1_000)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


async def fill(journal: SqliteJournal, count: int = 10) -> None:
    for number in range(1, count + 1):
        await journal.append(checkin(number, counted=True))


async def ack(journal: SqliteJournal, upto: int, epoch: int = 5, sequence: int = 9) -> None:
    await journal.acknowledge(Ack(journal.id, upto, epoch, sequence))


async def sequences(journal: SqliteJournal) -> list[int]:
    return [row.sequence for row in await journal.rows_after(0, 10_000)]


def test_thirty_days_after_their_ack(path: Path) -> None:
    async def first(journal: SqliteJournal) -> None:
        await fill(journal)
        await ack(journal, 4)
        assert await journal.forget(NOON, PASSED) == 0
        await ack(journal, 7)
        assert await journal.forget(NOON + DAY, PASSED) == 0
        assert await journal.forget(NOON + 30 * DAY, PASSED) == 0
        assert (journal.first, journal.begins) == (1, 1)
        assert await journal.forget(NOON + 31 * DAY, PASSED) == 4
        assert await journal.forget(NOON + 31 * DAY, PASSED) == 0
        assert (journal.first, journal.begins) == (5, 1)
        assert await sequences(journal) == [5, 6, 7, 8, 9, 10]

    async def second(journal: SqliteJournal) -> None:
        assert (journal.first, journal.begins) == (5, 1)
        assert await journal.forget(NOON + 400 * DAY, PASSED) == 3
        assert await sequences(journal) == [8, 9, 10]
        assert await journal.append(checkin(11)) == 11

    run(path, first)
    run(path, second)


def test_the_last_row_stays_and_sequences_go_on(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        assert await journal.forget(NOON, PASSED) == 0
        assert (journal.first, journal.begins) == (1, 1)
        await fill(journal)
        await ack(journal, 10)
        await journal.forget(NOON, PASSED)
        assert await journal.forget(NOON + 31 * DAY, PASSED) == 9
        assert (journal.first, await sequences(journal), await journal.last_sequence()) == (10, [10], 10)
        assert await journal.append(checkin(11)) == 11

    run(path, work)


def test_in_small_steps(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        await fill(journal, 450)
        await ack(journal, 430)
        await journal.forget(NOON, PASSED)
        steps = [await journal.forget(NOON + 31 * DAY, PASSED) for _ in range(4)]
        assert steps == [200, 200, 30, 0]
        assert journal.first == 431

    run(path, work)


def test_what_no_replica_has_passed_stays(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        await fill(journal)
        await ack(journal, 4, sequence=9)
        await ack(journal, 10, sequence=20)
        await journal.forget(NOON, PASSED)
        for position in (None, Position(FEED, 5, 8), Position(FEED, 6, 30)):
            assert await journal.forget(NOON + 31 * DAY, position) == 0
        assert await journal.forget(NOON + 31 * DAY, Position(FEED, 5, 9)) == 4

    run(path, work)


def test_what_a_restored_hub_has_lost_stays(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        await fill(journal)
        await ack(journal, 10)
        await journal.forget(NOON, PASSED)
        await ack(journal, 3, epoch=6, sequence=30)
        assert await journal.forget(NOON + 31 * DAY, Position(FEED, 6, 40)) == 3
        assert await sequences(journal) == list(range(4, 11))

    run(path, work)


def test_very_many_leave_before_their_time_but_only_acked_ones(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(journal: SqliteJournal) -> None:
        await fill(journal, 800)
        await ack(journal, 500)
        monkeypatch.setattr(module, "BYTES_MAX", 150_000)
        dropped = 0
        while step := await journal.forget(NOON, PASSED):
            dropped += step
        assert 0 < dropped <= 500
        await ack(journal, 501)
        monkeypatch.setattr(module, "BYTES_MAX", 1)
        while await journal.forget(NOON, PASSED):
            pass
        assert journal.first == 502

    run(path, work)


def test_a_renewed_journal_begins_with_what_it_still_holds(path: Path) -> None:
    async def first(journal: SqliteJournal) -> None:
        await fill(journal)
        await ack(journal, 4)
        await journal.forget(NOON, PASSED)
        await journal.forget(NOON + 31 * DAY, PASSED)
        await journal.renew()
        assert (journal.first, journal.begins) == (5, 5)
        assert await journal.forget(NOON + 90 * DAY, PASSED) == 0

    async def second(journal: SqliteJournal) -> None:
        assert (journal.first, journal.begins) == (5, 5)

    run(path, first)
    run(path, second)


def test_the_days_of_a_renewed_journal_are_its_own(path: Path) -> None:
    """Its rows are sent again: when they were acked under the old id says nothing of them."""

    async def work(journal: SqliteJournal) -> None:
        await fill(journal)
        await ack(journal, 10)
        await journal.forget(NOON, PASSED)
        await journal.renew()
        await ack(journal, 4)
        assert await journal.forget(NOON + 31 * DAY, PASSED) == 0
        assert await journal.forget(NOON + 62 * DAY, PASSED) == 4

    run(path, work)


def test_thirty_days_are_thirty(path: Path) -> None:
    acked_at = NOON.replace(hour=23, minute=59)

    async def work(journal: SqliteJournal) -> None:
        await fill(journal)
        await ack(journal, 4)
        await journal.forget(acked_at, PASSED)
        assert await journal.forget(acked_at + 29 * DAY + timedelta(minutes=2), PASSED) == 0
        assert await journal.forget(acked_at + 30 * DAY + timedelta(minutes=2), PASSED) == 4

    run(path, work)
