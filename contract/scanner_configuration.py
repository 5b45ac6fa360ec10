"""A reader's scanner in an edge's configuration: how it is found, and how what it sends is read.

Pure. What is left out (None) is as the scanner's profile says, or else the default; edge/scanners/settings.py puts
the two together.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta, Struct

from contract.misfits import Misfit
from contract.topics import Slug

BAUD_RATES: Final = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
DEFAULT_BAUD: Final = 115_200
LAYOUTS: Final = (
    *("us", "us(intl)", "gb", "ie", "de", "at", "ch", "ch(fr)", "fr", "be", "nl", "it", "es", "latam", "pt", "br"),
    *("dk", "no", "se", "fi", "is", "pl", "cz", "sk", "hu", "hr", "si", "ro", "tr", "ca"),
)
"""Keyboard layouts by their names at xkb, as far as an edge knows what their keys type."""
DEVICE_LETTERS_MAX: Final = 255
AFFIX_LETTERS_MAX: Final = 16

Device = Annotated[str, Meta(min_length=1, max_length=DEVICE_LETTERS_MAX, pattern=r"^[^\x00]*\Z")]
Layout = Annotated[str, Meta(pattern=r"^[a-z]{2,12}(?:\([a-z0-9_-]{1,24}\))?\Z")]
Affix = Annotated[str, Meta(max_length=AFFIX_LETTERS_MAX)]

_OF_KEYBOARDS: Final = ("/dev/input/", "/dev/doorward/kbd-", "usb:", "usb-port:")
"""The second is what firmware_config/udev/61-doorward.rules links."""
_USB: Final = re.compile(r"usb:[0-9a-f]{4}:[0-9a-f]{4}(?::[^:/]{1,64})?")
_USB_PORT: Final = re.compile(r"usb-port:[0-9]{1,3}-[0-9]{1,3}(?:\.[0-9]{1,3}){0,6}")


class Parity(StrEnum):
    NONE = "none"
    EVEN = "even"
    ODD = "odd"


class EndsWith(StrEnum):
    """What ends a scan: CR, LF or CRLF (a keyboard's: Enter or Tab), or that nothing more comes for a moment."""

    TERMINATOR = "terminator"
    SILENCE = "silence"


class Reading(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How what a scanner sends is read; None: nothing is said of it.

    `layout` is the keyboard layout that the scanner types by, as xkb names it. `silence_seconds`: a scan that was
    begun and not ended within it ends there, or is dropped (`ends_with`). `prefix` and `suffix` are taken off.
    """

    baud: int | None = None
    parity: Parity | None = None
    layout: Layout | None = None
    prefix: Affix | None = None
    suffix: Affix | None = None
    ends_with: EndsWith | None = None
    silence_seconds: Annotated[float, Meta(ge=0.02, le=5)] | None = None


class Scanner(Reading, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`device` is the path of a serial port or of a keyboard (/dev/input/…, /dev/doorward/kbd-…), or says which
    USB keyboard it is: `usb:VENDOR:PRODUCT`, `usb:VENDOR:PRODUCT:SERIAL` (ids as four hexadecimal digits) or
    `usb-port:1-1.2`.
    """

    device: Device
    profile: Slug | None = None

    @property
    def is_keyboard(self) -> bool:
        return self.device.startswith(_OF_KEYBOARDS)


ALLOWED_OF_SCANNER: Final = {
    "device": (
        'the path of a serial port, as in "/dev/ttyACM0", or of a keyboard, as in "/dev/input/by-id/…-event-kbd", '
        f'{DEVICE_LETTERS_MAX} letters at most; or "usb:VVVV:PPPP", "usb:VVVV:PPPP:SERIAL" or "usb-port:1-1.2" '
        "for a USB keyboard (`doorward-edge scanners` lists what is plugged in)"
    ),
    "profile": "a scanner profile's name (`doorward-edge scanners --profiles` lists them)",
    "baud": "one of " + ", ".join(map(str, BAUD_RATES)),
    "parity": '"none", "even" or "odd"',
    "layout": "a keyboard layout as xkb names it, one of " + ", ".join(LAYOUTS),
    "prefix": f"letters that stand before each code, {AFFIX_LETTERS_MAX} at most",
    "suffix": f"letters that stand after each code, before its terminator, {AFFIX_LETTERS_MAX} at most",
    "ends_with": '"terminator" (CR, LF or CRLF; Enter or Tab) or "silence"',
    "silence_seconds": "0.02 to 5 seconds",
}
_TERMINATORS: Final = frozenset("\r\n")
_SERIAL_ONLY: Final = ("baud", "parity")
_KEYBOARD_ONLY: Final = ("layout",)


def misfits_of_reading(reading: Reading) -> Iterator[Misfit]:
    """What nothing is read by."""
    if reading.baud is not None and reading.baud not in BAUD_RATES:
        yield Misfit("baud", f"is {reading.baud}", ALLOWED_OF_SCANNER["baud"])
    if reading.layout is not None and reading.layout not in LAYOUTS:
        yield Misfit("layout", f'is "{reading.layout}"', ALLOWED_OF_SCANNER["layout"])
    for field, affix in (("prefix", reading.prefix), ("suffix", reading.suffix)):
        if affix is not None and not _TERMINATORS.isdisjoint(affix):
            yield Misfit(
                field, f"is {affix!r}", f"without CR and LF, which end a scan: {ALLOWED_OF_SCANNER[field]}"
            )


def misfits_of_scanner(scanner: Scanner) -> Iterator[Misfit]:
    """What does not fit together."""
    yield from misfits_of_reading(scanner)
    if not _is_well_formed(scanner.device):
        yield Misfit("device", f"is {scanner.device!r}", ALLOWED_OF_SCANNER["device"])
    without, what = (_SERIAL_ONLY, "a keyboard") if scanner.is_keyboard else (_KEYBOARD_ONLY, "a serial port")
    for field in without:
        if (value := getattr(scanner, field)) is not None:
            yield Misfit(field, f"is {value!r}", f"left out for {what}")


def _is_well_formed(device: str) -> bool:
    if device.startswith("usb:"):
        return _USB.fullmatch(device) is not None
    return not device.startswith("usb-port:") or _USB_PORT.fullmatch(device) is not None
