"""What a reader shows: relay, lamps and buzzer, as one table of outcome and output.

| outcome | relay      | granted lamp | denied lamp | buzzer   |
|---------|------------|--------------|-------------|----------|
| granted | pulse      | lit          | dark        | one beep |
| denied  | as it was  | dark         | lit         | a long one |

The relay is moved first. A grant during a pulse begins the pulse anew, so the door stays open for the later
one too; a denial never cuts short a pulse that somebody else was granted.

While a door is held open, relay and granted lamp stay on whatever is shown, and no pulse that ends ends that. Once
it is released they are off at once. What to decide, and when a door is held, is none of its affair.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from contract.decision import Decision
from contract.reader_configuration import Reader
from contract.reasons import Outcome
from edge.hardware.pins import Pins

DENIED_LAMP_S: Final = 2.0
GRANTED_BEEP_S: Final = 0.1
DENIED_BEEP_S: Final = 0.6
IDENTIFY_S: Final = 10.0
BLINK_S: Final = 0.5
_DARK: Final = 0.0
_OUTPUTS: Final = ("relay_pin", "granted_lamp_pin", "denied_lamp_pin", "buzzer_pin")
"""In the order in which they are set."""
_HELD: Final = ("relay_pin", "granted_lamp_pin")
_LAMPS: Final = ("granted_lamp_pin", "denied_lamp_pin")


class Output:
    """One pin that goes on for a while. `device` is gpiozero's."""

    def __init__(self, device: Any) -> None:
        self._device = device
        self._end: asyncio.TimerHandle | None = None
        self._held = False

    def pulse(self, seconds: float) -> None:
        """On for so long from now, however long it was on; 0: off at once. While it is held: on."""
        if self._held:
            return
        self._forget_end()
        if seconds == _DARK:
            self._device.off()
            return
        self._device.on()
        self._end = asyncio.get_running_loop().call_later(seconds, self._go_off)

    @property
    def is_busy(self) -> bool:
        """Whether it is on and will go off by itself."""
        return self._end is not None

    def hold(self) -> None:
        """On until `release`."""
        self._held = True
        self._forget_end()
        self._device.on()

    def release(self) -> None:
        """Off at once, if it was held."""
        if self._held:
            self._held = False
            self._device.off()

    def close(self) -> None:
        """Off, and the pin given back."""
        self._forget_end()
        self._device.off()
        self._device.close()

    def _go_off(self) -> None:
        self._end = None
        self._device.off()

    def _forget_end(self) -> None:
        if self._end is not None:
            self._end.cancel()
            self._end = None


class ReaderSignals:
    """The outputs that one reader has. Implements `ports.Signals`.

    Its pins may change while it is held or shows something: first all that go are freed, of every reader, then
    those that come are claimed.
    """

    def __init__(self, reader: Reader, pins: Pins) -> None:
        """HardwareError: a pin cannot be had; none is kept then."""
        self._outputs: dict[str, Output] = {}
        self._numbers: dict[str, int] = {}
        self._holding = False
        self._blinking: asyncio.TimerHandle | None = None
        self.claim(reader, pins)

    @property
    def pins(self) -> frozenset[int]:
        """Those that it has now."""
        return frozenset(self._numbers.values())

    def free(self, kept: Mapping[str, int]) -> None:
        """Give back all pins but those that `kept` has too, by field."""
        self._stop_blinking()
        for field in [each for each, number in self._numbers.items() if kept.get(each) != number]:
            self._numbers.pop(field)
            self._outputs.pop(field).close()

    def claim(self, reader: Reader, pins: Pins) -> None:
        """Take the reader's pins that it has not yet, and its times. HardwareError: all are given back then."""
        self._seconds = _seconds_of(reader)
        try:
            for field, number in reader.pins.items():
                if field not in self._outputs:
                    self._outputs[field] = Output(pins.output(number, field, reader.name))
                    self._numbers[field] = number
        except BaseException:
            self.free({})
            raise
        if self._holding:
            self.hold()

    def show(self, decision: Decision) -> None:
        self._show(decision.outcome)

    def turn_away(self) -> None:
        self._show(Outcome.DENIED)

    def unlock_once(self) -> None:
        """As for a grant."""
        self._show(Outcome.GRANTED)

    def identify(self) -> None:
        """Lamps blink for IDENTIFY_S, or until something is shown."""
        self._stop_blinking()
        self._blink(round(IDENTIFY_S / BLINK_S))

    def hold(self) -> None:
        self._holding = True
        for output in self._held():
            output.hold()

    def release(self) -> None:
        self._holding = False
        for output in self._held():
            output.release()

    def close(self) -> None:
        self.free({})

    def _show(self, outcome: Outcome) -> None:
        self._stop_blinking()
        for field in _OUTPUTS:
            seconds = self._seconds[outcome, field]
            if field in self._outputs and seconds is not None:
                self._outputs[field].pulse(seconds)

    def _blink(self, times: int) -> None:
        for field in _LAMPS:
            if field in self._outputs and not self._outputs[field].is_busy:
                self._outputs[field].pulse(BLINK_S / 2)
        self._blinking = (
            asyncio.get_running_loop().call_later(BLINK_S, self._blink, times - 1) if times > 1 else None
        )

    def _stop_blinking(self) -> None:
        if self._blinking is not None:
            self._blinking.cancel()
            self._blinking = None

    def _held(self) -> list[Output]:
        return [self._outputs[field] for field in _HELD if field in self._outputs]


def _seconds_of(reader: Reader) -> dict[tuple[Outcome, str], float | None]:
    """The table above, in seconds; None leaves an output as it was."""
    return {
        (Outcome.GRANTED, "relay_pin"): reader.pulse_seconds,
        (Outcome.GRANTED, "granted_lamp_pin"): reader.pulse_seconds,
        (Outcome.GRANTED, "denied_lamp_pin"): _DARK,
        (Outcome.GRANTED, "buzzer_pin"): GRANTED_BEEP_S,
        (Outcome.DENIED, "relay_pin"): None,
        (Outcome.DENIED, "granted_lamp_pin"): _DARK,
        (Outcome.DENIED, "denied_lamp_pin"): DENIED_LAMP_S,
        (Outcome.DENIED, "buzzer_pin"): DENIED_BEEP_S,
    }
