"""The lgpio library without a chip: what gpiozero's pins and `rest` ask of it, and what became of each line.

`install` puts it in the place of the real one. `heard` has each request in order; FAKE_LGPIO_LINES in the
environment names a file that outlives the process, with the level of each output, as a Pi's kernel keeps it. Then
a line is its process's, too, until it gives it back or ends.
"""

import fcntl
import json
import os
import sys
import types
from pathlib import Path

RISING_EDGE, FALLING_EDGE, BOTH_EDGES = 1, 2, 3
SET_PULL_NONE, SET_PULL_UP, SET_PULL_DOWN = 128, 32, 64
_OUT = 2


class error(Exception):
    pass


CHIPS = {0: "raspberrypi-exp-gpio", 4: "pinctrl-rp1"}
TAKEN: set[int] = set()
"""Lines that another process holds."""
TAKER = ["somebody"]
"""What that process calls itself."""
heard: list[tuple[object, ...]] = []
_modes: dict[int, int] = {}
_held: dict[int, int] = {}
"""By line: a lock that the kernel lets go with its process, as it does a line."""


def fresh() -> types.ModuleType:
    """This module, with nothing heard yet; gpiozero's own pins are imported anew on it."""
    sys.modules.pop("gpiozero.pins.lgpio", None)
    heard.clear()
    _modes.clear()
    _give_back(*_held)
    TAKEN.clear()
    return sys.modules[__name__]


def install() -> None:
    """In the place of the real one, until the process ends."""
    sys.modules["lgpio"] = fresh()


def gpiochip_open(number: int) -> int:
    if number not in CHIPS:
        raise error("can not open gpiochip")
    return number


def gpiochip_close(handle: int) -> int:
    _give_back(*_held)
    return 0


def gpio_get_chip_info(handle: int) -> list[object]:
    return [0, 54, f"gpiochip{handle}", CHIPS[handle]]


def gpio_get_line_info(handle: int, line: int) -> list[object]:
    held = line in TAKEN or line in _modes
    return [0, line, int(held), "", (TAKER[0] if line in TAKEN else "lg") if held else ""]


def gpio_claim_input(handle: int, line: int, flags: int = 0) -> int:
    _claim("input", handle, line, flags)
    _modes[line] = flags
    return 0


def gpio_claim_output(handle: int, line: int, level: int = 0, flags: int = 0) -> int:
    _claim("output", handle, line, level)
    _modes[line] = _OUT
    _keep(line, level)
    return 0


def gpio_claim_alert(handle: int, line: int, edges: int, flags: int = 0) -> int:
    _claim("alert", handle, line, flags)
    _modes[line] = flags
    return 0


class callback:
    """An edge is never told of here."""

    def __init__(self, handle: int, line: int, edges: int, tell: object) -> None:
        pass

    def cancel(self) -> None:
        pass


def gpio_set_debounce_micros(handle: int, line: int, micros: int) -> int:
    return 0


def gpio_free(handle: int, line: int) -> int:
    if _modes.pop(line, None) is None:
        raise error("GPIO not allocated")
    _give_back(line)
    heard.append(("free", handle, line))
    return 0


def gpio_get_mode(handle: int, line: int) -> int:
    return _modes.get(line, 0)


def gpio_read(handle: int, line: int) -> int:
    return 0


def gpio_write(handle: int, line: int, level: int) -> int:
    heard.append(("write", handle, line, int(level)))
    _keep(line, int(level))
    return 0


def kept_levels(path: Path) -> dict[int, int]:
    """What the file of FAKE_LGPIO_LINES has."""
    if not path.exists():
        return {}
    return {int(line): level for line, level in json.loads(path.read_text()).items()}


def _claim(kind: str, handle: int, line: int, value: int) -> None:
    if line in TAKEN:
        raise error("GPIO busy")
    if (named := os.environ.get("FAKE_LGPIO_LINES")) and line not in _held:
        lock = os.open(f"{named}.{line}", os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise error("GPIO busy") from None
        _held[line] = lock
    heard.append((kind, handle, line, value))


def _give_back(*lines: int) -> None:
    for line in lines:
        if line in _held:
            os.close(_held.pop(line))


def _keep(line: int, level: int) -> None:
    if named := os.environ.get("FAKE_LGPIO_LINES"):
        path = Path(named)
        whole = path.with_suffix(".new")
        whole.write_text(json.dumps({**kept_levels(path), line: level}))
        whole.rename(path)
