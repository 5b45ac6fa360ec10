"""What a scan looks like, byte by byte, and what to fix so that it is read. Pure.

For a terminal, where somebody sets a scanner up: what is shown holds the card's code, and goes into no log.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from contract.card import is_code, read_scan
from contract.scanner_configuration import AFFIX_LETTERS_MAX, EndsWith, Parity, Scanner
from edge.scanners.framing import Framer, framing_of
from edge.scanners.settings import DEFAULT_LAYOUT, ScannerSettings

BYTES_A_LINE: Final = 8
_TERMINATORS: Final = {b"\r\n": "CR LF", b"\r": "CR", b"\n": "LF"}
_AIM: Final = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
"""ISO/IEC 15424: the symbology identifier that a scanner may send before each code."""
_CONTROLS: Final = {0x1D: "GS", 0x02: "STX", 0x03: "ETX", 0x09: "TAB", 0x0D: "CR", 0x0A: "LF"}
_SOME: Final = 0.2


@dataclass(frozen=True, slots=True)
class LiveScan:
    """Bytes as they came, each with its instant (monotonic), up to a terminator or a silence."""

    raw: bytes
    at_s: tuple[float, ...]

    @property
    def terminator(self) -> bytes:
        return next((each for each in _TERMINATORS if self.raw.endswith(each)), b"")

    @property
    def body(self) -> bytes:
        return self.raw.removesuffix(self.terminator)

    @property
    def gap_s_max(self) -> float:
        """The longest wait for a next byte, in seconds."""
        return max((after - before for before, after in zip(self.at_s, self.at_s[1:], strict=False)), default=0.0)


def shown(scan: LiveScan) -> Iterator[str]:
    """Lines for a terminal: each byte in hexadecimal, as text, and milliseconds since the one before."""
    for start in range(0, len(scan.raw), BYTES_A_LINE):
        piece = scan.raw[start : start + BYTES_A_LINE]
        waits = [f"{_wait_ms(scan, start + place):4.0f}" for place in range(len(piece))]
        text = " ".join(f"{_letter(byte):>4}" for byte in piece)
        yield f"  hex {' '.join(f'{byte:4x}' for byte in piece)}"
        yield f"      {text}"
        yield f"  ms  {' '.join(waits)}"
    ends = _TERMINATORS.get(scan.terminator, "no terminator: silence ended it")
    yield f"  {len(scan.body)} bytes, then {ends}; at most {scan.gap_s_max * 1000:.0f} ms between two"


def fixes(scan: LiveScan, settings: ScannerSettings, layouts: list[str]) -> list[str]:
    """What to change, in words; empty where the edge would read it. `layouts`: those by which the same keys would
    have typed a code of ours."""
    if not scan.body:
        return ["two terminators: the scanner sends one more around each code. It does no harm, and one is enough"]
    if not scan.terminator and settings.ends_with is EndsWith.TERMINATOR:
        found = ['no terminator came: have the scanner send CR behind each code, or say ends_with = "silence"']
    else:
        found = []
    if _is_read(scan, settings):
        return found
    if settings.is_keyboard:
        found += _layout_fixes(settings, layouts)
    elif _is_garbled(scan.body) and affixes_of(scan.body) is None:
        found.append(_pace_fix(scan.body, settings))
    found += _affix_fixes(scan.body)
    return found or ["this is no code of Doorward's: right, if the card is another system's and was imported"]


def lines_of_configuration(
    scan: LiveScan, section: Scanner, settings: ScannerSettings, layouts: list[str]
) -> list[str]:
    """What a reader's section of edge.toml says of this scanner, so that such a scan is read. `settings` are those
    of `section`, by which it was listened to."""
    lines = [f"device = {_quoted(section.device)}"]
    if section.profile is not None:
        lines.append(f'profile = "{section.profile}"')
    lines += _keyboard_lines(settings, layouts) if settings.is_keyboard else _port_lines(settings)
    around = affixes_of(scan.body) or (settings.prefix.encode(), settings.suffix.encode())
    for word, said in zip(("prefix", "suffix"), map(_text, around), strict=True):
        if said:
            lines.append(f"{word} = {_quoted(said)}")
    return lines if scan.terminator else [*lines, 'ends_with = "silence"']


def is_ours(raw: bytes) -> bool:
    """Whether a code of Doorward's is read in it, with its check letter right."""
    text = read_scan(raw).text
    return text is not None and is_code(text)


def affixes_of(body: bytes) -> tuple[bytes, bytes] | None:
    """What stands before and behind a code of ours; None: no code, or nothing around it."""
    if is_ours(body):
        return None
    lengths = range(AFFIX_LETTERS_MAX + 1)
    for before, behind in sorted(((one, other) for one in lengths for other in lengths), key=sum):
        inner = body[before : len(body) - behind]
        if _is_alone(inner):
            return body[:before], body[len(body) - behind :]
    return None


def _keyboard_lines(settings: ScannerSettings, layouts: list[str]) -> list[str]:
    layout = settings.layout if not layouts or settings.layout in layouts else layouts[0]
    return [] if layout == settings.layout == DEFAULT_LAYOUT else [f'layout = "{layout}"']


def _port_lines(settings: ScannerSettings) -> list[str]:
    parity = [] if settings.parity is Parity.NONE else [f'parity = "{settings.parity}"']
    return [f"baud = {settings.baud}", *parity]


def _is_alone(inner: bytes) -> bool:
    """Whether it is a code of ours or its URL and nothing before that: reading is more lenient."""
    text = inner.decode("ascii", "replace").upper()
    return is_code(text) or (text.startswith("HTTP") and is_ours(inner))


def _is_read(scan: LiveScan, settings: ScannerSettings) -> bool:
    frames = Framer(framing_of(settings)).feed(scan.body + b"\r", 0.0)
    return len(frames) == 1 and is_ours(frames[0].raw)


def _layout_fixes(settings: ScannerSettings, layouts: list[str]) -> list[str]:
    if not layouts or settings.layout in layouts:
        return []
    said = " or ".join(f'"{layout}"' for layout in layouts[:3])
    return [f'it types by another keyboard layout than "{settings.layout}": layout = {said}']


def _is_garbled(body: bytes) -> bool:
    odd = sum(byte >= 0x7F or (byte < 0x20 and byte not in _CONTROLS) for byte in body)
    return _text(body) is None or odd > _SOME * len(body)


def _pace_fix(body: bytes, settings: ScannerSettings) -> str:
    parities = {each.bit_count() % 2 for each in body}
    if len(parities) == 1 and all(0x20 <= each & 0x7F < 0x7F for each in body):
        return "the eighth bit of each byte is a parity bit: set the scanner to 8 data bits and no parity"
    said = f"baud = {settings.baud}, parity = {settings.parity.value!r}"
    return (
        f"these bytes are no text: its rate or parity is probably not {said}; its manual or setup sheet has them"
    )


def _affix_fixes(body: bytes) -> list[str]:
    around = affixes_of(body)
    if around is not None:
        said = zip(("prefix", "suffix"), ("before", "behind"), around, strict=True)
        return [
            f"{where} the code stands {raw!r}: {_affix_fix(word, _text(raw))}" for word, where, raw in said if raw
        ]
    if _AIM.match(body):
        aim = body[:3].decode()
        return [f'it begins with a symbology identifier: switch that off, or say prefix = "{aim}"']
    return []


def _affix_fix(word: str, text: str | None) -> str:
    if text is None:
        return "that is no text (UTF-8), have the scanner leave it out"
    return f"{word} = {_quoted(text)}"


def _text(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


def _wait_ms(scan: LiveScan, place: int) -> float:
    return (scan.at_s[place] - scan.at_s[place - 1]) * 1000 if place else 0.0


def _letter(byte: int) -> str:
    if byte in _CONTROLS:
        return _CONTROLS[byte]
    return chr(byte) if 0x20 <= byte < 0x7F else "."


def _quoted(text: str) -> str:
    """As a TOML basic string."""
    return '"' + "".join(each if " " <= each not in '"\\\x7f' else f"\\u{ord(each):04x}" for each in text) + '"'
