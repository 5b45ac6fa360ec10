"""A keyboard as the kernel gives it (evdev): opened, grabbed, read. Knows no layout and no scans.

evdev is loaded only where a keyboard is opened: an edge whose scanners are all serial runs without it.
"""

import errno
from typing import TYPE_CHECKING, Final

from edge.scanners.keyboard import keys
from edge.scanners.keyboard.errors import KeyboardError
from edge.scanners.keyboard.plugged import NotPlugged, path_of
from edge.scanners.keyboard.scans import KeyEvent

if TYPE_CHECKING:
    from evdev import InputDevice

_NO_KEYBOARD: Final = (
    "{device} is no keyboard; ls /dev/input/by-id shows what is plugged in, keyboards end in -event-kbd"
)
_WORDS: Final = {
    errno.ENOENT: "{device} is not there; is the scanner plugged in? ls /dev/input/by-id shows those that are",
    errno.ENODEV: "{device} was just unplugged",
    errno.EBUSY: "{device} is grabbed by another program",
    errno.EACCES: "{device} may not be opened: the user that runs the edge must be in its group (input)",
    errno.EPERM: "{device} may not be opened: the user that runs the edge must be in its group (input)",
    errno.ENOTTY: _NO_KEYBOARD,
    errno.EINVAL: _NO_KEYBOARD,
    errno.EISDIR: _NO_KEYBOARD,
    errno.ENXIO: _NO_KEYBOARD,
}


class CannotOpenKeyboard(KeyboardError):
    pass


class EvdevKeyboard:
    """One that is open; nobody else gets its keys."""

    def __init__(self, device: "InputDevice[str]") -> None:
        self._device = device

    def fileno(self) -> int:
        return self._device.fd

    def read(self) -> list[KeyEvent]:
        """64 events at most; none: it is gone. BlockingIOError: none now; OSError: it is gone."""
        return list(self._device.read())

    def held(self) -> set[int]:
        """The keys that are down. OSError."""
        return set(self._device.active_keys())

    def caps_lock(self) -> bool:
        """Whether its lamp is lit. OSError."""
        return keys.LED_CAPSL in self._device.leds()

    def close(self) -> None:
        self._device.close()


def open_keyboard(device: str) -> EvdevKeyboard:
    """Open and grab the keyboard that a configuration calls `device`. Blocking; KeyboardError says why not."""
    try:
        from evdev import InputDevice  # noqa: PLC0415
    except ImportError as error:
        raise CannotOpenKeyboard("evdev is not installed: apt install python3-evdev") from error
    path = str(path_of(device))
    try:
        opened = InputDevice(path)
    except OSError as error:
        raise _refusal(error, device) from error
    try:
        if not keys.OF_WHAT_TYPES.issubset(opened.capabilities().get(keys.EV_KEY, [])):
            raise CannotOpenKeyboard(_NO_KEYBOARD.format(device=device))
        opened.grab()
    except OSError as error:
        opened.close()
        raise _refusal(error, device) from error
    except CannotOpenKeyboard:
        opened.close()
        raise
    return EvdevKeyboard(opened)


def _refusal(error: OSError, device: str) -> KeyboardError:
    words = _WORDS.get(error.errno or 0)
    kind = NotPlugged if error.errno in (errno.ENOENT, errno.ENODEV) else CannotOpenKeyboard
    return kind(str(error) if words is None else words.format(device=device))
