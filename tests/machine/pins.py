"""The board's pins from the wires' side: what the edge sets is read, what it reads is set, and the kernel's trace
of each level that was set, with its instant.

What lies at an input is gpio-sim's pull, and stays whoever claims it (kernel.py).
"""

import itertools
from collections.abc import Callable
from typing import Final

import pytest

from tests.machine.guest import Guest, GuestError
from tests.machine.limits import EVENT_S
from tests.machine.wiring import PULSE_S, Wire

A_PULSE: Final = pytest.approx(PULSE_S, abs=1.0)
"""Seconds by the guest's clock. On a loaded machine a guest stands still for tenths of them at times, also between
the instant from which the edge counts and the move of its pin."""

_BEGIN: Final = """
import pathlib, re
_TRACING = pathlib.Path("/sys/kernel/tracing")
_LINE = re.compile(r"([0-9]+[.][0-9]+): gpio_value: ([0-9]+) set ([01])")
def _line(number):
    pi = pathlib.Path("/sys/kernel/config/gpio-sim/pi")
    device = (pi / "dev_name").read_text().strip()
    chip = (pi / "header/chip_name").read_text().strip()
    return pathlib.Path("/sys/devices/platform", device, chip, f"sim_gpio{number}")
def _base():
    for chip in pathlib.Path("/sys/class/gpio").glob("gpiochip*"):
        if (chip / "label").read_text().strip() == "pinctrl-bcm2835":
            return int((chip / "base").read_text())
def _level(number):
    return int((_line(number) / "value").read_text())
def _forget():
    _before.update((int(wire), _level(wire)) for wire in _before)
    (_TRACING / "trace").write_text("")
def _moves(number):
    wanted, before, changes = _base() + number, _before[number], []
    for at, line, level in _LINE.findall((_TRACING / "trace").read_text()):
        if int(line) == wanted and int(level) != before:
            before = int(level)
            changes.append([float(at), before])
    return changes
"""
_WATCH: Final = """
import threading, time, traceback
def _watch(number, level, do, limit_s):
    global _watched
    end_s = time.monotonic() + limit_s
    try:
        while _level(number) != level:
            if time.monotonic() > end_s:
                raise TimeoutError(f"GPIO {number} does not become {level}")
            time.sleep(0.002)
        exec(do, globals())
        _watched = [time.monotonic(), ""]
    except Exception:
        _watched = [None, traceback.format_exc()]
"""


class Pins:
    def __init__(self, guest: Guest) -> None:
        self._guest = guest

    def begin(self) -> None:
        """Before anything else here, and after each boot, from which on all is remembered."""
        self._guest.python(f"{_BEGIN}\n_before = dict.fromkeys({list(map(int, Wire))}, 0)")

    def level(self, wire: int) -> int:
        """Of an output or an input, as it is now."""
        return int(self._guest.python(f"answer = _level({int(wire)})"))

    def pull(self, wire: int, level: int) -> None:
        """What lies at an input: a button that is pressed or a contact that is closed is low."""
        way = "pull-up" if level else "pull-down"
        self._guest.python(f"(_line({int(wire)}) / 'pull').write_text({way!r})")

    def when_on(self, wire: int, do: str, limit_s: float = EVENT_S) -> Callable[[], float]:
        """Before what turns it on: as soon as it is, the guest itself does this, in Python, whoever else is waited
        for. What is given back waits for that, and says when it was done: seconds of the guest's monotonic clock.
        """
        watch = f"threading.Thread(target=_watch, args=({int(wire)}, 1, {do!r}, {limit_s}))"
        self._guest.python(f"{_WATCH}\n_watcher = {watch}\n_watcher.start()")

        def done_s() -> float:
            at_s, failed = self._guest.python("_watcher.join()\nanswer = _watched", limit_s + EVENT_S)
            if failed:
                raise GuestError(failed)
            return float(at_s)

        return done_s

    def take(self, number: int) -> None:
        """By another program: the kernel's own, which keeps it."""
        self._guest.python(f"pathlib.Path('/sys/class/gpio/export').write_text(str(_base() + {number}))")

    def forget(self) -> None:
        """What was set until now is no move any more."""
        self._guest.python("_forget()")

    def moves(self, wire: int) -> list[tuple[float, int]]:
        """Each change of an output since `forget` or the boot: seconds of the guest's monotonic clock, level."""
        return [(at_s, level) for at_s, level in self._guest.python(f"answer = _moves({int(wire)})")]

    def pulses(self, wire: int) -> list[float]:
        """Seconds of each time that it was high, and is no more."""
        moves = self.moves(wire)
        ends = itertools.pairwise(moves)
        return [low_s - high_s for (high_s, level), (low_s, _) in ends if level]
