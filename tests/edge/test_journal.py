"""The journal on real files: what is appended stays, acks, own uses, crashes."""

import asyncio
from pathlib import Path

import pytest

from contract.effects import use_of
from contract.facts import Position
from contract.messages import Ack, CheckIn, decode
from edge.storage.journal import SqliteJournal
from tests.edge.fakes import NOON
from tests.edge.journal_runs import FEED, checkin, ids, run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


def test_what_is_appended_stands_in_order_and_stays(path: Path) -> None:
    async def first(journal: SqliteJournal) -> None:
        assert await journal.last_sequence() == 0
        assert [await journal.append(checkin(n)) for n in range(1, 6)] == [1, 2, 3, 4, 5]
        assert [row.sequence for row in await journal.rows_after(1, 2)] == [2, 3]

    async def second(journal: SqliteJournal) -> None:
        assert journal.id == (1).to_bytes(16, "big")
        assert await journal.last_sequence() == 5
        assert [decode(row.body, CheckIn) for row in await journal.rows_after(0, 100)] == [
            checkin(n) for n in range(1, 6)
        ]
        assert await journal.append(checkin(6)) == 6
        assert await journal.rows_after(6, 100) == []

    new_id = ids()
    run(path, first, new_id)
    run(path, second, new_id)


def test_every_append_is_on_disk_when_it_returns(path: Path) -> None:
    """What is in the file system at that moment, as after a crash, holds it."""

    async def work(journal: SqliteJournal) -> None:
        for number in range(1, 20):
            assert await journal.append(checkin(number)) == number
            crashed = path.parent.parent / f"crashed{number}" / "journal.db"
            crashed.parent.mkdir()
            for suffix in ("", "-wal"):
                source = path.with_name(path.name + suffix)
                crashed.with_name(crashed.name + suffix).write_bytes(source.read_bytes())
            again = await SqliteJournal.open(crashed, ids())
            assert (again.id, again.set_aside) == (journal.id, None)
            assert await again.last_sequence() == number
            await again.close()

    run(path, work)


def test_the_recording_connection_syncs_each_commit(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        for connection, level in ((journal._recorder, 2), (journal._keeper, 1)):
            assert list(await connection.execute_fetchall("PRAGMA synchronous")) == [(level,)]
            assert list(await connection.execute_fetchall("PRAGMA journal_mode")) == [("wal",)]

    run(path, work)


def test_the_last_ack_is_remembered(path: Path) -> None:
    async def first(journal: SqliteJournal) -> None:
        assert journal.acked is None
        for upto in range(1, 300):
            await journal.acknowledge(Ack(journal.id, upto, 5, 1_000 + upto))
        await journal.acknowledge(Ack(journal.id, 299, 5, 1_299))
        await journal.acknowledge(Ack(journal.id, 250, 6, 40))

    async def second(journal: SqliteJournal) -> None:
        assert journal.acked == Ack(journal.id, 250, 6, 40)
        (kept,) = list(await journal._keeper.execute_fetchall("SELECT count(*) FROM ack"))
        assert kept == (100,)

    new_id = ids()
    run(path, first, new_id)
    run(path, second, new_id)


def test_own_uses_are_those_that_the_replica_may_not_hold(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        for number in range(1, 11):
            await journal.append(checkin(number, counted=number % 2 == 0))

        async def unknown_at(epoch: int, sequence: int) -> list[int]:
            uses = await journal.own_rows_not_known_passed(Position(FEED, epoch, sequence))
            assert all(isinstance(row, CheckIn) and row.id[-1] == number for number, row in uses)
            return [number for number, _ in uses]

        assert [number for number, _ in await journal.own_rows_not_known_passed(None)] == [2, 4, 6, 8, 10]
        assert await unknown_at(5, 999) == [2, 4, 6, 8, 10]
        await journal.acknowledge(Ack(journal.id, 4, 5, 100))
        await journal.acknowledge(Ack(journal.id, 8, 5, 110))
        assert await unknown_at(5, 99) == [2, 4, 6, 8, 10]
        assert await unknown_at(5, 100) == [6, 8, 10]
        assert await unknown_at(5, 110) == [10]
        assert await unknown_at(6, 999) == [2, 4, 6, 8, 10]
        await journal.acknowledge(Ack(journal.id, 6, 6, 3))
        assert await unknown_at(6, 3) == [8, 10]
        assert await unknown_at(5, 110) == [10]

    run(path, work)


def test_acks_count_by_the_feed_that_they_name(path: Path) -> None:
    other = "o'others; --"

    async def first(journal: SqliteJournal) -> None:
        for number in range(1, 5):
            await journal.append(checkin(number, counted=True))
        await journal.acknowledge(Ack(journal.id, 4, 5, 100))
        await journal.acknowledge(Ack(journal.id, 2, 5, 30, other))

    async def second(journal: SqliteJournal) -> None:
        assert journal.acked == Ack(journal.id, 2, 5, 30, other)
        for feed, passed in ((FEED, 4), (other, 2), ("third", 0)):
            rows = await journal.own_rows_not_known_passed(Position(feed, 5, 200))
            assert [number for number, _ in rows] == [1, 2, 3, 4][passed:]

    run(path, first)
    run(path, second)


def test_a_hub_that_takes_an_ack_back_has_not_got_those_uses(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        for number in range(1, 5):
            await journal.append(checkin(number, counted=True))
        await journal.acknowledge(Ack(journal.id, 4, 5, 100))
        await journal.acknowledge(Ack(journal.id, 2, 5, 101))
        uses = await journal.own_rows_not_known_passed(Position(FEED, 5, 200))
        assert [number for number, _ in uses] == [3, 4]

    run(path, work)


def test_a_use_is_who_what_and_when(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        counted = checkin(1, counted=True)
        await journal.append(counted)
        ((_, row),) = await journal.own_rows_not_known_passed(None)
        assert isinstance(row, CheckIn)
        use = use_of(row)
        assert use is not None
        assert (use.id, use.customer_id, use.membership_id, use.permission) == (counted.id, 7, 3, "glass-of-wine")
        assert (use.occurred_at - NOON.replace(year=1970, month=1, day=1, hour=0)).total_seconds() * 1e6 == (
            pytest.approx(counted.at_us, abs=1)
        )

    run(path, work)


def test_the_wal_goes_into_the_file_while_scans_go_on(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        await asyncio.gather(*(journal.append(checkin(number)) for number in range(1, 1_500)))
        assert journal._checkpoint is not None
        await journal._checkpoint
        assert path.stat().st_size > 50 * 4_096

    run(path, work)


def test_a_counted_row_without_a_customer_is_no_use(path: Path) -> None:
    async def work(journal: SqliteJournal) -> None:
        odd = checkin(1, counted=True)
        fields = {name: getattr(odd, name) for name in CheckIn.__struct_fields__} | {"membership": None}
        await journal.append(CheckIn(**fields))
        assert await journal.own_rows_not_known_passed(None) == []

    run(path, work)


def test_a_renewed_journal_holds_the_same_rows_under_another_id(path: Path) -> None:
    async def first(journal: SqliteJournal) -> None:
        old = journal.id
        for number in range(1, 6):
            await journal.append(checkin(number, counted=True))
        await journal.acknowledge(Ack(old, 3, 5, 100))
        appending = [asyncio.create_task(journal.append(checkin(number))) for number in range(6, 21)]
        await journal.renew()
        assert journal.id != old
        assert journal.acked is None
        assert [await task for task in appending] == list(range(6, 21))
        await journal.acknowledge(Ack(old, 20, 5, 101))

    async def second(journal: SqliteJournal) -> None:
        assert journal.id == (2).to_bytes(16, "big")
        assert (journal.acked, journal.set_aside) == (None, None)
        rows = await journal.rows_after(0, 100)
        assert [decode(row.body, CheckIn).id for row in rows] == [n.to_bytes(16, "big") for n in range(1, 21)]
        uses = await journal.own_rows_not_known_passed(Position(FEED, 5, 200))
        assert [number for number, _ in uses] == [1, 2, 3, 4, 5]

    new_id = ids()
    run(path, first, new_id)
    run(path, second, new_id)
