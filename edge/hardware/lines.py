"""Who holds the lines of a GPIO chip, as the kernel tells it to anybody: no line is claimed, no level changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.hardware.gpio_chips import DEV, chip_number
from edge.hardware.lgpio_library import HardwareError, load_lgpio

_IN_USE: Final = 1
"""GPIOLINE_FLAG_KERNEL of linux/gpio.h, as lgpio hands it on: held by a driver or a process."""


@dataclass(frozen=True, slots=True)
class HeldLine:
    """`holder` is what whoever holds it calls itself; None: it is free."""

    number: int
    holder: str | None


def held_lines(chip: str | None, numbers: Iterable[int], dev: Path = DEV) -> tuple[str, list[HeldLine]]:
    """The chip's name in /dev, and each line. `chip` is its label; None: that of a Raspberry Pi's header.

    HardwareError: there is no such chip, it may not be opened, or a line is none of its.
    """
    lgpio = load_lgpio()
    number = chip_number(chip, lgpio, dev)
    handle = lgpio.gpiochip_open(number)
    try:
        lines = []
        for line in numbers:
            status, _, flags, _, holder = lgpio.gpio_get_line_info(handle, line)
            if status < 0:
                raise HardwareError(f"gpiochip{number} has no line {line}")
            lines.append(HeldLine(line, (holder or "the kernel") if flags & _IN_USE or holder else None))
        return f"gpiochip{number}", lines
    except lgpio.error as error:
        raise HardwareError(f"gpiochip{number} does not tell of its lines: {error}") from error
    finally:
        lgpio.gpiochip_close(handle)
