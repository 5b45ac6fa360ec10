"""A browser with a camera that sees what a test holds before it, and a scanner that types: for counters."""

import io
from pathlib import Path

import barcode
import segno
from barcode.writer import ImageWriter
from PIL import Image

from tests.hub.walks.visitor import Visitor

PLAIN_HOST = "counter.example"
"""A name that browsers take for no host of their own machine: pages of it by http are not secure."""
_GERMAN = str.maketrans({":": "Ö", "/": "-", "-": "ß", "Y": "Z", "Z": "Y"})
_SIZE = (640, 480)
_WALL = "#8d8377"
_FRAMES = 12


class CounterPhone(Visitor):
    def __init__(self, folder: Path) -> None:
        self.film = folder / "seen.mjpeg"
        self.camera_sees(None)
        super().__init__(
            folder / "profile",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={self.film}",
            f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1",
        )

    def camera_sees(self, text: str | None) -> None:
        """From the next time that it is on: an EAN of 13 digits or a QR code, held askew. None: a wall."""
        frame = Image.new("RGB", _SIZE, _WALL)
        if text is not None:
            drawn = _ean(text) if text.isdecimal() else _qr(text)
            card = Image.open(drawn).convert("RGB").rotate(7, expand=True, fillcolor=_WALL)
            frame.paste(card, tuple((most - size) // 2 for most, size in zip(_SIZE, card.size, strict=True)))
        kept = io.BytesIO()
        frame.save(kept, "JPEG", quality=90)
        self.film.write_bytes(kept.getvalue() * _FRAMES)

    def allows_camera(self, setting: str) -> None:
        """`granted` or `denied`."""
        self._call(
            "Browser.setPermission", {"permission": {"name": "camera"}, "setting": setting, "origin": self.hub}
        )

    def is_offline(self, offline: bool) -> None:
        condition = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self._call("Network.emulateNetworkConditions", condition)

    def scanner_types(self, text: str, end: str = "Enter") -> None:
        """Key by key, in one go, wherever the page has its focus; as a keyboard of a German layout reads what a
        scanner of an American one presses."""
        for letter in text.translate(_GERMAN):
            self._call("Input.dispatchKeyEvent", {"type": "keyDown", "key": letter, "text": letter})
            self._call("Input.dispatchKeyEvent", {"type": "keyUp", "key": letter})
        self.key(end)


def _qr(text: str) -> io.BytesIO:
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="png", scale=8, border=4)
    return drawn


def _ean(digits: str) -> io.BytesIO:
    drawn = io.BytesIO()
    barcode.get("ean13", digits, writer=ImageWriter()).write(drawn, {"write_text": False, "module_width": 0.3})
    return drawn
