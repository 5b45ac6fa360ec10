"""A damaged journal makes way for another one: killed at any step, no row and no loss is forgotten."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from contract.messages import Ack, CheckIn, Journaled, Lost, decode_journaled
from edge.storage import set_aside
from edge.storage.journal import SqliteJournal
from edge.storage.journal_file import prepare
from edge.storage.set_aside import begin_anew
from tests.edge.journal_runs import checkin, ids, run
from tests.edge.small_disks import small_disk

ROWS = 300
NOW_US = 1_800_000_000_000_000


class Killed(BaseException):
    pass


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A journal of which 40 rows or so cannot be read; the hub has acked the first half."""
    path = tmp_path / "journal.db"

    async def write(journal: SqliteJournal) -> None:
        for number in range(1, ROWS + 1):
            await journal.append(checkin(number))
        await journal.acknowledge(Ack(journal.id, ROWS // 2, 5, 9))

    run(path, write)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size - 10 * 4_096)
        file.write(b"\xa5" * 3 * 4_096)
    return path


def rows_of(path: Path) -> list[Journaled]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT body FROM checkin ORDER BY sequence").fetchall()
    return [decode_journaled(body) for (body,) in rows]


def assert_nothing_is_forgotten(path: Path) -> None:
    *saved, lost = rows_of(path)
    numbers = [int.from_bytes(row.id, "big") for row in saved if isinstance(row, CheckIn)]
    assert len(numbers) == len(saved)
    assert (numbers[0], numbers[-1], numbers) == (1, ROWS, sorted(set(numbers)))
    assert isinstance(lost, Lost)
    assert lost.count == ROWS - len(numbers) > 0
    assert lost.upto_us == NOW_US
    assert (path.parent / lost.why).exists()


def killed_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """The process is killed before the step-th time that it fills, renames, removes or syncs something."""
    left = count(1 - step)

    def until_killed(real: Callable[..., Any]) -> Callable[..., Any]:
        def kill_or_do(*given: Any, **named: Any) -> Any:
            if next(left) == 0:
                raise Killed
            return real(*given, **named)

        return kill_or_do

    for owner, name in ((set_aside, "_fill"), (set_aside, "sync_folder"), (Path, "rename"), (Path, "unlink")):
        monkeypatch.setattr(owner, name, until_killed(getattr(owner, name)))


@pytest.mark.parametrize("with_log", [False, True])
def test_killed_at_any_step(
    damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_log: bool
) -> None:
    steps: Iterator[int] = count(1)
    for step in steps:
        path = tmp_path / f"{step}" / "journal.db"
        path.parent.mkdir()
        shutil.copy(damaged, path)
        if with_log:
            path.with_name("journal.db-wal").touch()
        new_id = ids()
        with monkeypatch.context() as patched:
            killed_at(patched, step)
            try:
                begin_anew(path, False, new_id, NOW_US)
            except Killed:
                ended = False
            else:
                ended = True
        prepare(path, new_id, NOW_US)
        assert_nothing_is_forgotten(path)
        names = {each.name for each in path.parent.iterdir()}
        assert names <= {"journal.db", "journal.db.damaged-1", "journal.db.damaged-1-wal"}
        if ended:
            break
    assert step > 6


def test_a_new_one_that_was_begun_is_void_while_the_old_one_stands(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    for suffix in ("", "-wal", "-journal"):
        path.with_name(f"journal.db.new{suffix}").write_bytes(b"half")

    async def write(journal: SqliteJournal) -> None:
        assert await journal.append(checkin(1)) == 1

    path.touch()
    run(path, write)
    assert [each.name for each in tmp_path.iterdir()] == ["journal.db"]


def test_on_a_full_disk_it_is_tried_again(damaged: Path, tmp_path: Path) -> None:
    async def work(path: Path, empty: Callable[[], None]) -> None:
        journal = await SqliteJournal.open(path, ids())
        assert (journal.is_broken, journal.fault is None, journal.damage) == (True, False, None)
        empty()
        await journal.heal()
        damage = journal.damage
        assert damage is not None
        assert damage.lost is not None
        assert damage.kept + damage.lost == ROWS
        await journal.close()

    with small_disk(tmp_path / "disk") as disk:
        path = disk.path / "journal.db"
        shutil.copy(damaged, path)
        disk.fill()
        asyncio.run(work(path, disk.empty))
