"""Which keyboards are plugged in, by what the kernel says of them in sysfs, and which one a configuration means.

Opens no device. `device` is what contract.scanner_configuration allows: a path, `usb:VENDOR:PRODUCT[:SERIAL]` or
`usb-port:1-1.2`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.scanners.keyboard import keys
from edge.scanners.keyboard.errors import KeyboardError
from edge.scanners.sysfs import text_of, usb_device

SYS_INPUT: Final = Path("/sys/class/input")
_NEEDED: Final = sum(1 << key for key in keys.OF_WHAT_TYPES)
"""Bits of the lowest word of capabilities/key, whether the kernel's words are of 32 or of 64 bits."""


class NotPlugged(KeyboardError):
    """None is the keyboard that a configuration means."""


class SeveralPlugged(NotPlugged):
    """More than one is."""


@dataclass(frozen=True, slots=True)
class PluggedKeyboard:
    """`path` is its event device, `usb_port` where it is plugged in ("1-1.2"), both ids four hexadecimal digits;
    what it does not tell is empty, as all but the first two are where it hangs on no USB."""

    path: Path
    name: str
    vendor: str
    product: str
    serial: str
    usb_port: str


def plugged_keyboards(sys_input: Path = SYS_INPUT) -> list[PluggedKeyboard]:
    """All of them, by the number of their event device; one device may have several."""
    found = sorted(sys_input.glob("event[0-9]*"), key=lambda each: int(each.name.removeprefix("event")))
    return [_read(each) for each in found if _types(each / "device")]


def path_of(device: str, sys_input: Path = SYS_INPUT) -> Path:
    """Where the keyboard that `device` means is opened now. NotPlugged."""
    if not device.startswith(("usb:", "usb-port:")):
        return Path(device)
    plugged = plugged_keyboards(sys_input)
    found = [each for each in plugged if _is_meant(each, device)]
    if not found:
        raise NotPlugged(f"{device} is not there; is the scanner plugged in? {_told(plugged)}")
    if len({each.usb_port for each in found}) > 1:
        choices = " or ".join(f'"usb-port:{each.usb_port}"' for each in found)
        raise SeveralPlugged(f"{device} is there more than once; say which by its port: device = {choices}")
    return found[0].path


def _is_meant(keyboard: PluggedKeyboard, device: str) -> bool:
    kind, _, rest = device.partition(":")
    if kind == "usb-port":
        return keyboard.usb_port == rest
    vendor, product, *serial = rest.split(":", 2)
    return (keyboard.vendor, keyboard.product) == (vendor, product) and serial in ([], [keyboard.serial])


def _told(plugged: list[PluggedKeyboard]) -> str:
    known = [f"usb:{each.vendor}:{each.product} at usb-port:{each.usb_port}" for each in plugged if each.usb_port]
    return "plugged in: " + ", ".join(dict.fromkeys(known)) if known else "no USB keyboard is"


def _read(event: Path) -> PluggedKeyboard:
    device = event / "device"
    usb = usb_device(event.resolve())
    return PluggedKeyboard(
        path=Path("/dev/input") / event.name,
        name=text_of(device / "name"),
        vendor=text_of(device / "id" / "vendor"),
        product=text_of(device / "id" / "product"),
        serial=text_of(usb / "serial") if usb else "",
        usb_port=usb.name if usb else "",
    )


def _types(device: Path) -> bool:
    words = text_of(device / "capabilities" / "key").split()
    try:
        return bool(words) and int(words[-1], 16) & _NEEDED == _NEEDED
    except ValueError:
        return False
