"""What a scanner needs to be read: its section of the configuration, its profile, and the defaults, put together.

Pure. What the section says goes before what the profile says. Opens nothing.
"""

from dataclasses import dataclass
from typing import Final, TypeVar

from contract.scanner_configuration import DEFAULT_BAUD, EndsWith, Parity, Reading, Scanner

DEFAULT_LAYOUT: Final = "us"
SILENCE_S: Final = {EndsWith.TERMINATOR: 1.0, EndsWith.SILENCE: 0.1}
"""At 1200 baud a byte takes 8 ms, and an FTDI chip holds what it has for up to 16 ms before it sends: 0.1 s of
silence is no gap within a scan. Where a terminator is expected, a second means that the rest will not come."""

_NOTHING: Final = Reading()
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """`device` as the configuration has it (contract.scanner_configuration.Scanner). `init` is sent to a serial
    scanner whenever its port opens. `silence_s`: after it, what was begun ends, or is dropped (`ends_with`)."""

    device: str
    is_keyboard: bool
    baud: int = DEFAULT_BAUD
    parity: Parity = Parity.NONE
    layout: str = DEFAULT_LAYOUT
    prefix: str = ""
    suffix: str = ""
    ends_with: EndsWith = EndsWith.TERMINATOR
    silence_s: float = SILENCE_S[EndsWith.TERMINATOR]
    init: bytes = b""


def settings_of(reader: Scanner, of_model: Reading = _NOTHING, init: bytes = b"") -> ScannerSettings:
    """`of_model` and `init` are said by the profile that `reader` names, if it names one."""
    ends_with = _first(reader.ends_with, of_model.ends_with, EndsWith.TERMINATOR)
    return ScannerSettings(
        device=reader.device,
        is_keyboard=reader.is_keyboard,
        baud=_first(reader.baud, of_model.baud, DEFAULT_BAUD),
        parity=_first(reader.parity, of_model.parity, Parity.NONE),
        layout=_first(reader.layout, of_model.layout, DEFAULT_LAYOUT),
        prefix=_first(reader.prefix, of_model.prefix, ""),
        suffix=_first(reader.suffix, of_model.suffix, ""),
        ends_with=ends_with,
        silence_s=_first(reader.silence_seconds, of_model.silence_seconds, SILENCE_S[ends_with]),
        init=b"" if reader.is_keyboard else init,
    )


def _first(said: _Value | None, of_model: _Value | None, default: _Value) -> _Value:
    if said is not None:
        return said
    return default if of_model is None else of_model
