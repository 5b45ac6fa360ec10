"""Framing: a scanner's bytes become frames, one for each scan.

Pure. A frame ends with CR, LF or CRLF, whichever the scanner is set to; how the bytes were cut into chunks on
their way makes no difference. An empty frame is a frame. Knows nothing of cards.
"""

import re
from typing import Final

from contract.card import SCAN_BYTES_MAX
from edge.ports import Frame

SILENCE_S: Final = 1.0
"""Bytes without a terminator are the start of a scan only this long. A scan at 1200 baud sends a byte each
8 ms, so a second of silence means that the rest will not come."""

_PIECE: Final = re.compile(rb"[^\r\n]+|\r|\n")


class Framer:
    """The bytes of one scanner, in order. Keeps at most SCAN_BYTES_MAX + 1 of them, whatever comes."""

    def __init__(self) -> None:
        self.dropped_bytes = 0
        """How many bytes were dropped since the start, because their terminator never came."""
        self._begun = bytearray()
        self._length = 0
        self._last_s = 0.0
        self._after_cr = False

    def feed(self, chunk: bytes, at_s: float) -> list[Frame]:
        """The frames that end in `chunk`, which was read at `at_s` (monotonic)."""
        if self._length and at_s - self._last_s >= SILENCE_S:
            self.dropped_bytes += self._length
            self._take()
        self._last_s = at_s
        return [Frame(*self._take(), at_s) for piece in _PIECE.findall(chunk) if self._ends(piece)]

    def _ends(self, piece: bytes) -> bool:
        """Whether `piece`, a terminator or a run of other bytes, ends a frame."""
        after_cr, self._after_cr = self._after_cr, piece == b"\r"
        if piece == b"\n":
            return not after_cr
        if piece != b"\r":
            self._begun += piece[: SCAN_BYTES_MAX + 1 - len(self._begun)]
            self._length += len(piece)
        return self._after_cr

    def _take(self) -> tuple[bytes, int]:
        taken = bytes(self._begun), self._length
        self._begun.clear()
        self._length = 0
        return taken
