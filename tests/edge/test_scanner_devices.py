"""What is plugged in: ports and keyboards of a machine that is a tree of files, and what edge.toml calls each."""

import grp
import os
from pathlib import Path

import pytest

from edge.scanners.devices import plugged_in, why_not_opened
from edge.scanners.profiles import Interface
from tests.edge.scanner_tree import KEYS_OF_A_MOUSE, ScannerTree


@pytest.fixture
def tree(tmp_path: Path) -> ScannerTree:
    return ScannerTree(tmp_path)


def test_a_serial_scanner_is_told_with_all_that_usb_says(tree: ScannerTree) -> None:
    tree.serial("ttyACM0", "1-1.2", "05e0:1701", "Symbol Bar Code Scanner", "S123", by_id="usb-Symbol_S123-if00")
    (found,) = plugged_in(tree.sys, tree.dev)
    assert (found.interface, found.usb, found.serial) == (Interface.SERIAL, "05e0:1701", "S123")
    assert (found.usb_port, found.says) == ("1-1.2", "Symbol Bar Code Scanner")
    assert found.device([found]) == str(tree.dev / "serial/by-id/usb-Symbol_S123-if00")


def test_a_chip_on_another_bus_that_is_named_like_a_usb_port_is_none(tree: ScannerTree) -> None:
    node = tree.chip("ttySC0", "1-0048")
    (found,) = plugged_in(tree.sys, tree.dev)
    assert (found.node, found.usb, found.usb_port) == (node, "", "")
    assert found.device([found]) == str(node)


def test_two_of_a_model_with_serial_numbers_of_their_own_keep_their_names(tree: ScannerTree) -> None:
    for number in (1, 2):
        tree.serial(f"ttyACM{number}", f"1-{number}", "05f9:4204", "Gryphon", f"G{number}", by_id=f"usb-G{number}")
        tree.keyboard(f"event{number}", f"2-{number}", "0c2e:0901", "Honeywell", f"H{number}")
    found = plugged_in(tree.sys, tree.dev)
    assert [Path(each.device(found)).name for each in found[:2]] == ["usb-G1", "usb-G2"]
    assert [each.device(found) for each in found[2:]] == ["usb:0c2e:0901:H1", "usb:0c2e:0901:H2"]


def test_ports_that_are_none_are_left_out(tree: ScannerTree) -> None:
    tree.console("tty1")
    tree.uart("ttyS3", "0")
    tree.uart("ttyAMA0", "32")
    (found,) = plugged_in(tree.sys, tree.dev)
    assert (found.node, found.usb, found.usb_port) == (tree.dev / "ttyAMA0", "", "")
    assert found.device([found]) == str(tree.dev / "ttyAMA0")


def test_a_keyboard_is_named_by_its_link_else_by_its_ids_else_by_its_port(tree: ScannerTree) -> None:
    tree.keyboard("event0", "1-1", "0c2e:0901", "Honeywell", by_id="usb-Honeywell-event-kbd")
    tree.keyboard("event1", "1-2", "05e0:1200", "Symbol", "S9")
    tree.keyboard("event2", "1-3", "1234:5678", "twin")
    tree.keyboard("event3", "1-4", "1234:5678", "twin")
    tree.keyboard("event4", "1-5", "046d:c077", "mouse", keys=KEYS_OF_A_MOUSE)
    found = plugged_in(tree.sys, tree.dev)
    assert [each.device(found) for each in found] == [
        str(tree.dev / "input/by-id/usb-Honeywell-event-kbd"),
        "usb:05e0:1200:S9",
        "usb-port:1-3",
        "usb-port:1-4",
    ]


def test_of_two_alike_no_name_is_by_their_ids(tree: ScannerTree) -> None:
    tree.serial("ttyACM0", "1-1", "1eab:8306", "Newland", by_id="usb-Newland-if00")
    tree.serial("ttyACM1", "1-2", "1eab:8306", "Newland")
    tree.keyboard("event1", "1-3", "05e0:1200", "Symbol", by_id="usb-Symbol-event-kbd")
    tree.keyboard("event2", "1-4", "05e0:1200", "Symbol")
    by_path = tree.dev / "serial" / "by-path"
    by_path.mkdir()
    for number in (0, 1):
        (by_path / f"port-{number}").symlink_to(tree.dev / f"ttyACM{number}")
    found = plugged_in(tree.sys, tree.dev)
    assert [each.device(found) for each in found] == [
        str(by_path / "port-0"),
        str(by_path / "port-1"),
        "usb-port:1-3",
        "usb-port:1-4",
    ]


def test_nothing_is_plugged_in(tree: ScannerTree) -> None:
    assert plugged_in(tree.sys, tree.dev) == []


def test_a_device_that_this_user_may_not_open_names_the_group(
    tree: ScannerTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tree.serial("ttyACM0", "1-1.2", "05e0:1701")
    (found,) = plugged_in(tree.sys, tree.dev)
    assert why_not_opened(found) is None
    # The superuser may open everything: the kernel's answer is made another user's.
    monkeypatch.setattr(os, "access", lambda *_: False)
    told = why_not_opened(found)
    group = grp.getgrgid(node.stat().st_gid).gr_name
    assert told is not None
    assert f"--groups {'dialout' if group == 'root' else group} $USER" in told
    node.unlink()
    assert why_not_opened(found) == f"{node} is not there"
