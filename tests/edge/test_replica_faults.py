"""The replica when things go wrong: crashes at every step, damage, a full disk, a stop in the middle."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from contract.facts import Position
from contract.feed import Row
from edge.ports import CannotLookUp, Found
from edge.storage.fresh_replica import FreshInThreads
from edge.storage.replica import Replica, ReplicaError
from edge.storage.replica_file import ReplicaFile
from tests.edge.feed_samples import cards, digest_of
from tests.edge.replica_runs import CARD, FEED, club_rows, digest_on_disk, fill, run

STEPS = ["created", "half", "indexed", "finished"]


@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_of_a_fresh_replica_leaves_the_old_one(tmp_path: Path, step: str) -> None:
    """What is on disk at that moment is copied, as a crash would leave it, and opened."""
    rows, fresh = cards(10), club_rows()

    async def work(replica: Replica) -> None:
        assert await fill(replica, rows)
        await replica.start_fresh(FEED, 2, 10)
        if step == "created":
            copy_as_crashed(tmp_path / "run", tmp_path / "crashed")
            return
        await replica.load(fresh[:5], 5)
        if step == "half":
            copy_as_crashed(tmp_path / "run", tmp_path / "crashed")
            return
        await replica.load(fresh[5:], 10)
        if step == "indexed":
            copy_as_crashed(tmp_path / "run", tmp_path / "crashed")
            return
        path = tmp_path / "run" / "replica.2.db"
        assert isinstance(replica._fresh, FreshInThreads)
        assert replica._fresh.path == path
        assert replica._fresh._file.finish(digest_of(fresh))
        copy_as_crashed(tmp_path / "run", tmp_path / "crashed")

    async def after(replica: Replica) -> None:
        whole = (2, fresh) if step == "finished" else (1, rows)
        assert replica.position() == Position(FEED, whole[0], 10)
        assert await digest_on_disk(replica) == digest_of(whole[1])
        assert replica.set_aside is None
        assert await fill(replica, cards(20), epoch=3)

    run(tmp_path / "run", work)
    run(tmp_path / "crashed", after)
    assert [path.name for path in (tmp_path / "crashed").iterdir()] in (["replica.2.db"], ["replica.3.db"])


def copy_as_crashed(source: Path, target: Path) -> None:
    target.mkdir()
    for path in source.iterdir():
        if not path.name.endswith("-shm"):
            (target / path.name).write_bytes(path.read_bytes())


def test_a_crash_between_any_two_statements_of_a_page_is_before_or_after_it(tmp_path: Path) -> None:
    rows = cards(10)

    async def prepare(replica: Replica) -> None:
        assert await fill(replica, rows)

    run(tmp_path / "run", prepare)
    file = ReplicaFile.open_complete(tmp_path / "run" / "replica.1.db")
    crashes: list[Path] = []

    def crash(statement: str) -> None:
        folder = tmp_path / f"crash{len(crashes)}"
        copy_as_crashed(tmp_path / "run", folder)
        crashes.append(folder)

    file._connection.set_trace_callback(crash)
    file.apply([*cards(3, first=11), Row(14, rows[0].kind, rows[0].key, b"", None)], 14)
    file._connection.set_trace_callback(None)
    copy_as_crashed(tmp_path / "run", tmp_path / "after")
    file.close()
    states = set()

    async def look(replica: Replica) -> None:
        position = replica.position()
        assert position is not None
        assert await replica.is_exact()
        expected = rows if position.sequence == 10 else cards(13)[1:]
        assert await digest_on_disk(replica) == digest_of(expected) == replica.digest()
        states.add(position.sequence)

    assert len(crashes) > 8
    for folder in [*crashes, tmp_path / "after"]:
        run(folder, look)
    assert states == {10, 14}


@pytest.mark.parametrize("damage", [b"not a database at all" * 400, b""], ids=["garbage", "empty"])
def test_a_damaged_file_is_set_aside_and_there_is_no_replica_until_it_is_pulled(
    tmp_path: Path, damage: bytes
) -> None:
    async def prepare(replica: Replica) -> None:
        assert await fill(replica, club_rows())

    async def after(replica: Replica) -> None:
        assert replica.position() is None
        assert await replica.look_up(CARD) is None
        assert replica.set_aside == ("damaged-replica.db" if damage else None)
        assert await fill(replica, club_rows(), epoch=2)
        assert replica.position() == Position(FEED, 2, 10)

    run(tmp_path, prepare)
    (tmp_path / "replica.1.db").write_bytes(damage)
    (tmp_path / "replica.x.db").write_bytes(b"")
    run(tmp_path, after)
    assert not (tmp_path / "replica.x.db").exists()


@pytest.mark.parametrize(
    ("word", "other"), [(b"epoch", b"epocj"), (b"body BLOB", b"bodz BLOB"), (b"ref BLOB", b"rff BLOB")]
)
def test_a_file_whose_schema_names_other_columns_is_set_aside(tmp_path: Path, word: bytes, other: bytes) -> None:
    """SQLite takes flipped letters for a schema of somebody else's, and finds no damage."""

    async def prepare(replica: Replica) -> None:
        assert await fill(replica, club_rows())

    async def after(replica: Replica) -> None:
        assert replica.position() is None
        assert replica.set_aside == "damaged-replica.db"
        assert await fill(replica, club_rows(), epoch=2)

    run(tmp_path, prepare)
    path = tmp_path / "replica.1.db"
    path.write_bytes(path.read_bytes().replace(word, other))
    run(tmp_path, after)


def test_damage_that_shows_while_running_ends_in_not_ready(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, cards(5_000))
        spoil(replica, tmp_path / "replica.1.db")
        results = [await look(replica, number) for number in range(1, 5_000, 7)]
        assert None in results
        assert replica.position() is None
        assert replica.set_aside == "damaged-replica.db"
        assert await fill(replica, club_rows(), epoch=2)

    async def look(replica: Replica, number: int) -> Found | None:
        try:
            return await replica.look_up(number.to_bytes(32, "big"))
        except CannotLookUp:
            return None

    run(tmp_path, work)


def test_damage_that_shows_while_a_page_is_applied_or_counted_ends_in_not_ready(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, cards(5_000))
        spoil(replica, tmp_path / "replica.1.db")
        with pytest.raises(ReplicaError):
            await replica.apply(
                [Row(6_000 + each.sequence, 1, each.key, b"", b"") for each in cards(5_000)], 11_000
            )
        assert replica.position() is None
        assert await fill(replica, cards(5_000), epoch=2)
        spoil(replica, tmp_path / "replica.1.db")
        with pytest.raises(ReplicaError):
            await replica.is_exact()
        assert replica.position() is None
        assert await replica.look_up(CARD) is None

    run(tmp_path, work)


def spoil(replica: Replica, path: Path) -> None:
    """Overwrite all but the first page, and let no cache hide it."""
    assert replica._whole is not None
    replica._whole._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4_096)
        file.write(b"\xa5" * (size - 4_096))
    replica._whole._connection.execute("PRAGMA cache_size = 0")


def test_a_replica_that_cannot_be_read_for_another_reason_is_told(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, cards(10))
        with sqlite3.connect(tmp_path / "replica.1.db") as connection:
            connection.execute("DELETE FROM meta")
        with pytest.raises(CannotLookUp):
            await replica.look_up(CARD)
        with sqlite3.connect(tmp_path / "replica.1.db") as connection:
            connection.execute("DROP TABLE meta")
        with pytest.raises(CannotLookUp):
            await replica.look_up(CARD)
        assert replica.position() is not None

    run(tmp_path, work)


def test_what_cannot_be_opened_for_another_reason_stays_and_is_no_replica(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert (replica.position(), await replica.look_up(CARD), replica.set_aside) == (None, None, None)
        assert await fill(replica, club_rows())

    (tmp_path / "replica.1.db").mkdir()
    run(tmp_path, work)
    assert {path.name for path in tmp_path.iterdir()} == {"replica.1.db", "replica.2.db"}


def test_rows_that_rotted_are_found_by_a_recount(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, cards(2_000))
        assert await replica.is_exact()
        with sqlite3.connect(tmp_path / "replica.1.db") as connection:
            connection.execute("UPDATE feed_row SET body = x'00' WHERE sequence = 77")
        assert not await replica.is_exact()

    run(tmp_path, work)


def test_a_full_disk_keeps_the_replica_and_says_so(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        rows = cards(100)
        assert await fill(replica, rows)
        assert replica._whole is not None
        connection = replica._whole._connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(ReplicaError, match="full"):
            await replica.apply(cards(1_000, first=101), 1_100)
        assert replica.position() == Position(FEED, 1, 100)
        assert await digest_on_disk(replica) == digest_of(rows) == replica.digest()
        connection.execute("PRAGMA max_page_count = 1000000")
        assert await replica.apply(cards(1_000, first=101), 1_100) == digest_of(cards(1_100))

    run(tmp_path, work)


def test_a_full_disk_ends_a_fresh_load_and_another_can_begin(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        await replica.start_fresh(FEED, 1, 5_000)
        assert isinstance(replica._fresh, FreshInThreads)
        replica._fresh._file._connection.execute("PRAGMA max_page_count = 8")
        with pytest.raises(ReplicaError, match="full"):
            await replica.load(cards(5_000), 5_000)
        assert await fill(replica, club_rows(), epoch=2)

    run(tmp_path, work)


def test_a_replica_of_another_format_is_pulled_anew(tmp_path: Path) -> None:
    async def prepare(replica: Replica) -> None:
        assert await fill(replica, club_rows())

    async def after(replica: Replica) -> None:
        assert replica.position() is None

    run(tmp_path, prepare)
    with sqlite3.connect(tmp_path / "replica.1.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    run(tmp_path, after)
    assert list(tmp_path.iterdir()) == []


def test_closing_ends_a_recount_and_a_load(tmp_path: Path) -> None:
    async def opened() -> None:
        replica = await Replica.open(tmp_path)
        assert await fill(replica, cards(20_000))
        recounting = asyncio.create_task(replica.is_exact())
        await replica.start_fresh(FEED, 2, 20_000)
        loading = asyncio.create_task(replica.load(cards(20_000), 20_000))
        await asyncio.sleep(0.01)
        loading.cancel()
        await replica.close()
        with pytest.raises(ReplicaError):
            await recounting
        assert (await asyncio.gather(loading, return_exceptions=True))[0].__class__ is asyncio.CancelledError

    asyncio.run(opened())
