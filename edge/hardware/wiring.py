"""Whether a configuration's pins fit the boards they are on, and at which level its outputs are on.

A pin that cannot serve is a fault, and the configuration is refused. What works and still deserves a look, as a
relay that may be on until this software runs, is told in words. Knows what boards.py reads; opens no pin.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from msgspec.structs import replace

from contract.configuration import Configuration, PinFactory, place_of
from contract.door_configuration import INPUT_FIELDS, OUTPUT_FIELDS, Level, active_field
from contract.reader_configuration import Reader
from edge.firmware_config import FirmwareConfigError, firmware_config
from edge.hardware.boards import (
    MODEL,
    Board,
    BoardError,
    RelayBoard,
    Said,
    computer_of,
    read_boards,
    relay_board_of,
)

_SERIAL_ON_HEADER: Final = ("/dev/serial0", "/dev/ttyAMA0", "/dev/ttyS0")
"""Links to one of them, as udev makes them, are other names for it."""
_SERIAL_PINS: Final = (14, 15)


class Concern(NamedTuple):
    """Where it stands in the configuration, and what about it."""

    place: str
    text: str
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class Wiring:
    """The boards that a configuration is for, as far as they are known."""

    computer: Board | None
    relays: RelayBoard | None

    def fill_in(self, configuration: Configuration) -> Configuration:
        """With outputs' levels and the chip's label, where the boards say them and it does not."""
        hardware = replace(configuration.hardware, chip=configuration.hardware.chip or self._chip)
        readers = tuple(map(self._with_levels, configuration.readers))
        return replace(configuration, hardware=hardware, readers=readers)

    @property
    def _chip(self) -> str | None:
        return None if self.computer is None else self.computer.chip.label

    def _with_levels(self, reader: Reader) -> Reader:
        if self.relays is None:
            return reader
        unsaid = [field for field in OUTPUT_FIELDS if field in reader.pins and _said_level(reader, field) is None]
        return replace(reader, **{active_field(field): self._level_of(reader, field) for field in unsaid})

    def _level_of(self, reader: Reader, field: str) -> Level:
        """Of an output of which the configuration says none."""
        if self.relays is not None and (field == "relay_pin" or reader.pins[field] in self.relays.channels.pins):
            return self.relays.polarity.active
        return Level.HIGH

    def concerns(self, configuration: Configuration) -> Iterator[Concern]:
        serial = any(_is_on_header(reader.device) for reader in configuration.readers)
        for index, reader in enumerate(self.fill_in(configuration).readers):
            for field, pin in reader.pins.items():
                place = place_of(index, reader, field)
                if serial and pin in _SERIAL_PINS:
                    yield Concern(place, f"GPIO {pin} is a scanner's, on the header's serial port", True)
                yield from self._of_header(place, pin)
                if field in OUTPUT_FIELDS:
                    yield from self._of_boot(place, pin, active_level(reader, field))
                if field == "relay_pin":
                    yield from self._of_relays(place, pin)
            yield from self._of_alarm(index, configuration.readers[index])
            if configuration.hardware.pin_factory is PinFactory.MOCK:
                yield from _of_no_inputs(index, reader)

    def _of_header(self, place: str, pin: int) -> Iterator[Concern]:
        if self.computer is None:
            return
        if pin not in self.computer.pins:
            yield Concern(place, f"GPIO {pin} is not on the header of a {self.computer.title}", True)
        for shared in self.computer.shared:
            if pin in shared.pins:
                yield Concern(place, f"GPIO {pin} is shared with {shared.function}")

    def _of_boot(self, place: str, pin: int, active: Level) -> Iterator[Concern]:
        if self.computer is None or pin not in self.computer.pins:
            return
        if self.computer.level_at_boot(pin) is active:
            pulled, rests = ("up", "dl") if active is Level.HIGH else ("down", "dh")
            yield Concern(
                place,
                f"GPIO {pin} is pulled {pulled} from power-on until it is set, and what it switches is on at "
                f"{active}: it may be on for some seconds. Take another pin, or put gpio={pin}=op,{rests} into "
                "config.txt, which shortens that, and wire a door so that it does not matter",
            )

    def _of_relays(self, place: str, pin: int) -> Iterator[Concern]:
        if self.relays is None or not self.relays.channels.pins or pin in self.relays.channels.pins:
            return
        channels = ", ".join(map(str, self.relays.channels.pins))
        yield Concern(place, f"GPIO {pin} is no channel of {self.relays.title}, whose pins are {channels}")

    def _of_alarm(self, index: int, reader: Reader) -> Iterator[Concern]:
        """A siren is mostly switched by a relay; what is wired to which input of the board, nobody says here."""
        relays = self.relays
        if relays is None or relays.channels.pins or relays.polarity.active is Level.HIGH:
            return
        if reader.alarm_pin is not None and reader.alarm_active is None:
            yield Concern(
                place_of(index, reader, "alarm_pin"),
                f"GPIO {reader.alarm_pin} is on at high, as alarm_active says nothing else. Where it goes to "
                f"{relays.title}, whose relays are on at low, it would sound at rest: then "
                'alarm_active = "low"',
            )

    def facts(self) -> Iterator[str]:
        """What its boards do by themselves, in words."""
        if self.relays is not None:
            yield f"{self.relays.title}, until this software runs: {_told(self.relays.boot)}"
        for board in (self.relays, self.computer):
            if board is not None:
                yield f"{board.title}, without power: {_told(board.power_loss)}"


_UNKNOWN: Final = Wiring(None, None)


def active_level(reader: Reader, field: str) -> Level:
    """The level at which the output in that field is on."""
    return _said_level(reader, field) or Level.HIGH


def _of_no_inputs(index: int, reader: Reader) -> Iterator[Concern]:
    for field in INPUT_FIELDS:
        says = "contact_open" if field == "contact_pin" else active_field(field)
        if field in reader.pins and getattr(reader, says) is Level.HIGH:
            yield Concern(
                place_of(index, reader, field),
                f'pin_factory = "mock" has no wires: it reads high for ever, as if cut, which {says} = "high" '
                f'takes for true, with its alarm. Leave {field} out, or say {says} = "low", until pins are real',
            )


def _told(fact: Said) -> str:
    return fact.text if fact.checked else f"{fact.text} (not looked up: {fact.source})"


def _is_on_header(device: str) -> bool:
    return bool({device, os.path.realpath(device)} & set(_SERIAL_ON_HEADER))


def _said_level(reader: Reader, field: str) -> Level | None:
    level: Level | None = getattr(reader, active_field(field))
    return level


def has_known_level(configuration: Configuration, reader: Reader, field: str) -> bool:
    """Whether it is, in a configuration that was filled in as far as its boards are known."""
    return configuration.hardware.relay_board is None or _said_level(reader, field) is not None


def wiring_of(configuration: Configuration, folder: Path | None = None, model: Path = MODEL) -> Wiring:
    """The boards that it names, and this computer where it names none and has real pins.

    BoardError: a name is not known, or what is known cannot be read.
    """
    hardware = configuration.hardware
    named = hardware.board is not None or hardware.relay_board is not None
    if not named and hardware.pin_factory is PinFactory.MOCK:
        return _UNKNOWN
    try:
        boards = read_boards((firmware_config() if folder is None else folder) / "boards")
    except FirmwareConfigError as error:
        if not named:
            return _UNKNOWN
        raise BoardError(str(error), "board" if hardware.relay_board is None else "relay_board") from error
    looks = hardware.board is not None or hardware.pin_factory is not PinFactory.MOCK
    return Wiring(computer_of(hardware, boards, model) if looks else None, relay_board_of(hardware, boards))


def fill_in(configuration: Configuration) -> Configuration:
    """With what its boards say and it does not. BoardError."""
    return wiring_of(configuration).fill_in(configuration)


def fill_in_what_is_known(configuration: Configuration) -> tuple[Configuration, list[BoardError]]:
    """As `fill_in`; what is not known of one board keeps back nothing of another, and is returned."""
    try:
        return fill_in(configuration), []
    except BoardError as error:
        if error.field != "board":
            return configuration, [error]
        without = replace(configuration, hardware=replace(configuration.hardware, board=None))
        filled, others = fill_in_what_is_known(without)
        return filled, [error, *others]
