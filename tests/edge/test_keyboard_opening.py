"""Keyboards that cannot be opened: each refusal says what to do."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.scanners import choice
from edge.scanners.choice import node_of, try_open
from edge.scanners.device_reader import CannotOpen
from edge.scanners.keyboard.layouts import LAYOUTS
from edge.scanners.keyboard.plugged import path_of
from edge.scanners.settings import ScannerSettings
from tests.edge.scanner_tree import ScannerTree
from tests.edge.typing_scanner import PipedDevice, TypingScanner, piped_devices

__all__ = ["piped_devices"]

pytestmark = pytest.mark.usefixtures("piped_devices")


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[TypingScanner]:
    scanner = TypingScanner(tmp_path / "scanner-event-kbd", LAYOUTS["us"])
    yield scanner
    scanner.close()


def refusal(settings: ScannerSettings) -> str:
    with pytest.raises(CannotOpen) as refused:
        try_open(settings)
    return str(refused.value)


def test_what_cannot_be_opened_is_told_with_what_to_do(
    scanner: TypingScanner, tmp_path: Path, piped_devices: type[PipedDevice]
) -> None:
    assert "is not there; is the scanner plugged in?" in refusal(ScannerSettings("/dev/input/none", True))
    assert "is not there; is the scanner plugged in?" in refusal(ScannerSettings("usb:ffff:fffe", True))
    assert 'no keyboard layout "ru" is known' in refusal(ScannerSettings(str(scanner.path), True, layout="ru"))
    scanner.plug_in()
    try_open(ScannerSettings(str(scanner.path), True))
    piped_devices.pressable = (0x110, 0x111)
    assert "is no keyboard; ls /dev/input/by-id shows" in refusal(ScannerSettings(str(scanner.path), True))


@pytest.mark.parametrize("is_grabbed", [False, True])
def test_what_is_refused_is_closed(
    scanner: TypingScanner, piped_devices: type[PipedDevice], monkeypatch: pytest.MonkeyPatch, is_grabbed: bool
) -> None:
    closed = list[PipedDevice]()
    monkeypatch.setattr(piped_devices, "close", lambda self: (PipedDevice.close(self), closed.append(self)))
    scanner.plug_in()
    if is_grabbed:
        piped_devices.grabbed[str(scanner.path)] = PipedDevice(str(scanner.path))
        assert "is grabbed by another program" in refusal(ScannerSettings(str(scanner.path), True))
        piped_devices.grabbed.pop(str(scanner.path)).close()
    else:
        piped_devices.pressable = (0x110, 0x111)
        assert "is no keyboard" in refusal(ScannerSettings(str(scanner.path), True))
    assert [device.fd for device in closed] == [-1]


def test_what_is_no_input_device_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    (tmp_path / "file").write_bytes(b"CARD\r")
    for path in (tmp_path / "file", Path("/dev/null")):
        assert "is no keyboard" in refusal(ScannerSettings(str(path), True))


def test_without_evdev_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "evdev", None)
    words = "evdev is not installed: apt install python3-evdev"
    assert refusal(ScannerSettings("/dev/input/event0", True)) == words


def test_one_device_by_several_names_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ScannerTree(tmp_path)
    tree.keyboard("event3", "1-1.2", "0c2e:0901", "Honeywell")
    monkeypatch.setattr(choice, "path_of", lambda device: path_of(device, tree.sys / "class" / "input"))
    link = tmp_path / "by-id"
    link.symlink_to("/dev/input/event3")
    names = ("usb:0c2e:0901", "usb-port:1-1.2", str(link))
    assert {node_of(name) for name in names} == {Path("/dev/input/event3")}
    assert node_of("usb:ffff:fffe") == Path("usb:ffff:fffe")
