"""Framing: a scanner's bytes become frames, one for each scan.

Pure. A frame ends with CR, LF or CRLF, whichever the scanner is set to; for a scanner that sends no terminator it
ends with silence as well. What the scanner puts around each code is taken off. How the bytes were cut into chunks
on their way makes no difference, nor does how late they were read: only who calls `be_silent` ends a silence. A
terminator behind nothing is no scan: some scanners send two. Knows nothing of cards.
"""

import re
from dataclasses import dataclass
from typing import Final

from contract.card import SCAN_BYTES_MAX
from contract.scanner_configuration import AFFIX_LETTERS_MAX, EndsWith
from edge.ports import Frame
from edge.scanners.settings import SILENCE_S, ScannerSettings

_UTF8_BYTES_MAX: Final = 4
_KEPT_BYTES_MAX: Final = SCAN_BYTES_MAX + 1 + 2 * AFFIX_LETTERS_MAX * _UTF8_BYTES_MAX
_LETTER: Final = re.compile(rb"[0-9A-Za-z]")
_NO_TEXT: Final = re.compile(rb"[^ -~]")
_PIECE: Final = re.compile(rb"[^\r\n]+|[\r\n]+")
_REST_S_MAX: Final = 10.0
"""How late the rest of a scan may come whose beginning was dropped. It is no scan: `123` of `1000123` may be the
number of somebody else's card."""
_LETTERS_OF_A_SCAN: Final = 2
"""So many letters or digits, and nothing that cannot be printed, make what was dropped the beginning of a scan.
All else is a glitch, or what a scanner sends behind its terminator (ETX, NUL): no rest of it comes."""


@dataclass(frozen=True, slots=True)
class Framing:
    """By what frames are made. `silence_s` after the last byte what was begun is dropped, or ends (`by_silence`);
    `prefix` and `suffix` are taken off where they stand."""

    by_silence: bool = False
    silence_s: float = SILENCE_S[EndsWith.TERMINATOR]
    prefix: bytes = b""
    suffix: bytes = b""


BY_TERMINATOR: Final = Framing()


def framing_of(settings: ScannerSettings) -> Framing:
    """As `settings` say it; prefix and suffix are sent as UTF-8."""
    by_silence = settings.ends_with is EndsWith.SILENCE
    return Framing(by_silence, settings.silence_s, settings.prefix.encode(), settings.suffix.encode())


class Framer:
    """The bytes of one scanner, in order. Keeps few more of them than the longest scan has, whatever comes."""

    def __init__(self, framing: Framing = BY_TERMINATOR) -> None:
        self.dropped_bytes = 0
        """How many bytes were dropped since the start, because their terminator never came, or too late."""
        self._framing = framing
        self._begun = bytearray()
        self._length = 0
        self._last_s = 0.0
        self._rest_until_s = 0.0

    @property
    def has_begun(self) -> bool:
        """Whether bytes wait for what ends them."""
        return self._length > 0

    def feed(self, chunk: bytes, at_s: float) -> list[Frame]:
        """The frames that end in `chunk`, which was read at `at_s` (monotonic)."""
        self._last_s = at_s
        return [self._take(at_s) for piece in _PIECE.findall(chunk) if self._ends(piece)]

    def be_silent(self, at_s: float) -> list[Frame]:
        """The frame that ends with the silence which has lasted until `at_s`, if one does; nothing waits."""
        if not self._length or at_s - self._last_s < self._framing.silence_s:
            return []
        if self._framing.by_silence:
            return [self._take(self._last_s)]
        if _begins_a_scan(self._begun):
            self._rest_until_s = self._last_s + _REST_S_MAX
        self._drop()
        return []

    def _ends(self, piece: bytes) -> bool:
        """Whether `piece`, terminators or a run of other bytes, ends a frame."""
        if piece[0] not in b"\r\n":
            self._begun += piece[: _KEPT_BYTES_MAX - len(self._begun)]
            self._length += len(piece)
            return False
        if self._last_s < self._rest_until_s:
            self._rest_until_s = 0.0
            self._drop()
        return self._length > 0

    def _take(self, at_s: float) -> Frame:
        whole, length = bytes(self._begun), self._length
        self._forget()
        raw = whole.removeprefix(self._framing.prefix)
        if length == len(whole):
            # Of a frame that was cut nobody knows the end.
            raw = raw.removesuffix(self._framing.suffix)
        return Frame(raw[: SCAN_BYTES_MAX + 1], length - len(whole) + len(raw), at_s)

    def _drop(self) -> None:
        self.dropped_bytes += self._length
        self._forget()

    def _forget(self) -> None:
        self._begun.clear()
        self._length = 0


def _begins_a_scan(dropped: bytearray) -> bool:
    return not _NO_TEXT.search(dropped) and len(_LETTER.findall(dropped)) >= _LETTERS_OF_A_SCAN
