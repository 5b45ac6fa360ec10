"""Which GPIO chip has the header's pins: by its label, since kernels number chips differently.

On a Raspberry Pi 5 the header was gpiochip4, then gpiochip0 (raspberrypi/linux pull request 6144), and under later
kernels neither. Knows lgpio, not gpiozero: what ends in a hurry (edge/hardware/resting.py) needs this as well.
"""

import re
from pathlib import Path
from typing import Any, Final

from edge.hardware.lgpio_library import HardwareError

DEV: Final = Path("/dev")
HEADER_CHIPS: Final = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")
"""Labels of the chips behind the headers of Raspberry Pis; a machine has one of them."""
_CHIP: Final = re.compile(r"gpiochip(\d+)")


def chip_number(label: str | None, lgpio: Any, dev: Path = DEV) -> int:
    """The number of the chip with this label (None: of a Raspberry Pi's header), as lgpio opens it.

    HardwareError: there is none, or several.
    """
    labels = _labels(lgpio, dev)
    wanted = HEADER_CHIPS if label is None else (label,)
    found = [number for number, each in labels.items() if each in wanted]
    if len(found) == 1:
        return found[0]
    there = ", ".join(f'gpiochip{number} "{each}"' for number, each in labels.items()) or "none that can be opened"
    name = "a Raspberry Pi's header" if label is None else f'the label "{label}"'
    raise HardwareError(
        f"{'no' if not found else 'more than one'} GPIO chip has {name}: there is {there}. Name one in "
        '[hardware], chip = "LABEL"; if none can be opened, is this user in the group gpio?'
    )


def _labels(lgpio: Any, dev: Path) -> dict[int, str]:
    """Of all chips that this user may open, by number. Links are other names for one of them."""
    labels = {}
    for path in sorted(dev.glob("gpiochip*")):
        matched = _CHIP.fullmatch(path.name)
        if matched is None or path.is_symlink():
            continue
        number = int(matched.group(1))
        try:
            handle = lgpio.gpiochip_open(number)
        except (lgpio.error, OSError):
            continue
        try:
            _, _, _, label = lgpio.gpio_get_chip_info(handle)
            labels[number] = str(label)
        finally:
            lgpio.gpiochip_close(handle)
    return dict(sorted(labels.items()))
