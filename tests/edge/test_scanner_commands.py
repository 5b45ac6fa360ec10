"""`doorward-edge scanners` and `setup-sheet`: what they print, with real terminals and a machine made of files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from contract.card import new_code
from edge.cli import EXIT_WRONG, main
from edge.scanners.live import BYTES_A_LINE
from tests.edge.fakes import Scanner
from tests.edge.scanner_tree import ScannerTree

CODE = new_code(bytes(range(10))).encode()


@pytest.fixture
def tree(tmp_path: Path) -> ScannerTree:
    return ScannerTree(tmp_path)


def listed(tree: ScannerTree, *arguments: str) -> int:
    return main(["scanners", "--sys", str(tree.sys), "--dev", str(tree.dev), *arguments])


def test_what_is_plugged_in_is_listed_with_its_profile(
    tree: ScannerTree, capsys: pytest.CaptureFixture[str]
) -> None:
    tree.serial("ttyACM0", "1-1.2", "05f9:4204", "Gryphon", "G1", by_id="usb-Datalogic_G1-if00")
    tree.keyboard("event1", "1-2", "1234:5678", "some keyboard")
    assert listed(tree) == 0
    told = capsys.readouterr().out
    assert f'device = "{tree.dev}/serial/by-id/usb-Datalogic_G1-if00"' in told
    assert "USB 05f9:4204, serial number G1, port 1-1.2" in told
    assert "profile datalogic-gryphon\n" in told
    assert 'device = "usb:1234:5678"' in told
    assert "profile generic-keyboard\n" in told
    assert told.count("this user may open it") == 2


@pytest.mark.parametrize("is_there", [True, False])
def test_devices_are_listed_whatever_became_of_the_profiles(
    tree: ScannerTree,
    tmp_path: Path,
    is_there: bool,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tree.keyboard("event1", "1-2", "1234:5678", "some keyboard")
    folder = tmp_path / "firmware_config"
    monkeypatch.setenv("DOORWARD_FIRMWARE_CONFIG", str(folder))
    if is_there:
        (folder / "scanners").mkdir(parents=True)
        (folder / "scanners" / "broken.toml").write_text("name = 1")
    assert listed(tree) == 0
    told = capsys.readouterr().out
    assert 'device = "usb:1234:5678"' in told
    assert "profiles cannot be read: " in told
    assert "this user may open it" in told


def test_an_empty_machine_says_so(tree: ScannerTree, capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(tree) == 0
    assert "Nothing is plugged in" in capsys.readouterr().out


def test_profiles_say_what_was_not_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scanners", "--profiles"]) == 0
    told = capsys.readouterr().out
    assert "honeywell-orbit-7120: Orbit 7120, MS7120, Metrologic Scanner; keyboard or serial\n" in told
    assert "generic-serial: any scanner on a serial port; serial (not checked, or not all of it)\n" in told


def test_a_setup_sheet_prints_codes_or_why_not(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["setup-sheet", "newland"]) == 0
    assert "@TSUENA1  sends what is set as suffix" in capsys.readouterr().out
    assert main(["setup-sheet", "zebra-ds2208"]) == 0
    assert "There are no codes to print" in capsys.readouterr().out
    assert main(["setup-sheet", "no-such"]) == EXIT_WRONG
    assert "no scanner profiles have the name or model 'no-such'" in capsys.readouterr().err


@pytest.mark.parametrize("model", ["ZKB200", "zkb200", "zkteco-zkb200"])
def test_a_setup_sheet_is_found_by_its_models_name_too(capsys: pytest.CaptureFixture[str], model: str) -> None:
    assert main(["setup-sheet", model]) == 0
    assert "Setting up ZKB200" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--live"], "say which: doorward-edge scanners --live DEVICE: nothing is plugged in"),
        (["--live", "/dev/ttyNONE"], "/dev/ttyNONE is not there; is the scanner plugged in?"),
        (["--live", "/dev/ttyNONE", "--baud", "7"], "baud is 7; it should be one of 1200"),
        (["--live", "/dev/ttyNONE", "--profile", "none"], "no scanner profile is named 'none'"),
        (["--live", "usb:1234:5678"], "usb:1234:5678 is not there"),
    ],
)
def test_what_cannot_be_listened_to_says_what_to_do(
    tree: ScannerTree, capsys: pytest.CaptureFixture[str], arguments: list[str], why: str
) -> None:
    assert listed(tree, *arguments) == EXIT_WRONG
    assert why in capsys.readouterr().err


def lines_of(text: str) -> int:
    """Of a scan without a terminator that has a prefix: three for each piece, its sum, two fixes, five words."""
    return 1 + 3 * -(-len(text) // BYTES_A_LINE) + 1 + 2 + 1 + 5


def test_scans_are_shown_as_they_come_until_the_scanner_is_pulled_out(tmp_path: Path) -> None:
    scanner = Scanner(tmp_path / "scanner")
    scanner.plug_in()
    text = f"SHOP-{CODE.decode()}"
    command = [sys.executable, "-m", "edge", "scanners", "--live", str(scanner.path), "--parity", "even"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as listening:
        assert listening.stdout is not None
        assert listening.stderr is not None
        words = f"Listening to {scanner.path} (serial port, 115200 bit/s, parity even)"
        assert listening.stdout.readline().startswith(words)
        scanner.type(text.encode())
        told = [listening.stdout.readline() for _ in range(lines_of(text))]
        scanner.pull_out()
        assert listening.stderr.readline() == f"doorward-edge: {scanner.path} is gone: it was unplugged\n"
        assert listening.wait() == EXIT_WRONG
    shown = "".join(told)
    assert shown.startswith("Scan\n  hex   53   48   4f   50")
    assert "To fix: no terminator came" in shown
    assert "prefix = " in shown
    assert 'parity = "even"' in shown
    assert os.fspath(scanner.path) in shown
