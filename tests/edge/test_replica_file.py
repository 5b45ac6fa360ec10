"""One replica file: what its connections may do, when they sync, and pages that load whole or not at all."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from contract.facts import Card
from contract.rows import card_change
from edge.storage.replica import Replica
from edge.storage.replica_file import ReplicaFile
from tests.edge.feed_samples import cards, numbered
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
