"""One replica file: what its connections may do, when they sync, and pages that load whole or not at all."""

import asyncio
import os
import sqlite3
import threading
from pathlib import Path

import pytest

from contract.calendar import Calendar
from contract.facts import Card
from contract.high_water import Mark
from contract.hours import Site
from contract.plan_rows import site_change
from contract.rows import card_change
from edge.storage.replica import Replica, ReplicaError
from edge.storage.replica_file import ReplicaFile
from edge.storage.replica_folder import read_only_address
from edge.storage.replica_reader import open_reader
from tests.edge.feed_samples import cards, digest_of, numbered
from tests.edge.replica_runs import CARD, FEED, club_rows, fill, run

NORMAL = 1


def pragma(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_whole_replica_is_in_wal_mode_and_syncs_at_checkpoints(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        if replica.position() is None:
            assert await fill(replica, club_rows())
        assert replica._whole is not None
        assert pragma(replica._whole._connection, "journal_mode") == "wal"
        assert pragma(replica._whole._connection, "synchronous") == NORMAL

    run(tmp_path, work)
    run(tmp_path, work)


def test_decisions_read_through_a_connection_that_cannot_write(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, club_rows())
        assert replica._reader is not None
        assert list(await replica._reader.execute_fetchall("PRAGMA query_only")) == [(1,)]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            await replica._reader.execute_fetchall("DELETE FROM feed_row")

    run(tmp_path, work)


def test_apply_returns_only_when_the_look_ups_before_it_have_answered(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, club_rows())
        assert replica._reader is not None
        free = threading.Event()
        await replica._reader.create_function("hold", 0, free.wait)
        look_up = asyncio.create_task(replica._reader.execute_fetchall("SELECT hold()"))
        applying = asyncio.create_task(replica.apply(cards(1, first=11), 11))
        try:
            while (position := replica.position()) is None or position.sequence < 11:
                await asyncio.sleep(0.001)
            assert not applying.done()
        finally:
            free.set()
        await applying
        assert look_up.done()

    run(tmp_path, work)


def test_damage_of_the_one_before_says_nothing_of_the_whole_one(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, club_rows())
        (tmp_path / "before").write_bytes(b"no database" * 400)
        before = await open_reader(read_only_address(tmp_path / "before"))
        try:
            with pytest.raises(ReplicaError):
                await replica._read(before, "SELECT 1 FROM feed_row")
        finally:
            await before.close()
        assert await replica.look_up(CARD) is not None

    run(tmp_path, work)


class Syncs:
    """What is synced and stated of one file, in order, as it happens."""

    def __init__(self, file: ReplicaFile, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        fsync = os.fsync

        def noted(descriptor: int) -> None:
            self.done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", noted)
        file._connection.set_trace_callback(self.done.append)


def test_rows_are_on_disk_before_a_file_says_that_it_is_whole_and_that_is_before_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = ReplicaFile.create(tmp_path / "replica.1.db", FEED, 1, 3)
    try:
        file.load(cards(3), 3)
        syncs = Syncs(file, monkeypatch)
        assert file.finish(digest_of(cards(3)))
        steps = [
            "replica.1.db",
            "PRAGMA synchronous = FULL",
            "PRAGMA journal_mode = WAL",
            "UPDATE meta SET complete = 1",
            tmp_path.name,
            "PRAGMA synchronous = NORMAL",
        ]
        assert [each for each in syncs.done if each in steps] == steps
    finally:
        file.close()


def test_what_is_loaded_goes_to_the_disk_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ReplicaFile.create(tmp_path / "replica.1.db", FEED, 1, 100)
    syncs = Syncs(file, monkeypatch)
    try:
        for number in range(1, 21):
            file.load(cards(1, first=number), number)
        assert syncs.done.count("replica.1.db") == 2
    finally:
        file.close()


def test_hours_are_of_no_older_copy_than_stood_here(tmp_path: Path) -> None:
    rows = [*club_rows(), *numbered([site_change("clubhouse", Site(Calendar("Europe/Berlin")))], 11)]

    async def fill_it(replica: Replica) -> None:
        assert await fill(replica, rows)
        assert len(await replica.hours_rows()) == 1

    async def look() -> None:
        for stood, count in ((Mark(1, 11), 1), (Mark(1, 12), 0)):
            replica = await Replica.open(tmp_path, {FEED: stood}.get)
            found = await replica.hours_rows()
            await replica.close()
            assert len(found) == count

    run(tmp_path, fill_it)
    asyncio.run(look())


def test_a_page_that_cannot_be_loaded_leaves_nothing_of_itself(tmp_path: Path) -> None:
    file = ReplicaFile.create(tmp_path / "replica.1.db", FEED, 1, 4)
    card = card_change(CARD, Card(1))
    try:
        file.load(cards(2), 2)
        loaded = file.standing()
        with pytest.raises(sqlite3.IntegrityError):
            file.load(numbered([card, card], 3), 4)
        assert file.standing() == loaded
        assert file._connection.execute("SELECT max(sequence) FROM feed_row").fetchone() == (2,)
    finally:
        file.close()


@pytest.mark.parametrize("whole", [False, True])
def test_what_was_torn_while_it_was_loaded_is_thrown_away_and_what_was_whole_is_set_aside(
    tmp_path: Path, whole: bool
) -> None:
    """A loader that is killed may have written a transaction's first pages alone."""
    rows = cards(500)
    path = tmp_path / "replica.1.db"
    file = ReplicaFile.create(path, FEED, 1, 500)
    file.load(rows, 500)
    assert not whole or file.finish(digest_of(rows))
    file.close()
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(sqlite3.DatabaseError, match="malformed"):
        ReplicaFile.open_complete(path)

    async def work(replica: Replica) -> None:
        assert replica.position() is None
        assert replica.set_aside == ("damaged-replica.db" if whole else None)

    run(tmp_path, work)
    assert {each.name for each in tmp_path.iterdir()} == ({"damaged-replica.db"} if whole else set())
