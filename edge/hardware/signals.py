"""What a reader shows: relay, lamps and buzzer, as one table of outcome and output.

| sign    | relay      | granted lamp | caution lamp | denied lamp | buzzer     |
|---------|------------|--------------|--------------|-------------|------------|
| granted | pulse      | lit          | dark         | dark        | one beep   |
| warned  | pulse      | lit          | lit          | dark        | one beep   |
| denied  | as it was  | dark         | dark         | lit         | a long one |
| caution | as it was  | dark         | lit          | dark        | a long one |
| waiting | as it was  | dark         | lit          | dark        | as it was  |

What a sign means is edge/core/signs.py's. Without a caution lamp the denied one says caution too.

The relay is moved first, by the door's machine (edge/core/door.py). A grant during a pulse begins the pulse anew,
so the door stays open for the later one too; a denial never cuts short a pulse that somebody else was granted. A
grant that the interlock keeps from the relay shows as caution.

While a door is held open, relay and granted lamp stay on whatever is shown, and no pulse that ends ends that. Once
it is released they are off at once. What to decide, and when a door is held, is none of its affair.

While an alarm lasts the buzzer plays it, gravest first, but for the beep of a scan (ALARM_PATTERNS).
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from contract.ask import Direction
from contract.decision import Decision
from contract.door_configuration import OUTPUT_FIELDS, Level
from contract.reader_configuration import Reader
from edge.core.door import Alarm, Event
from edge.core.signs import Sign, sign_of
from edge.hardware.door_drive import DoorDrive
from edge.hardware.outputs import DARK, Output, Pattern
from edge.hardware.pins import Pins
from edge.hardware.wiring import active_level
from edge.ports import Log

DENIED_LAMP_S: Final = 2.0
WAITING_S_MAX: Final = 15.0
"""Whatever is waited for (`confirm_seconds` are 10 at most), something is shown by then, or nobody is there."""
GRANTED_BEEP_S: Final = 0.1
DENIED_BEEP_S: Final = 0.6
IDENTIFY_S: Final = 10.0
BLINK_S: Final = 0.5
ALARM_PATTERNS: Final[Mapping[Alarm, Pattern]] = {
    Alarm.FORCED_OPEN: (0.4, 0.1),
    Alarm.TAMPER: (0.1, 0.1, 0.1, 0.7),
    Alarm.HELD_OPEN: (0.1, 0.9),
}
"""Seconds on, off, on, off, and so on from the beginning. A fire is sounded by its own system."""
_LAMPS: Final = ("granted_lamp_pin", "caution_lamp_pin", "denied_lamp_pin")
_SHOWN: Final = (*_LAMPS, "buzzer_pin")
"""In the order in which they are set, after the relay."""
_HELD: Final = ("granted_lamp_pin",)


class ReaderSignals:
    """The outputs that one reader has. Implements `ports.Signals`.

    Its pins may change while it is held or shows something: first all that go are freed, of every reader, then
    those that come are claimed.
    """

    def __init__(self, reader: Reader, pins: Pins, log: Log) -> None:
        """HardwareError: a pin cannot be had; none is kept then."""
        self._outputs: dict[str, Output] = {}
        self._wires: dict[str, tuple[int, Level]] = {}
        self._holding = False
        self._reader = reader.name
        self._log = log
        self._blinking: asyncio.TimerHandle | None = None
        self.door: Final = DoorDrive(reader, self._outputs, self._sound, log)
        """Its own; without a relay where it opens another reader's."""
        self.door_of: Callable[[str], DoorDrive | None] = lambda _: None
        self.claim(reader, pins)

    @property
    def pins(self) -> frozenset[int]:
        """Those that it has now."""
        return frozenset(number for number, _ in self._wires.values()) | self.door.pins

    def free(self, kept: Mapping[str, int]) -> None:
        """Give back all pins but those that `kept` has too, by field."""
        self._stop_blinking()
        for field in [each for each, (number, _) in self._wires.items() if kept.get(each) != number]:
            self._give_back(field)
        self.door.free(kept)

    def claim(self, reader: Reader, pins: Pins) -> None:
        """Take the reader's pins that it has not yet, and its times. HardwareError: all are given back then."""
        self._seconds = _seconds_of(reader)
        self._opens, self._goes_out = reader.door, reader.direction is Direction.OUT
        try:
            for field in OUTPUT_FIELDS:
                if (number := getattr(reader, field)) is not None:
                    self._claim_output(field, (number, active_level(reader, field)), pins)
            self.door.claim(reader, pins)
        except BaseException:
            self.free({})
            raise
        if self._holding:
            self.hold()

    def show(self, decision: Decision) -> None:
        self._show(sign_of(decision))

    def wait(self) -> None:
        self._show(Sign.WAITING)

    def turn_away(self) -> None:
        self._show(Sign.CAUTION)

    def interlocked_by(self) -> str | None:
        door = self._opened()
        return None if door is None or self._goes_out else door.interlocked_by()

    def unlock_once(self) -> None:
        """As for a grant."""
        self._show(Sign.GRANTED)

    def identify(self) -> None:
        """Lamps blink for IDENTIFY_S, or until something is shown."""
        self._stop_blinking()
        self._blink(round(IDENTIFY_S / BLINK_S))

    def hold(self) -> None:
        self._holding = True
        self.door.handle(Event.HOLD)
        for output in self._held():
            output.hold()

    def release(self) -> None:
        self._holding = False
        self.door.handle(Event.RELEASE)
        for output in self._held():
            output.release()

    def lock_down(self, begins: bool) -> None:
        self.door.handle(Event.LOCKDOWN_BEGINS if begins else Event.LOCKDOWN_ENDS)

    def close(self) -> None:
        self.door.close()
        self.free({})

    def _show(self, sign: Sign) -> None:
        self._stop_blinking()
        if sign in (Sign.GRANTED, Sign.WARNED) and not self._grant():
            sign = Sign.CAUTION
        for field, seconds in self._seconds[sign].items():
            if field in self._outputs:
                self._outputs[field].pulse(seconds)

    def _opened(self) -> DoorDrive | None:
        return self.door if self._opens is None else self.door_of(self._opens)

    def _grant(self) -> bool:
        """Whether a relay follows."""
        door = self._opened()
        if door is None:
            self._log("door_missing", reader=self._reader, door=self._opens)
            return False
        return door.grant(self._goes_out)

    def _sound(self, alarm: Alarm | None) -> None:
        if "buzzer_pin" in self._outputs:
            self._outputs["buzzer_pin"].repeat(None if alarm is None else ALARM_PATTERNS[alarm])

    def _claim_output(self, field: str, wire: tuple[int, Level], pins: Pins) -> None:
        """A pin that is on at another level than before is claimed anew."""
        if self._wires.get(field, wire) != wire:
            self._give_back(field)
        if field not in self._outputs:
            number, active = wire
            device = pins.output(number, field, self._reader, active)
            self._outputs[field] = Output(device, pins.errors, lambda error: self._note_failure(field, error))
            self._wires[field] = wire

    def _note_failure(self, field: str, error: Exception) -> None:
        self._log("output_failed", reader=self._reader, what=field, why=str(error))

    def _give_back(self, field: str) -> None:
        self._wires.pop(field)
        self._outputs.pop(field).close()

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


def _seconds_of(reader: Reader) -> dict[Sign, dict[str, float]]:
    """The table above, in seconds, without the relay; in the order in which they are set."""
    caution = (DARK, DENIED_LAMP_S, DARK) if reader.caution_lamp_pin is not None else (DARK, DARK, DENIED_LAMP_S)
    shown = {
        Sign.GRANTED: (reader.pulse_seconds, DARK, DARK, GRANTED_BEEP_S),
        Sign.WARNED: (reader.pulse_seconds, reader.pulse_seconds, DARK, GRANTED_BEEP_S),
        Sign.DENIED: (DARK, DARK, DENIED_LAMP_S, DENIED_BEEP_S),
        Sign.CAUTION: (*caution, DENIED_BEEP_S),
        Sign.WAITING: (DARK, WAITING_S_MAX, DARK),
    }
    return {sign: dict(zip(_SHOWN, seconds, strict=False)) for sign, seconds in shown.items()}
