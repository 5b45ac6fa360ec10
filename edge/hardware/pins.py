"""The pins of this board, from a factory that the configuration names: never gpiozero's default, never a
fallback, so that a door that moves nothing is always one that was asked for.
"""

import importlib
from dataclasses import dataclass
from typing import Any, Final

from gpiozero import DigitalOutputDevice, GPIOZeroError
from gpiozero.pins.mock import MockFactory

from contract.configuration import PinFactory


class HardwareError(Exception):
    """A pin or all pins cannot be had; the text says why and what to do. `field`: the reader's, if it is one's."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field: Final = field


@dataclass(frozen=True, slots=True)
class Pins:
    """`factory` is gpiozero's; `errors` are what it raises for a pin that cannot be had."""

    factory: Any
    errors: tuple[type[Exception], ...]

    def output(self, number: int, field: str, reader: str) -> Any:
        """A gpiozero output on a BCM pin, off. `field` of `reader` is where the configuration names it."""
        try:
            return DigitalOutputDevice(number, initial_value=False, pin_factory=self.factory)
        except self.errors as error:
            text = f"reader {reader}, {field}: GPIO {number} cannot be had: {error}"
            raise HardwareError(text, field) from error

    def try_claim(self, number: int, field: str, reader: str) -> None:
        """HardwareError: the pin cannot be had. It is free again when this returns."""
        self.output(number, field, reader).close()

    def close(self) -> None:
        self.factory.close()


def open_pins(kind: PinFactory) -> Pins:
    """The pins of the factory named, or HardwareError."""
    if kind is PinFactory.MOCK:
        return Pins(MockFactory(), (GPIOZeroError,))
    try:
        lgpio = importlib.import_module("lgpio")
        # Imported only here: it needs the lgpio library, which machines without pins don't have.
        factory_type = importlib.import_module("gpiozero.pins.lgpio").LGPIOFactory
    except ImportError as error:
        raise HardwareError(
            'pin_factory = "lgpio" needs the lgpio library: apt install python3-lgpio, and a virtual environment '
            'that sees it (python3 -m venv --system-site-packages). Without any pins: pin_factory = "mock"'
        ) from error
    errors = (GPIOZeroError, lgpio.error, OSError)
    try:
        return Pins(factory_type(), errors)
    except errors as error:
        raise HardwareError(f'pin_factory = "lgpio": this board\'s pins cannot be had: {error}') from error
