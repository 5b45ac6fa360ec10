"""What is plugged in that may be a scanner: serial ports and keyboards, by what sysfs and /dev say of them.

Opens no device. The folders are named by whoever asks, so that a tree of files can stand for a machine.
"""

import grp
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.scanners.keyboard.plugged import PluggedKeyboard, plugged_keyboards
from edge.scanners.profiles import Interface
from edge.scanners.sysfs import text_of, usb_device

_BY_ID: Final = "by-id"
_NO_UART: Final = "0"
"""What a serial driver says as type of a port that the machine might have had, and has not (PORT_UNKNOWN)."""
_GROUPS: Final = {Interface.SERIAL: "dialout", Interface.KEYBOARD: "input"}
_ACCESS: Final = {Interface.SERIAL: os.R_OK | os.W_OK, Interface.KEYBOARD: os.R_OK}


@dataclass(frozen=True, slots=True)
class Plugged:
    """`node` is in /dev now; `links` are the names by which it is found again; `usb` is VENDOR:PRODUCT as four
    hexadecimal digits each. What is not on USB has neither `usb` nor `usb_port`; what is not told is empty."""

    interface: Interface
    node: Path
    links: tuple[Path, ...]
    says: str
    usb: str
    serial: str
    usb_port: str

    def device(self, others: list["Plugged"]) -> str:
        """As edge.toml calls it: the name that stays the same, and that no other of `others` has too."""
        alike = {each.usb_port for each in others if (each.usb, each.serial) == (self.usb, self.serial)}
        is_alone = len(alike) == 1
        # By its ids udev names only one of those that are alike, another one after each start.
        links = [each for each in self.links if is_alone or each.parent.name != _BY_ID]
        if links:
            return str(links[0])
        if self.interface is Interface.SERIAL or not self.usb:
            return str(self.node)
        named = f"usb:{self.usb}:{self.serial}" if re.fullmatch("[^:/]{1,64}", self.serial) else f"usb:{self.usb}"
        return named if is_alone else f"usb-port:{self.usb_port}"


def plugged_in(sys: Path = Path("/sys"), dev: Path = Path("/dev")) -> list[Plugged]:
    """Serial ports first, then keyboards."""
    ports = sorted((sys / "class" / "tty").glob("*/device"))
    serial = [_port(each.parent, dev) for each in ports if _is_port(each.parent)]
    keyboards = [_keyboard(each, dev) for each in plugged_keyboards(sys / "class" / "input")]
    return [*serial, *keyboards]


def why_not_opened(plugged: Plugged) -> str | None:
    """What keeps this user from opening it, and what to do; None: nothing."""
    if os.access(plugged.node, _ACCESS[plugged.interface]):
        return None
    try:
        group = grp.getgrgid(plugged.node.stat().st_gid).gr_name
    except (OSError, KeyError):
        return f"{plugged.node} is not there"
    wanted = _GROUPS[plugged.interface]
    if group in (wanted, "root"):
        group = wanted
    return f"this user may not open it: sudo usermod --append --groups {group} $USER, then log in anew"


def _is_port(tty: Path) -> bool:
    return text_of(tty / "type") != _NO_UART


def _port(tty: Path, dev: Path) -> Plugged:
    node = dev / tty.name
    usb = usb_device((tty / "device").resolve())
    links = _links(node, dev / "serial" / _BY_ID, dev / "serial" / "by-path")
    if usb is None:
        return Plugged(Interface.SERIAL, node, links, "a serial port of this machine", "", "", "")
    says = " ".join(filter(None, (text_of(usb / "manufacturer"), text_of(usb / "product"))))
    ids = f"{text_of(usb / 'idVendor')}:{text_of(usb / 'idProduct')}"
    return Plugged(Interface.SERIAL, node, links, says, ids, text_of(usb / "serial"), usb.name)


def _keyboard(found: PluggedKeyboard, dev: Path) -> Plugged:
    node = dev / "input" / found.path.name
    links = _links(node, dev / "input" / _BY_ID)
    usb = f"{found.vendor}:{found.product}" if found.usb_port else ""
    return Plugged(Interface.KEYBOARD, node, links, found.name, usb, found.serial, found.usb_port)


def _links(node: Path, *folders: Path) -> tuple[Path, ...]:
    """What udev calls it in these folders, in their order."""

    def found() -> Iterator[Path]:
        for folder in folders:
            for link in sorted(folder.glob("*")):
                if link.resolve() == node.resolve():
                    yield link

    return tuple(found())
