"""The marks that are kept: they rise, survive the process, and a file that is damaged or full holds nothing up."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from contract.high_water import Mark
from edge import marks as edge_marks
from edge.core.saved_marks import SavedMarks
from edge.marks import EdgeMarks
from edge.storage.small_file import SmallFile
from tests.edge.fakes import FakeClock, FakeLog
from tests.edge.link_runs import until


def opened(path: Path, log: FakeLog | None = None) -> EdgeMarks:
    return EdgeMarks(SmallFile(path, SavedMarks), FakeClock(), log or FakeLog())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "marks.json"


def test_each_start_counts_on_disk_before_anything_is_said(path: Path) -> None:
    first = FakeClock().now().timestamp() * 1_000
    assert [opened(path).start for _ in range(3)] == [first, first + 1, first + 2]


def test_a_start_rises_by_the_clock_where_nothing_can_be_kept_and_by_the_file_where_the_clock_is_wrong(
    path: Path,
) -> None:
    clock = FakeClock()
    starts = [EdgeMarks(SmallFile(path, SavedMarks), clock, FakeLog()).start]
    for step_s in (2.0, 3.0):
        clock.at += timedelta(seconds=step_s)
        starts.append(EdgeMarks(FullDisk(path, SavedMarks), clock, FakeLog()).start)
    assert starts == [starts[0], starts[0] + 2_000, starts[0] + 5_000]
    clock.at -= timedelta(days=1)
    assert [EdgeMarks(SmallFile(path, SavedMarks), clock, FakeLog()).start for _ in range(2)] == [
        starts[0] + 1,
        starts[0] + 2,
    ]


def test_a_mark_that_is_waited_for_is_on_disk(path: Path) -> None:
    async def work() -> None:
        marks = opened(path)
        await marks.keep_reached("hub", "command", Mark(5, 7))
        again = opened(path)
        assert again.mark("hub", "command") == Mark(5, 7)
        assert not again.accepts("hub", "command", Mark(5, 7))
        assert again.accepts("hub", "command", Mark(5, 7), again=True)
        assert again.accepts("hub", "command", Mark(5, 8))
        assert again.mark("hub", "mode") is None

    asyncio.run(work())


def test_marks_are_written_by_and_by_and_at_the_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_marks, "_WRITE_EVERY_S", 0.01)

    async def work() -> None:
        marks = opened(path)
        keeping = asyncio.create_task(marks.keep())
        marks.reach("everyone", "position", Mark(1, 5))
        await until(lambda: '"position",1,5' in path.read_text())
        marks.reach("everyone", "position", Mark(1, 4))
        assert marks.mark("everyone", "position") == Mark(1, 5), "it does not go back"
        marks.reach("everyone", "position", Mark(1, 9))
        marks.stop()
        await keeping
        assert '"position",1,9' in path.read_text()

    asyncio.run(work())


def test_a_damaged_file_costs_the_marks_and_start_goes_on_far_above(path: Path) -> None:
    opened(path)
    path.write_bytes(b"?")
    log = FakeLog()
    marks = opened(path, log)
    assert log.all("damaged") == [{"set_aside": "damaged-marks.json"}]
    assert marks.start == FakeClock().now().timestamp() * 1_000
    assert opened(path).start == marks.start + 1


class FullDisk(SmallFile[SavedMarks]):
    full = True

    def write(self, fields: SavedMarks) -> None:
        if self.full:
            raise OSError(28, "No space left on device")
        super().write(fields)


def test_a_full_disk_is_told_once_and_tried_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_marks, "_WRITE_EVERY_S", 0.01)

    async def work() -> None:
        log, file = FakeLog(), FullDisk(path, SavedMarks)
        marks = EdgeMarks(file, FakeClock(), log)
        with pytest.raises(OSError, match="No space"):
            await marks.keep_reached("hub", "command", Mark(1, 1))
        keeping = asyncio.create_task(marks.keep())
        await asyncio.sleep(0.1)
        assert log.all("marks_not_kept") == [{"why": "No space left on device"}]
        file.full = False
        await until(path.exists)
        marks.stop()
        await keeping
        assert opened(path).mark("hub", "command") == Mark(1, 1)

    asyncio.run(work())
