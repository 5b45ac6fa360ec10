"""A Raspberry Pi 3 Model B of QEMU's, seen from outside alone: its USB, its GPIO registers, its serial console.

No agent runs on it. Its journal goes to the console, so the edge's own lines tell what it does.
"""

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from tests.machine.making import run
from tests.machine.pi.card import Card
from tests.machine.qmp import Qmp
from tests.machine.strokes import strokes

Got = TypeVar("Got")

GPLEV0: Final = 0x3F200034
"""Levels of GPIO 0 to 31 (BCM2835 ARM Peripherals, 6.1; the BCM2837 has its peripherals at 0x3F000000)."""
_HOLD_MS: Final = 120
"""QEMU keeps sixteen presses and releases that were not fetched yet: so the Pi may be busy for almost two seconds.

Not 250: Linux would repeat the key."""
_LOOK_S: Final = 0.05
_LINE: Final = (
    "console=ttyS1,115200 root=/dev/mmcblk0 rw quiet maxcpus=1 net.ifnames=0 systemd.unit=multi-user.target "
    "systemd.show_status=no systemd.journald.forward_to_console=1 systemd.journald.max_level_console=info"
)
"""One processor, and one thread that emulates (-accel): cores that wait for Linux would spin on this machine's,
and each change of a page table would stop all of them. It halves what a boot costs."""


class BoardError(Exception):
    """What was waited for does not come; the text ends with what the Pi said instead."""


class Board:
    """A running one; `folder` is its own. `close` ends it as pulling its plug does."""

    def __init__(self, card: Card, folder: Path) -> None:
        """Switched on. QmpError: QEMU does not begin."""
        self._console: Final = folder / "console.log"
        self._log: Final = folder / "qemu.log"
        self._seen_high = 0
        disk = folder / "card.qcow2"
        run("qemu-img", "create", "-q", "-f", "qcow2", "-b", str(card.image), "-F", "raw", str(disk))
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                _command(card, disk, folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            self._qmp: Final = Qmp(folder / "qmp.sock")
        except BaseException as error:
            self._process.kill()
            self._process.wait()
            error.add_note(self._log.read_text())
            raise

    def plug_in_scanner(self) -> None:
        """Late: from then on the USB controller interrupts a thousand times a second."""
        self._qmp.do("device_add", driver="usb-kbd", id="scanner")

    def scan(self, code: str) -> None:
        """As a scanner does that is a keyboard; returns before all keys are pressed."""
        for stroke in strokes(code.lower()):
            keys = [{"type": "qcode", "data": stroke.key}]
            self._qmp.do("send-key", keys=keys, hold_time=_HOLD_MS)

    def level(self, pin: int) -> bool:
        """Of a GPIO's wire, as the chip has it."""
        said = self._qmp.do("human-monitor-command", command_line=f"xp /1wx {GPLEV0:#x}")
        levels = int(said.split()[-1], 16)
        self._seen_high |= levels
        return bool(levels >> pin & 1)

    def was_high(self, pin: int) -> bool:
        """In any look since this was asked last; `until` looks all the time."""
        self.level(pin)
        seen, self._seen_high = self._seen_high, 0
        return bool(seen >> pin & 1)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Of that name, what the edge has said since the Pi was switched on."""
        return [event for event in _json_of(self._said()) if event.get("event") == name]

    def until(self, what: str, look: Callable[[], Got], limit_s: float) -> Got:
        """What `look` sees at last. BoardError: nothing."""
        end = time.monotonic() + limit_s
        while not (seen := look()):
            self.level(0)
            if time.monotonic() > end or self._process.poll() is not None:
                raise BoardError(f"waited {limit_s} s for {what}\n{self.told()}")
            time.sleep(_LOOK_S)
        return seen

    def look_on(self, seconds: float) -> None:
        """At its pins, twenty times a second; `was_high` tells what was seen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.level(0)
            time.sleep(_LOOK_S)

    def told(self) -> str:
        """What a failure prints."""
        return f"{self._said()[-12_000:]}\n{self._log.read_text()}"

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._qmp.close()

    def _said(self) -> str:
        return self._console.read_text(errors="replace") if self._console.exists() else ""


def _json_of(console: str) -> Iterator[dict[str, Any]]:
    """Of lines that are whole; the kernel may have written into one."""
    for line in console.splitlines(keepends=True):
        _, brace, rest = line.partition('{"')
        if brace and line.endswith("\n"):
            with contextlib.suppress(ValueError):
                yield json.loads(brace + rest)


def _command(card: Card, disk: Path, folder: Path) -> list[str]:
    return [
        *("qemu-system-aarch64", "-machine", "raspi3b", "-accel", "tcg,thread=single", "-display", "none"),
        *("-no-user-config", "-monitor", "none", "-net", "none"),
        *("-kernel", str(card.kernel), "-dtb", str(card.tree), "-initrd", str(card.initramfs), "-append", _LINE),
        *("-drive", f"file={disk},if=sd,format=qcow2,cache=unsafe"),
        *("-serial", "null", "-serial", f"file:{folder / 'console.log'}"),
        *("-qmp", f"unix:{folder / 'qmp.sock'},server=on,wait=off"),
    ]
