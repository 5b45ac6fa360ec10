"""The board's pins from the wires' side: what the edge sets is read, what it reads is set, and the kernel's trace
of each level that was set, with its instant.

What lies at an input is gpio-sim's pull, and stays whoever claims it (kernel.py).
"""

import itertools
from typing import Final

from tests.machine.guest import Guest
from tests.machine.wiring import Wire

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
