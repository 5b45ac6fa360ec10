"""The README's first command, as a person runs it."""

import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from demo.__main__ import main
from demo.club import ScanResult
from demo.tour import TOUR, is_as_expected

DEMO = [sys.executable, "-u", "-m", "demo"]

# A whole club as processes, on a machine that does other things besides.
pytestmark = pytest.mark.timeout(300)


def test_once_prints_the_tour_and_ends_with_0(tmp_path: Path) -> None:
    done = subprocess.run(
        [*DEMO, "--folder", str(tmp_path / "demo"), "run", "--once"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith(("●", "○"))]
    clockless = [stop for stop in TOUR if not stop.needs_clock]
    assert len(rows) in (len(TOUR) + 1, len(clockless) + 1)
    assert all(row.endswith("yes") for row in rows)
    assert not any("\x1b" in row for row in rows)
    assert f"{len(rows)} of {len(rows)} as expected" in done.stdout


def test_once_ends_with_1_if_a_row_is_not_as_expected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = replace(TOUR[0], reason="expired")
    monkeypatch.setattr("demo.tour.TOUR", (wrong, TOUR[1]))
    monkeypatch.setattr("sys.argv", ["demo", "--folder", str(tmp_path / "demo"), "run", "--once"])
    assert main() == 1
    assert "expected granted expired" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL])
def test_no_process_outlives_the_demo(tmp_path: Path, number: signal.Signals) -> None:
    demo = subprocess.Popen([*DEMO, "--folder", str(tmp_path / "demo"), "run"], stdout=subprocess.PIPE, text=True)
    try:
        assert demo.stdout is not None
        for line in demo.stdout:
            if "the next scan knows" in line:
                break
        processes = _children(demo.pid)
        assert len(processes) >= 5
        demo.send_signal(number)
        demo.wait(30)
        ends_s = time.monotonic() + 20
        while time.monotonic() < ends_s and any(_runs(pid) for pid in processes):
            time.sleep(0.1)
        assert not [pid for pid in processes if _runs(pid)]
    finally:
        demo.kill()
        demo.wait()


def test_stays_up_for_more_scans_until_ctrl_c(tmp_path: Path) -> None:
    folder = str(tmp_path / "demo")
    demo = subprocess.Popen(
        [*DEMO, "--folder", folder, "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert demo.stdout is not None
        code = None
        for line in demo.stdout:
            if found := re.search(r"make scan CODE=(\w+)$", line):
                code = found.group(1)
            if "the next scan knows" in line:
                break
        assert code is not None
        scanned = _scan(folder, code)
        assert scanned.returncode == 0
        assert re.search(r"● +door .* granted .* yes", scanned.stdout)
        assert "limit_reached" in _scan(folder, code, "counter").stdout
        assert "unknown_card" in _scan(folder, "4011200296908").stdout
        second = subprocess.run([*DEMO, "--folder", folder, "run"], capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert demo.poll() is None
        assert "already running" in second.stderr
        processes = _children(demo.pid)
        assert len(processes) >= 5
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
        assert demo.stderr is not None
        assert demo.stderr.read() == ""
        assert not [pid for pid in processes if _runs(pid)]
    finally:
        demo.kill()
        demo.wait()
    assert _scan(folder, code).returncode == 1


@pytest.mark.parametrize(
    ("outcome", "reason", "arrived", "expected"),
    [
        ("granted", "granted", True, True),
        ("granted", "granted", False, False),
        ("denied", "expired", True, False),
    ],
)
def test_a_row_is_as_expected_only_if_decision_and_arrival_are(
    outcome: str, reason: str, arrived: bool, expected: bool
) -> None:
    result = ScanResult("door", "Member", outcome, reason, 1.0, arrived)
    assert is_as_expected(TOUR[0], result) is expected


def _scan(folder: str, code: str, reader: str = "door") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*DEMO, "--folder", folder, "scan", "--reader", reader, code], capture_output=True, text=True, check=False
    )


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
