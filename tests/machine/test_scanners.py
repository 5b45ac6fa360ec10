"""Scanners of each kind at one edge, beside its hub: keyboards in three layouts, an FTDI converter, CDC-ACM."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import NamedTuple

import pytest

from contract.card import qr_text
from tests.machine import udev
from tests.machine.gadgets import GadgetKeyboard, GadgetPort, Gadgets, Model, type_together
from tests.machine.installed import Installed
from tests.machine.limits import HUB_S
from tests.machine.serial_scanner import FtdiScanner
from tests.machine.settled import HUB_URL
from tests.machine.wiring import CONFIGURATION, UART, Wire
from tests.system.web_hub import EDGE, WebHub

GERMAN, FRENCH, ACM = (Model(name, "05e0", "1200", f"{name}-1") for name in ("german", "french", "acm"))
FTDI_PORT, ACM_PORT = "/dev/doorward/tty-1-2", "/dev/serial/by-id/usb-Doorward_acm_acm-1-if00"
GROUPS = {
    **{FTDI_PORT: "dialout", ACM_PORT: "dialout"},
    **{"/dev/doorward/kbd-1-1": "input", "/dev/gpiochip0": "gpio"},
}
READER = """
[[readers]]
name = "{name}"
kind = "door"
door = "door"
permission = "front-door"
{scanner}
"""
SCANNERS = {
    "german": 'device = "usb:05e0:1200:german-1"\nlayout = "de"',
    "french": 'device = "usb:05e0:1200:french-1"\nlayout = "fr"',
    "ftdi": f'device = "{FTDI_PORT}"',
    "acm": f'device = "{ACM_PORT}"',
}
READERS = "".join(READER.format(name=name, scanner=scanner) for name, scanner in SCANNERS.items())


class Scanners(NamedTuple):
    """What is plugged in beside the door's own."""

    german: GadgetKeyboard
    french: GadgetKeyboard
    ftdi: FtdiScanner
    acm: GadgetPort


def configure(online: Installed, hub: WebHub, text: str) -> None:
    """Returns once it stands; what was said meanwhile is passed over."""
    hub.hub("config", "push", EDGE, str(hub.write("pushed.toml", text)), "--wait", str(HUB_S))
    online.forget()


@pytest.fixture(scope="module")
def scanners(online: Installed, hub: WebHub) -> Iterator[Scanners]:
    """All plugged in, and readers of the one door by the hub's configuration."""
    gadgets = Gadgets(online.guest)
    german, french, acm = gadgets.keyboard(GERMAN), gadgets.keyboard(FRENCH), gadgets.port(ACM)
    with ExitStack() as plugged_in:
        ftdi = plugged_in.enter_context(closing(FtdiScanner(online.guest.qemu)))
        for each in (german, french, acm, ftdi):
            each.put_in()
            plugged_in.callback(each.pull)
        for device in (FTDI_PORT, ACM_PORT):
            online.guest.until(device, lambda place=device: online.guest.attempt("test", "-c", place)[0] == 0)
        configure(online, hub, CONFIGURATION + READERS)
        yield Scanners(german, french, ftdi, acm)
        configure(online, hub, CONFIGURATION)


LAYOUTS: dict[str, Callable[[Installed, Scanners, str], None]] = {
    "door": lambda edge, _, text: edge.keyboard.types(text),
    "german": lambda _, scanners, text: scanners.german.types(text, "de"),
    "french": lambda _, scanners, text: scanners.french.types(text, "fr"),
}


@pytest.mark.parametrize("reader", LAYOUTS)
def test_a_keyboard_of_each_layout_reads_what_is_printed(
    online: Installed, scanners: Scanners, reader: str
) -> None:
    """An address, and the digits of a card from before: both lie on other keys in each layout."""
    for text in (qr_text(HUB_URL, online.cards["full"]), online.cards["imported"]):
        LAYOUTS[reader](online, scanners, text)
        scan = online.next("scan", reader=reader)
        assert scan["outcome"] == "granted"
        assert online.checkin(scan).code_length == len(text)


@pytest.mark.parametrize("reader", ["ftdi", "acm"])
def test_a_serial_scanner_opens_the_door(online: Installed, scanners: Scanners, reader: str) -> None:
    online.forget()
    getattr(scanners, reader).sends(online.cards["full"])
    assert online.next("scan", reader=reader)["outcome"] == "granted"
    online.guest.until("the relay", lambda: online.pins.moves(Wire.RELAY))


def test_two_who_scan_at_once_are_two(online: Installed, scanners: Scanners) -> None:
    """Key after key in turn: neither's letters are taken for the other's."""
    online.forget()
    german, french = online.cards["full"], online.cards["expired"]
    type_together((scanners.german, german, "de"), (scanners.french, french, "fr"))
    online.guest.until("two scans", lambda: len(online.heard("scan")) == 2)
    outcomes = {scan["reader"]: scan["outcome"] for scan in online.heard("scan")}
    assert outcomes == {"german": "granted", "french": "denied"}


@pytest.mark.parametrize("reader", ["german", "ftdi", "acm"])
def test_what_is_pulled_out_is_missed_and_serves_when_it_is_back(
    online: Installed, scanners: Scanners, reader: str
) -> None:
    online.forget()
    scanner = getattr(scanners, reader)
    scanner.pull()
    online.next("reader_lost", reader=reader)
    assert online.scan("full")["outcome"] == "granted"
    scanner.put_in()
    online.next("reader_open", reader=reader)
    if reader == "german":
        scanner.types(online.cards["full"], "de")
    else:
        scanner.sends(online.cards["full"])
    assert online.next("scan", reader=reader)["outcome"] == "granted"


def test_sockets_have_names_and_groups_may_open_what_is_in_them(online: Installed, scanners: Scanners) -> None:
    """By the package's rules of udev."""
    shown = online.guest.shell("stat -L -c '%n %G %a' /dev/doorward/* /dev/gpiochip0")
    assert {"/dev/doorward/kbd-1-1 input 660", "/dev/doorward/tty-1-2 dialout 660"} <= set(shown.splitlines())
    assert "/dev/gpiochip0 gpio 660" in shown.splitlines()


def test_each_device_is_its_group_s_by_our_own_rules(online: Installed, scanners: Scanners) -> None:
    """Debian's give most of them to the same: other systems have others. No guest has a Pi's own port."""
    said = {node: udev.by_our_rules(online.guest, node) for node in GROUPS}
    said["/dev/ttyAMA0"] = udev.by_our_rules_if_there_was(online.guest, "ttyAMA0")
    for node, group in {**GROUPS, "/dev/ttyAMA0": "dialout"}.items():
        number = online.guest.shell(f"getent group {group} | cut -d: -f3").strip()
        assert {f"GROUP {number}", "MODE 0660"} <= said[node], node


def test_modem_manager_is_told_to_keep_off_scanners(online: Installed, scanners: Scanners) -> None:
    ports = (FTDI_PORT, ACM_PORT, UART)
    told = [port for port in ports if "ID_MM_DEVICE_IGNORE=1" in udev.properties(online.guest, port)]
    assert told == [FTDI_PORT, ACM_PORT]
