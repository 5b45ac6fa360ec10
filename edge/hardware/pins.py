"""The pins of this board, from a factory that the configuration names: never gpiozero's default, never a
fallback, whatever the environment says, so that a door that moves nothing is always one that was asked for.
"""

from dataclasses import dataclass
from typing import Any

from gpiozero import DigitalInputDevice, DigitalOutputDevice, GPIOZeroError
from gpiozero.pins.mock import MockFactory

from contract.configuration import PinFactory
from contract.door_configuration import Level
from edge.hardware.gpio_chips import chip_number
from edge.hardware.lgpio_library import HardwareError, load_lgpio
from edge.hardware.steady_pins import steady_factory

__all__ = ["HardwareError", "Pins", "open_pins"]


@dataclass(frozen=True, slots=True)
class Pins:
    """`factory` is gpiozero's; `errors` are what it raises for a pin that cannot be had; `chip` is the number of
    the chip that they are real on."""

    factory: Any
    errors: tuple[type[Exception], ...]
    chip: int | None = None

    def output(self, number: int, field: str, reader: str, active: Level = Level.HIGH) -> Any:
        """A gpiozero output on a BCM pin, off: its level is requested with the pin.

        `active` is the level at which it is on; `field` of `reader` is where the configuration names it.
        """
        high = active is Level.HIGH
        try:
            return DigitalOutputDevice(number, active_high=high, initial_value=False, pin_factory=self.factory)
        except self.errors as error:
            raise _cannot(number, field, reader, error) from error

    def input(self, number: int, field: str, reader: str) -> Any:
        """A gpiozero input on a BCM pin, pulled up inside: a contact to ground. Active while it reads low."""
        try:
            return DigitalInputDevice(number, pull_up=True, pin_factory=self.factory)
        except self.errors as error:
            raise _cannot(number, field, reader, error) from error

    def try_claim(self, number: int, field: str, reader: str, active: Level = Level.HIGH) -> None:
        """HardwareError: the pin cannot be had as an output. It is free again when this returns."""
        self.output(number, field, reader, active).close()

    def close(self) -> None:
        self.factory.close()


def open_pins(kind: PinFactory, chip: str | None = None) -> Pins:
    """The pins of the factory named, or HardwareError. `chip`: its label; None: a Raspberry Pi's header."""
    if kind is PinFactory.MOCK:
        return Pins(MockFactory(), (GPIOZeroError, OSError))
    lgpio = load_lgpio()
    errors = (GPIOZeroError, lgpio.error, OSError)
    try:
        number = chip_number(chip, lgpio)
        return Pins(steady_factory(number), errors, number)
    except errors as error:
        raise HardwareError(f'pin_factory = "lgpio": this board\'s pins cannot be had: {error}') from error


def _cannot(number: int, field: str, reader: str, error: Exception) -> HardwareError:
    return HardwareError(f"reader {reader}, {field}: GPIO {number} cannot be had: {error}", field)
