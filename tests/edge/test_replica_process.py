"""Bulk work in a process of its own: the same replica, and none of it felt when that process ends."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from contract.facts import Position
from contract.feed import Row
from edge.storage.bulk_messages import End
from edge.storage.bulk_process import BulkProcess
from edge.storage.fresh_replica import FreshInProcess
from edge.storage.replica import Replica, ReplicaError
from tests.edge.edge_process import DEADLINE_S
from tests.edge.feed_samples import cards, digest_of
from tests.edge.replica_runs import CARD, FEED, club_rows, digest_on_disk, fill


def run(folder: Path, work: Callable[[Replica], Awaitable[None]]) -> None:
    """All bulk work in processes, however little it is; none of them is left behind."""

    async def opened() -> None:
        replica = await Replica.open(folder, large=0)
        try:
            await work(replica)
        finally:
            await replica.close()
        assert children() == []

    asyncio.run(opened())


def children() -> list[int]:
    found = []
    for task in Path("/proc/self/task").iterdir():
        # A thread may end while it is looked at.
        with suppress(FileNotFoundError, ProcessLookupError):
            found += (task / "children").read_text().split()
    return [int(pid) for pid in found]


async def as_bool(work: Awaitable[None]) -> bool:
    await work
    return True


def fresh_of(replica: Replica) -> FreshInProcess:
    assert isinstance(replica._fresh, FreshInProcess)
    return replica._fresh


def test_a_fresh_replica_is_loaded_recounted_and_followed(tmp_path: Path) -> None:
    rows = club_rows()

    async def work(replica: Replica) -> None:
        assert await fill(replica, rows)
        assert children() == []
        assert (replica.position(), replica.digest()) == (Position(FEED, 1, 10), digest_of(rows))
        assert await replica.is_exact()
        assert await digest_on_disk(replica) == digest_of(rows)
        assert await replica.look_up(CARD) is not None
        assert await replica.apply(cards(3, first=11), 13) == digest_of([*rows, *cards(3, first=11)])
        assert await replica.is_exact()

    run(tmp_path, work)
    run(tmp_path, lambda replica: look(replica, 13))
    assert [path.name for path in tmp_path.iterdir()] == ["replica.1.db"]


async def look(replica: Replica, sequence: int) -> None:
    assert replica.position() == Position(FEED, 1, sequence)
    assert await replica.is_exact()


def test_rows_of_another_digest_are_thrown_away(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, cards(10))
        await replica.start_fresh(FEED, 2, 10)
        await replica.load(cards(10), 10)
        assert not await replica.finish_fresh(digest_of(cards(9)))
        assert replica.position() == Position(FEED, 1, 10)
        assert await fill(replica, cards(12), epoch=2)

    run(tmp_path, work)


@pytest.mark.parametrize("point", ["begun", "loaded", "loading", "finishing"])
def test_a_process_that_is_killed_costs_the_fresh_replica_alone(tmp_path: Path, point: str) -> None:
    rows = cards(5_000)

    async def work(replica: Replica) -> None:
        assert await fill(replica, club_rows())
        await replica.start_fresh(FEED, 2, 5_000)
        if point != "begun":
            await replica.load(rows[:2_000], 2_000)
        (pid,) = children()
        meanwhile = point in ("loading", "finishing")
        os.kill(pid, signal.SIGSTOP if meanwhile else signal.SIGKILL)
        if point == "finishing":
            attempt = asyncio.create_task(replica.finish_fresh(digest_of(rows)))
        else:
            attempt = asyncio.create_task(as_bool(replica.load(rows[2_000:], 5_000)))
        await asyncio.sleep(0.01)
        if meanwhile:
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(ReplicaError, match="ended"):
            await attempt
        with pytest.raises(ReplicaError, match="no fresh replica"):
            await replica.load(rows[:1], 1)
        assert (await replica.look_up(CARD)) is not None
        assert replica.position() == Position(FEED, 1, 10)
        assert [path.name for path in tmp_path.glob("*.db")] == ["replica.1.db"]
        assert await fill(replica, rows, epoch=2)
        assert await digest_on_disk(replica) == digest_of(rows)

    run(tmp_path, work)


def test_a_process_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.storage.fresh_replica._LOAD_S_MAX", 5.0)

    async def work(replica: Replica) -> None:
        await replica.start_fresh(FEED, 1, 10)
        (pid,) = children()
        os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr("edge.storage.fresh_replica._LOAD_S_MAX", 0.05)
        with pytest.raises(ReplicaError, match="no answer within"):
            await replica.load(cards(10), 10)
        assert children() == []
        monkeypatch.undo()
        assert await fill(replica, cards(10))

    run(tmp_path, work)


def test_a_process_that_waits_long_leaves_and_loading_goes_on_with_another(tmp_path: Path) -> None:
    rows = cards(300)

    async def work(replica: Replica) -> None:
        await replica.start_fresh(FEED, 1, 200)
        fresh = fresh_of(replica)
        fresh._idle_s = 0.01
        for begin in (0, 100, 200):
            await replica.load(rows[begin : begin + 100], begin + 100)
            while children():
                await asyncio.sleep(0.01)
        assert await replica.finish_fresh(digest_of(rows))
        assert await digest_on_disk(replica) == digest_of(rows)

    run(tmp_path, work)


def test_a_process_that_ended_badly_while_nobody_asked_leaves_a_fresh_replica_that_is_lost(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        await replica.start_fresh(FEED, 1, 200)
        fresh = fresh_of(replica)
        (pid,) = children()
        os.kill(pid, signal.SIGSTOP)
        fresh._idle_s = 0.01
        leaving = fresh._leaving = asyncio.create_task(fresh._leave(fresh._process))  # type: ignore[arg-type]
        os.kill(pid, signal.SIGKILL)
        await leaving
        assert children() == []
        with pytest.raises(ReplicaError, match="lost"):
            await replica.load(cards(100), 100)
        assert await fill(replica, cards(10))

    run(tmp_path, work)


def test_closing_waits_for_a_process_that_is_leaving(tmp_path: Path) -> None:
    async def opened() -> None:
        replica = await Replica.open(tmp_path, large=0)
        await replica.start_fresh(FEED, 1, 200)
        fresh = fresh_of(replica)
        fresh._idle_s = 0.0
        await replica.load(cards(100), 100)
        (pid,) = children()
        os.kill(pid, signal.SIGSTOP)
        while not fresh._turn.locked():
            await asyncio.sleep(0.001)
        await replica.close()
        assert children() == []

    asyncio.run(opened())


def test_the_process_takes_only_what_nobody_else_wants(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        await replica.start_fresh(FEED, 1, 200)
        (pid,) = children()
        assert os.sched_getscheduler(pid) == os.SCHED_IDLE
        assert os.getpriority(os.PRIO_PROCESS, pid) == 19

    run(tmp_path, work)


def test_who_asked_and_is_cancelled_ends_the_process() -> None:
    async def work() -> int:
        process = await BulkProcess.start()
        (pid,) = children()
        os.kill(pid, signal.SIGSTOP)
        asking = asyncio.create_task(process.ask(End(), DEADLINE_S))
        await asyncio.sleep(0.01)
        asking.cancel()
        await asyncio.wait({asking})
        try:
            return await asyncio.to_thread(process._process.wait, DEADLINE_S)
        finally:
            await process.kill()

    assert asyncio.run(work()) == -signal.SIGKILL


def test_who_is_cancelled_ends_the_process_and_another_fresh_replica_can_begin(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        await replica.start_fresh(FEED, 1, 5_000)
        loading = asyncio.create_task(replica.load(cards(5_000), 5_000))
        await asyncio.sleep(0.001)
        loading.cancel()
        assert isinstance((await asyncio.gather(loading, return_exceptions=True))[0], asyncio.CancelledError)
        with pytest.raises(ReplicaError, match="lost"):
            await replica.load([], 1)
        assert await fill(replica, cards(10))

    run(tmp_path, work)


def test_closing_ends_a_load_and_a_recount(tmp_path: Path) -> None:
    async def opened() -> None:
        replica = await Replica.open(tmp_path, large=0)
        # So many that the recount goes on until the other process has started, on a busy machine too.
        assert await fill(replica, cards(150_000))
        recounting = asyncio.create_task(replica.is_exact())
        await replica.start_fresh(FEED, 2, 20_000)
        loading = asyncio.create_task(replica.load(cards(20_000), 20_000))
        while not (replica._recounts._going_on and len(children()) > 1):
            await asyncio.sleep(0.001)
        await replica.close()
        for each in (recounting, loading):
            with pytest.raises(ReplicaError):
                await each
        assert children() == []

    asyncio.run(opened())


def test_a_file_that_rotted_or_is_damaged_is_found_by_a_recount(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        assert await fill(replica, cards(5_000))
        with sqlite3.connect(tmp_path / "replica.1.db") as connection:
            connection.execute("UPDATE feed_row SET body = x'00' WHERE sequence = 77")
        assert not await replica.is_exact()
        with (tmp_path / "replica.1.db").open("r+b") as file:
            file.seek(8_192)
            file.write(b"\xa5" * 400_000)
        with pytest.raises(ReplicaError):
            await replica.is_exact()
        assert replica.position() is None
        assert replica.set_aside == "damaged-replica.db"
        assert await fill(replica, [Row(1, 1, b"k", b"", b"")])

    run(tmp_path, work)


def test_a_folder_that_takes_nothing_is_told(tmp_path: Path) -> None:
    async def work(replica: Replica) -> None:
        replica._folder = tmp_path / "is" / "not"
        with pytest.raises(ReplicaError, match="open"):
            await replica.start_fresh(FEED, 1, 10)
        assert children() == []

    run(tmp_path, work)


def test_bulk_work_stands_back_behind_everything_however_the_edge_is_run() -> None:
    """As its unit runs the edge, with niceness -10, where whoever tests may."""
    work = (
        "import os; from edge.storage.bulk_child import _stand_back;"
        "os.geteuid() or os.setpriority(os.PRIO_PROCESS, 0, -10); _stand_back();"
        "print(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0) == os.SCHED_IDLE)"
    )
    done = subprocess.run([sys.executable, "-c", work], capture_output=True, text=True, check=True)
    assert done.stdout == "19 True\n"
