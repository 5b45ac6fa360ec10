"""What the machine tells: the kernel's files as they are here, and as they are elsewhere."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge.machine import Machine


def zone(folder: Path, number: int, text: str) -> None:
    path = folder / "class" / "thermal" / f"thermal_zone{number}"
    path.mkdir(parents=True)
    (path / "temp").write_text(text)


def process(folder: Path, number: int, smaps: str, children: str = "") -> None:
    task = folder / str(number) / "task" / str(number)
    task.mkdir(parents=True)
    (task / "children").write_text(children)
    (folder / str(number) / "smaps_rollup").write_text(smaps)


def test_this_machine_tells_of_disk_memory_and_load(tmp_path: Path) -> None:
    state = Machine(tmp_path).as_it_stands()
    disk = os.statvfs(tmp_path)
    assert state.disk_free_bytes is not None
    assert 0 < state.disk_free_bytes <= disk.f_blocks * disk.f_frsize
    assert state.disk_free_share is not None
    assert 0 < state.disk_free_share <= 1
    assert state.memory_bytes is not None
    assert state.memory_bytes > 1_000_000
    assert state.load is not None
    assert state.load >= 0


def test_the_hottest_zone_counts_and_what_is_no_number_does_not(tmp_path: Path) -> None:
    for number, text in enumerate(("41000\n", "broken", "52250\n")):
        zone(tmp_path, number, text)
    assert Machine(tmp_path, sys=tmp_path).as_it_stands().temperature_c == 52.25


def test_what_only_root_may_write_is_neither_free_nor_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_this = os.statvfs(tmp_path)
    values = list(of_this)
    values[2:5] = [100, 40, 30]  # f_blocks, f_bfree, f_bavail
    monkeypatch.setattr(os, "statvfs", lambda _: os.statvfs_result(values))
    state = Machine(tmp_path).as_it_stands()
    assert (state.disk_free_bytes, state.disk_free_share) == (30 * of_this.f_frsize, 30 / 90)


def test_memory_is_of_the_process_and_all_below_it(tmp_path: Path) -> None:
    process(tmp_path, os.getpid(), "Rss: 900 kB\nPss: 100 kB\n", "7 8")
    process(tmp_path, 7, "Pss:     20 kB\n", "9")
    process(tmp_path, 8, "no such line\n")
    process(tmp_path, 9, "Pss: 3 kB\n")
    assert Machine(tmp_path, proc=tmp_path).as_it_stands().memory_bytes == 123 * 1024


def test_a_child_is_counted_for_real(tmp_path: Path) -> None:
    if not Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").exists():
        pytest.skip("this kernel lists no children")
    hog = "import sys; kept = bytearray(b'x' * 50_000_000); print('there', flush=True); sys.stdin.read()"
    before = Machine(tmp_path).as_it_stands().memory_bytes
    with subprocess.Popen([sys.executable, "-c", hog], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        child.stdout.readline()
        with_child = Machine(tmp_path).as_it_stands().memory_bytes
        child.stdin.close()
    assert before is not None
    assert with_child is not None
    assert with_child > before + 45_000_000


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    state = Machine(tmp_path / "gone", sys=tmp_path, proc=tmp_path).as_it_stands()
    assert (state.temperature_c, state.disk_free_bytes, state.disk_free_share) == (None, None, None)
    assert (state.memory_bytes, state.load) == (None, None)
