"""The machine's clock, asked for real."""

import ctypes
import subprocess
import sys
import time

import pytest

from edge.clock import SystemClock


def test_it_asks_the_kernel() -> None:
    assert type(SystemClock().kernel_synchronized()) is bool


def test_where_the_kernel_may_not_be_asked_the_clock_is_not_synchronized(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refuses:
        @staticmethod
        def adjtimex(_: object) -> int:
            return -1

    monkeypatch.setattr(ctypes, "CDLL", lambda _: Refuses)
    assert SystemClock().kernel_synchronized() is False
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    assert SystemClock().kernel_synchronized() is False


def test_another_process_sees_the_same_boot() -> None:
    before_s = SystemClock().boottime_s()
    asked = "from edge.clock import SystemClock as C; print(C().boot_id(), C().boottime_s())"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    boot, at_s = told.split()
    assert boot == SystemClock().boot_id()
    assert before_s <= float(at_s) <= SystemClock().boottime_s()
    assert SystemClock().boottime_s() >= time.monotonic() - 1


def test_a_machine_without_an_id_of_its_boot(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    monkeypatch.setattr("edge.clock._BOOT_ID", tmp_path)
    assert SystemClock().boot_id() is None
