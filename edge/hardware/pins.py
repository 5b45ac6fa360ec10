"""The pins of this board, from a factory that the configuration names: never gpiozero's default, never a
fallback, so that a door that moves nothing is always one that was asked for.
"""

import importlib
from dataclasses import dataclass
from typing import Any

from gpiozero import DigitalOutputDevice, GPIOZeroError
from gpiozero.pins.mock import MockFactory

from contract.configuration import PinFactory


class HardwareError(Exception):
    """A pin or all pins cannot be had; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Pins:
    """`factory` is gpiozero's; `errors` are what it raises for a pin that cannot be had."""

    factory: Any
    errors: tuple[type[Exception], ...]

    def output(self, number: int, name: str) -> Any:
        """A gpiozero output on a BCM pin, off. `name` is the configuration's field, for the error."""
        try:
            return DigitalOutputDevice(number, initial_value=False, pin_factory=self.factory)
        except self.errors as error:
            raise HardwareError(f"{name}: GPIO {number} cannot be had: {error}") from error

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
