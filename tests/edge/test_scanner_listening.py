"""Listening to a scanner that types, through evdev's own reading of events, while somebody sets it up."""

from pathlib import Path

import pytest

from contract.card import new_code, qr_text
from edge.clock import SystemClock
from edge.scanners.keyboard.errors import KeyboardError
from edge.scanners.keyboard.layouts import LAYOUTS
from edge.scanners.listening import layouts_that_read, listen
from edge.scanners.live import fixes
from edge.scanners.settings import ScannerSettings
from tests.edge.typing_scanner import TypingScanner, piped_devices, strokes_of

__all__ = ["piped_devices"]

CODE = new_code(bytes(range(10)))
URL = qr_text("https://club.example", CODE)


@pytest.mark.usefixtures("piped_devices")
def test_a_scanner_in_another_layout_is_heard_and_its_layout_named(tmp_path: Path) -> None:
    scanner = TypingScanner(tmp_path / "scanner-event-kbd", LAYOUTS["de"])
    scanner.plug_in()
    settings = ScannerSettings(str(scanner.path), is_keyboard=True)
    heard = listen(settings, SystemClock())
    scanner.type(f"]Q1{URL}\r")
    scan, layouts = next(heard)
    assert scan.terminator == b"\r"
    assert len(scan.at_s) == len(scan.raw)
    assert scan.body.startswith(b"Q1HTTPS>&&")
    assert "de" in layouts
    # A code of ours is read whatever the layout does to the address before it.
    assert fixes(scan, settings, layouts) == []
    scanner.type(f"{CODE}\r{CODE}\r")
    assert [next(heard)[0].body.upper() for _ in range(2)] == [CODE.encode()] * 2
    scanner.pull_out()
    assert list(heard) == []


@pytest.mark.usefixtures("piped_devices")
def test_a_layout_that_nobody_knows_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyboardError, match="no keyboard layout"):
        listen(ScannerSettings(str(tmp_path / "x"), is_keyboard=True, layout="tlh"), SystemClock())


def test_the_layouts_are_found_by_which_keys_type_a_code_of_ours() -> None:
    for layout in ("us", "de", "fr"):
        assert layout in layouts_that_read(strokes_of(URL, LAYOUTS[layout]))
    assert layouts_that_read([]) == []
    assert layouts_that_read(strokes_of("nothing of ours", LAYOUTS["us"])) == []
