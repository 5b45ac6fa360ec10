"""The guest's own USB keyboard, QEMU's: a scanner types on it, and it is pulled out and put in again.

A few keys at a time, the next once the guest has taken those: QEMU's clock goes on where a loaded machine lets the
guest stand still, and its keyboard keeps 16 presses and releases and no more. What the guest has taken is counted
where no reader of the keyboard takes it away (hidraw).
"""

import itertools
from collections.abc import Iterable
from typing import Any, Final

from tests.machine.guest import Guest
from tests.machine.strokes import Stroke, strokes

_AT_ONCE: Final = 3
_COUNT: Final = """
import pathlib, threading
reports, _more = 0, threading.Condition()
def _read(raw):
    global reports
    try:
        while raw.read(64):
            if raw is not _listening:
                return  # of before a snapshot: another one counts now
            with _more:
                reports += 1
                _more.notify_all()
    except OSError:
        raw.close()  # it was pulled out
def _listen():
    global reports, _listening
    for each in pathlib.Path("/sys/class/hidraw").iterdir():
        if "00000627" in (each / "device/uevent").read_text():
            _listening = pathlib.Path("/dev", each.name).open("rb", buffering=0)
            reports = 0
            threading.Thread(target=_read, args=(_listening,), daemon=True).start()
def _until(count):
    with _more:
        return _more.wait_for(lambda: reports >= count, 20)
"""


class Keyboard:
    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        self._taken: int | None = None
        """Reports since it is listened to."""

    def types(self, text: str, layout: str = "us") -> None:
        """And Enter. Returns when the guest has all of it."""
        if self._taken is None:
            self._guest.python(f"{_COUNT}\n_listen()")
            self._taken = 0
        waiting = iter(strokes(text, layout))
        while some := list(itertools.islice(waiting, _AT_ONCE)):
            events = [event for stroke in some for event in _events(stroke)]
            self._guest.qemu.qmp.do("input-send-event", events=events)
            self._taken += len(events)
            if not self._guest.python(f"answer = _until({self._taken})"):
                raise RuntimeError("the guest does not take what is typed")

    def pull(self) -> None:
        self._guest.qemu.unplug("keyboard")
        self._taken = None

    def put_in(self) -> None:
        self._guest.qemu.plug("keyboard", "usb-kbd", bus="xhci.0")

    def forget(self) -> None:
        """After a boot of the guest nobody listens."""
        self._taken = None


def _events(stroke: Stroke) -> Iterable[dict[str, Any]]:
    """Each gives one report."""
    held = ["shift", stroke.key] if stroke.shift else [stroke.key]
    for key, down in [*((key, True) for key in held), *((key, False) for key in reversed(held))]:
        yield {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": key}}}
