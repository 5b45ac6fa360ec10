"""Keyboards found by what stays the same of them, in a folder that is laid out as the kernel's sysfs."""

from pathlib import Path

import pytest

from edge.scanners.keyboard.plugged import NotPlugged, PluggedKeyboard, path_of, plugged_keyboards

KEYBOARD = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
KEYBOARD_OF_32_BITS = "10000 7 ff9f207a c14057ff febeffdf ffefffff ffffffff fffffffe"
MOUSE = "1f0000 0 0 0 0"


class Machine:
    """`sys_input` is its /sys/class/input."""

    def __init__(self, folder: Path) -> None:
        self.sys_input = folder / "class" / "input"
        self.sys_input.mkdir(parents=True)
        self._usb = folder / "devices" / "platform" / "usb1" / "1-1"

    def plug_in(self, number: int, port: str, ids: str, serial: str = "", keys: str = KEYBOARD) -> None:
        """`port` empty: not by USB."""
        usb = self._usb / port if port else self._usb.parent.parent / "i8042"
        device = usb / f"{port or 'serio0'}:1.0" / f"0003:{number:04}" / "input" / f"input{number}"
        vendor, product = ids.split(":")
        for name, text in (
            *(("name", f"Scanner {number}"), ("id/vendor", vendor), ("id/product", product)),
            ("capabilities/key", keys),
        ):
            (device / name).parent.mkdir(parents=True, exist_ok=True)
            (device / name).write_text(text + "\n")
        if port:
            (usb / "idVendor").write_text(vendor + "\n")
        if serial:
            (usb / "serial").write_text(serial + "\n")
        (device / f"event{number}").mkdir()
        (device / f"event{number}" / "device").symlink_to(device)
        (self.sys_input / f"event{number}").symlink_to(device / f"event{number}")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    machine = Machine(tmp_path)
    machine.plug_in(10, "1-1.2", "0c2e:0b61", "S-1")
    machine.plug_in(9, "1-1.3.4", "05e0:1200", keys=KEYBOARD_OF_32_BITS)
    machine.plug_in(8, "1-1.3.4", "05e0:1200", keys=MOUSE)
    machine.plug_in(0, "", "0001:0001")
    return machine


def opened(machine: Machine, device: str) -> str:
    return str(path_of(device, machine.sys_input))


def test_what_is_plugged_in(machine: Machine) -> None:
    assert plugged_keyboards(machine.sys_input) == [
        PluggedKeyboard(Path("/dev/input/event0"), "Scanner 0", "0001", "0001", "", ""),
        PluggedKeyboard(Path("/dev/input/event9"), "Scanner 9", "05e0", "1200", "", "1-1.3.4"),
        PluggedKeyboard(Path("/dev/input/event10"), "Scanner 10", "0c2e", "0b61", "S-1", "1-1.2"),
    ]


def test_found_by_ids_serial_number_or_port(machine: Machine) -> None:
    assert opened(machine, "usb:0c2e:0b61") == "/dev/input/event10"
    assert opened(machine, "usb:0c2e:0b61:S-1") == "/dev/input/event10"
    assert opened(machine, "usb-port:1-1.2") == "/dev/input/event10"
    assert opened(machine, "usb-port:1-1.3.4") == "/dev/input/event9"
    assert opened(machine, "/dev/input/by-id/usb-event-kbd") == "/dev/input/by-id/usb-event-kbd"


@pytest.mark.parametrize("device", ["usb:0c2e:0b62", "usb:0c2e:0b61:S-2", "usb-port:1-1", "usb-port:1-1.3"])
def test_what_is_not_there_is_told_with_what_is(machine: Machine, device: str) -> None:
    with pytest.raises(NotPlugged) as refused:
        opened(machine, device)
    assert str(refused.value) == (
        f"{device} is not there; is the scanner plugged in? plugged in: usb:05e0:1200 at usb-port:1-1.3.4, "
        "usb:0c2e:0b61 at usb-port:1-1.2"
    )


def test_two_alike_are_told_apart_by_their_ports_or_serial_numbers(machine: Machine) -> None:
    machine.plug_in(11, "1-1.4", "0c2e:0b61", "S-2")
    with pytest.raises(NotPlugged) as refused:
        opened(machine, "usb:0c2e:0b61")
    assert str(refused.value).endswith('device = "usb-port:1-1.2" or "usb-port:1-1.4"')
    assert opened(machine, "usb:0c2e:0b61:S-2") == "/dev/input/event11"
    assert opened(machine, "usb-port:1-1.4") == "/dev/input/event11"


def test_of_one_scanner_with_two_keyboards_the_first_is_meant(machine: Machine) -> None:
    machine.plug_in(12, "1-1.2", "0c2e:0b61")
    assert opened(machine, "usb:0c2e:0b61") == "/dev/input/event10"


def test_a_machine_without_input_devices(tmp_path: Path) -> None:
    assert plugged_keyboards(tmp_path / "none") == []
    with pytest.raises(NotPlugged, match="no USB keyboard is"):
        path_of("usb-port:1-1", tmp_path / "none")


def test_what_the_kernel_says_otherwise_is_no_keyboard(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.plug_in(1, "1-1.1", "0c2e:0b61", keys="no words")
    machine.plug_in(2, "1-1.1", "0c2e:0b61", keys="")
    assert plugged_keyboards(machine.sys_input) == []
