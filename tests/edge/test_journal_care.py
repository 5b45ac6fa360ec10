"""The journal looked after: broken ones heal, losses are told once there is room, old rows leave in time."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract.facts import Position
from contract.messages import Ack, Lost, decode_journaled
from contract.trust import ClockState
from edge.core.losses import Losses
from edge.core.used_steps import UsedSteps
from edge.journal_care import HEAL_EVERY_S, LOOK_EVERY_S, JournalCare
from edge.storage.journal import SqliteJournal
from tests.edge.fakes import NOON, FakeClock, FakeTrust
from tests.edge.journal_runs import FEED, checkin
from tests.edge.small_disks import small_disk
from tests.edge.test_journal_healing import spoil
from tests.edge.test_used_steps import CARD, NOW, taken


class Replica:
    def position(self) -> Position | None:
        return Position(FEED, 5, 100)


class World:
    """A journal on disk and its care; `looks` of it, one after another."""

    def __init__(self, journal: SqliteJournal) -> None:
        self.journal = journal
        self.losses = Losses()
        self.used_steps = UsedSteps()
        self.trust = FakeTrust(FakeClock())
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.waits_s: list[float] = []
        self.followed = self.told_of_rows = 0
        ids = iter(range(100, 1_000))
        self._go_on = asyncio.Event()
        self._looked = asyncio.Event()
        self.care = JournalCare(
            journal,
            self.losses,
            self.used_steps,
            Replica(),  # type: ignore[arg-type]
            self.trust,
            self,
            lambda event, /, **fields: self.events.append((event, fields)),
            lambda: next(ids).to_bytes(16, "big"),
            self._sleep,
        )
        self._task: asyncio.Task[None] | None = None

    def journaled(self) -> None:
        self.told_of_rows += 1

    async def follow_journal(self) -> None:
        self.followed += 1

    async def look(self) -> None:
        """Once: until it would wait."""
        self._looked.clear()
        if self._task is None:
            self._task = asyncio.create_task(self.care.keep())
        else:
            self._go_on.set()
        looked = asyncio.create_task(self._looked.wait())
        await asyncio.wait({looked, self._task}, return_when=asyncio.FIRST_COMPLETED)
        looked.cancel()
        assert not self._task.done(), self._task.exception()

    async def _sleep(self, wait_s: float) -> None:
        self.waits_s.append(wait_s)
        self._looked.set()
        await self._go_on.wait()
        self._go_on.clear()

    async def lost(self) -> list[Lost]:
        rows = [decode_journaled(row.body) for row in await self.journal.rows_after(0, 10_000)]
        return [row for row in rows if isinstance(row, Lost)]

    def names(self) -> list[str]:
        return [event for event, _ in self.events]

    async def end(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait({self._task})


def run(path: Path, work: Callable[[World], Any]) -> None:
    async def opened() -> None:
        numbers = iter(range(1, 100))
        journal = await SqliteJournal.open(path, lambda: next(numbers).to_bytes(16, "big"))
        world = World(journal)
        try:
            await work(world)
            await world.end()
        finally:
            await journal.close()

    asyncio.run(opened())


def test_where_all_is_well_nothing_happens(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        for _ in range(3):
            await world.look()
        assert (world.events, world.followed, world.waits_s) == ([], 0, [LOOK_EVERY_S] * 3)

    run(tmp_path / "journal.db", work)


def test_a_disk_that_has_room_again(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        for number in range(3):
            world.losses.note("disk_full", 10 + number)
            await world.look()
        assert world.names() == ["journal_fails"]
        assert world.waits_s == [HEAL_EVERY_S] * 3
        disk.empty()
        await world.look()
        assert (world.followed, world.names()) == (1, ["journal_fails", "journal_healed"])
        await world.look()
        assert [(each.from_us, each.upto_us, each.count, each.why) for each in await world.lost()] == [
            (10, 12, 3, "disk_full")
        ]
        assert world.names() == ["journal_fails", "journal_healed", "journal_works_again", "lost_told"]
        assert world.told_of_rows == 1
        await world.look()
        assert len(await world.lost()) == 1

    with small_disk(tmp_path / "disk") as disk:
        disk.fill()
        run(disk.path / "journal.db", work)


def test_losses_wait_for_a_disk_that_is_full_while_it_runs(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.look()
        disk.fill()
        number = 0
        with pytest.raises(Exception, match="full"):
            while number := number + 1:
                await world.journal.append(checkin(number))
        world.losses.note("disk_full", 10)
        await world.look()
        assert await world.lost() == []
        disk.empty()
        await world.look()
        assert len(await world.lost()) == 1

    with small_disk(tmp_path / "disk") as disk:
        run(disk.path / "journal.db", work)


def test_a_damaged_journal_heals_while_it_runs_and_tells_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"

    async def work(world: World) -> None:
        journal = world.journal
        for number in range(1, 601):
            await journal.append(checkin(number))
        await journal.append(taken(601, NOW))
        await journal._keeper.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
        await journal._keeper.execute_fetchall("PRAGMA cache_size = 1")  # type: ignore[union-attr]
        await world.look()
        spoil(path)
        with pytest.raises(Exception, match="malformed"):
            for start in range(0, 600, 50):
                await journal.rows_after(start, 50)
        for _ in range(3):
            await world.look()
        (lost,) = await world.lost()
        assert lost.why == "journal.db.damaged-1"
        assert await journal.last_sequence() == 601 - lost.count + 1
        assert "journal_damaged" in world.names()
        assert world.followed == 1
        assert world.used_steps.of("counter", CARD) | world.used_steps.of("door", CARD) == {NOW}

    run(path, work)


@pytest.mark.parametrize(("state", "left"), [(ClockState.SYNCED, [4, 5]), (ClockState.UNKNOWN, [1, 2, 3, 4, 5])])
def test_old_rows_leave_by_a_clock_that_is_known_to_be_right(
    tmp_path: Path, state: ClockState, left: list[int]
) -> None:
    async def work(world: World) -> None:
        for number in range(1, 6):
            await world.journal.append(checkin(number))
        await world.journal.acknowledge(Ack(world.journal.id, 3, 5, 9))
        world.trust.state = state
        await world.look()
        world.trust.clock.at = NOON.replace(year=NOON.year + 1)
        for _ in range(3_700):
            await world.look()
        assert [row.sequence for row in await world.journal.rows_after(0, 10)] == left

    run(tmp_path / "journal.db", work)
