"""What stands at a reader's input pins: levels, read at the start and told whenever they change.

A contact lies between its pin and ground and is pulled up inside. gpiozero tells of edges in a thread of its own;
each is handed to the event loop with its instant. So that an edge that was never told is no level that is missed
for ever, all are read again every second. What a level means is the door's affair.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from contract.door_configuration import Level
from contract.reader_configuration import Reader
from edge.core.door import Input
from edge.hardware.pins import Pins

LOOK_EVERY_S: Final = 1.0
_FIELDS: Final = {
    Input.CONTACT: ("contact_pin", "contact_open"),
    Input.EXIT: ("request_to_exit_pin", "request_to_exit_active"),
    Input.FIRE: ("fire_pin", "fire_active"),
    Input.TAMPER: ("tamper_pin", "tamper_active"),
}
Tell = Callable[[Input, bool, float], None]
"""What is active or not, since when on the loop's clock."""


class _Wire(NamedTuple):
    number: int
    active: Level


class Claimed(NamedTuple):
    """What is sensed anew; again, on the wire that was given back for a moment, as where the chip is opened by
    another name; and no more."""

    anew: list[Input]
    again: list[Input]
    gone: list[Input]


class Contacts:
    """The inputs of one reader. `tell` is called on the loop, for levels that may be the same as before."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._wires: dict[Input, _Wire] = {}
        self._last: dict[Input, _Wire] = {}
        """As they were claimed, whether they have been given back since or not."""
        self._devices: dict[Input, Any] = {}
        self._looking: asyncio.TimerHandle | None = None

    @property
    def pins(self) -> frozenset[int]:
        return frozenset(wire.number for wire in self._wires.values())

    @property
    def sensed(self) -> Iterable[Input]:
        return self._wires.keys()

    def free(self, kept: dict[Input, int]) -> None:
        """Give back all pins but those that `kept` has too."""
        gone = [what for what, wire in self._wires.items() if kept.get(what) != wire.number]
        for what in gone:
            self._wires.pop(what)
            self._devices.pop(what).close()
        if not self._wires and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def claim(self, reader: Reader, pins: Pins) -> Claimed:
        """Take the reader's pins that it has not yet. HardwareError."""
        fresh = []
        for what, (field, level) in _FIELDS.items():
            number, active = getattr(reader, field), getattr(reader, level)
            if number is None or self._wires.get(what) == (number, active):
                continue
            if what not in self._devices:
                self._devices[what] = self._listening(pins.input(number, field, reader.name), what)
            self._wires[what] = _Wire(number, active)
            fresh.append(what)
        if self._wires and self._looking is None:
            self._look_later()
        last, self._last = self._last, dict(self._wires)
        again = [what for what in fresh if last.get(what) == self._wires[what]]
        gone = [what for what in last if what not in self._wires]
        return Claimed([what for what in fresh if what not in again], again, gone)

    def is_active(self, what: Input) -> bool:
        """As it reads now."""
        is_high = not self._devices[what].value
        return is_high is (self._wires[what].active is Level.HIGH)

    def _listening(self, device: Any, what: Input) -> Any:
        loop = asyncio.get_running_loop()

        def edge(is_high: bool) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._note, what, device, is_high, loop.time())

        device.when_activated = lambda: edge(False)
        device.when_deactivated = lambda: edge(True)
        return device

    def _note(self, what: Input, device: Any, is_high: bool, at_s: float) -> None:
        if self._devices.get(what) is device:
            self._tell(what, is_high is (self._wires[what].active is Level.HIGH), at_s)

    def _look(self) -> None:
        # First, so that a pin that cannot be read this time is looked at again.
        self._look_later()
        at_s = asyncio.get_running_loop().time()
        for what in self._wires:
            self._tell(what, self.is_active(what), at_s)

    def _look_later(self) -> None:
        self._looking = asyncio.get_running_loop().call_later(LOOK_EVERY_S, self._look)


def kept_inputs(kept: Mapping[str, int]) -> dict[Input, int]:
    """Of pins by field, those that are inputs."""
    return {what: kept[field] for what, (field, _) in _FIELDS.items() if field in kept}
