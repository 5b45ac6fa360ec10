"""The guest's own USB keyboard, QEMU's: a scanner types on it, and it is pulled out and put in again."""

from typing import Final

from tests.machine.qemu import Qemu
from tests.machine.strokes import Stroke, strokes

_HOLD_MS: Final = 10
"""Less, and two reports fall into one poll of the bus."""


class Keyboard:
    def __init__(self, qemu: Qemu) -> None:
        self._qemu = qemu

    def types(self, text: str, layout: str = "us") -> None:
        """And Enter. Returns before it is done: QEMU presses one key after the other."""
        for stroke in strokes(text, layout):
            self._qemu.qmp.do("send-key", keys=_keys(stroke), hold_time=_HOLD_MS)

    def pull(self) -> None:
        self._qemu.unplug("keyboard")

    def put_in(self) -> None:
        self._qemu.plug("keyboard", "usb-kbd", bus="xhci.0")


def _keys(stroke: Stroke) -> list[dict[str, str]]:
    held = ["shift", stroke.key] if stroke.shift else [stroke.key]
    return [{"type": "qcode", "data": key} for key in held]
