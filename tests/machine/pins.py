"""The board's pins from the wires' side: what the edge sets is read, what it reads is set, and the kernel's trace
of each level that was set, with its instant.

What lies at an input is gpio-sim's pull, and stays whoever claims it (kernel.py).
"""

import itertools
from typing import Final

from tests.machine.guest import Guest

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
def _moves(number):
    wanted = _base() + number
    found = _LINE.findall((_TRACING / "trace").read_text())
    return [[float(at), int(level)] for at, line, level in found if int(line) == wanted]
"""


class Pins:
    def __init__(self, guest: Guest) -> None:
        self._guest = guest

    def begin(self) -> None:
        """After each start of the guest, before anything else here."""
        self._guest.python(_BEGIN)

    def level(self, wire: int) -> int:
        """Of an output or an input, as it is now."""
        return int(self._guest.python(f"answer = (_line({int(wire)}) / 'value').read_text()"))

    def pull(self, wire: int, level: int) -> None:
        """What lies at an input: a button that is pressed or a contact that is closed is low."""
        way = "pull-up" if level else "pull-down"
        self._guest.python(f"(_line({int(wire)}) / 'pull').write_text({way!r})")

    def forget(self) -> None:
        """What was set until now is no move any more."""
        self._guest.python("(_TRACING / 'trace').write_text('')")

    def moves(self, wire: int) -> list[tuple[float, int]]:
        """Each change of an output since `forget` or the boot: seconds of the guest's monotonic clock, level."""
        changes: list[tuple[float, int]] = []
        for at_s, level in self._guest.python(f"answer = _moves({int(wire)})"):
            if not changes or changes[-1][1] != level:
                changes.append((at_s, level))
        return changes

    def pulses(self, wire: int) -> list[float]:
        """Seconds of each time that it was high, and is no more."""
        moves = self.moves(wire)
        ends = itertools.pairwise(moves)
        return [low_s - high_s for (high_s, level), (low_s, _) in ends if level]
