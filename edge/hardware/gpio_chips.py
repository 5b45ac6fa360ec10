"""Which GPIO chip has the header's pins: by its label, since kernels number chips differently.

On a Raspberry Pi 5 the header was gpiochip4, then gpiochip0 (raspberrypi/linux pull request 6144), and under later
kernels neither. Knows lgpio, not gpiozero: what ends in a hurry (edge/hardware/resting.py) needs this as well.
"""

import contextlib
import importlib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

DEV: Final = Path("/dev")
IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of a name of its own is made in it
"""systemd mounts it for everybody."""
HEADER_CHIPS: Final = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")
"""Labels of the chips behind the headers of Raspberry Pis; a machine has one of them."""
_IN_AN_ENVIRONMENT: Final = ", and a virtual environment that sees it (python3 -m venv --system-site-packages)"
_CHIP: Final = re.compile(r"gpiochip(\d+)")


class HardwareError(Exception):
    """A pin or all pins cannot be had; the text says why and what to do. `field`: the reader's, if it is one's."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field: Final = field


def load_lgpio() -> Any:
    """The lgpio library, or HardwareError. Machines without pins don't have it."""
    if (loaded := sys.modules.get("lgpio")) is not None:
        return loaded
    try:
        with _folder_for_its_pipe():
            return importlib.import_module("lgpio")
    except ImportError as error:
        seen = _IN_AN_ENVIRONMENT if sys.prefix != sys.base_prefix else ""
        raise HardwareError(
            'pin_factory = "lgpio" needs the lgpio library: apt install python3-lgpio, which Raspberry Pi OS has '
            f'and Debian itself has not{seen}. Without any pins: pin_factory = "mock"'
        ) from error
    except OSError as error:
        raise HardwareError(f'pin_factory = "lgpio": the lgpio library cannot begin: {error}') from error


@contextlib.contextmanager
def _folder_for_its_pipe() -> Iterator[None]:
    """As it is imported, lgpio makes a pipe in the working directory and opens it by that name (lgpio.py of 0.2.2,
    _callback_thread; joan2937/lg issues 12 and 22). A service's is not writable, and two processes in one
    directory would take each other's. Once it is open its name is not needed.
    """
    with tempfile.TemporaryDirectory(dir=_folder_in_memory()) as folder:
        before = os.environ.get("LG_WD")
        os.environ["LG_WD"] = folder
        try:
            with contextlib.chdir(folder):
                yield
        finally:
            del os.environ["LG_WD"]
            if before is not None:
                os.environ["LG_WD"] = before


def _folder_in_memory() -> Path | None:
    """The service's, or everybody's: a disk may be full, or not to be written to. None: whichever there is."""
    service = os.environ.get("RUNTIME_DIRECTORY", "").partition(":")[0]
    folders = [Path(service)] * bool(service) + [IN_MEMORY]
    return next((each for each in folders if os.access(each, os.W_OK | os.X_OK)), None)


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
