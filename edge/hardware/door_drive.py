"""A door as it is wired: contacts tell its machine, the machine moves its relay, in the same call.

The rules are edge/core/door.py's. Here are the pins, the timer, and what is told: each alarm as it begins and
ends, and each state of a door that has a contact. Without one it is moved as ever, and nothing is told of it.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from contract.instants import to_us
from contract.orders import DoorAlarm, DoorReport
from contract.reader_configuration import Reader
from edge.core.door import EVENT_OF, Alarm, Door, DoorState, DoorTimes, Event, Input, Shown
from edge.hardware.contacts import Contacts, kept_inputs
from edge.hardware.outputs import Output
from edge.hardware.pins import Pins
from edge.ports import Log

US: Final = 1_000_000

SOUNDED: Final = (Alarm.FORCED_OPEN, Alarm.TAMPER, Alarm.HELD_OPEN)
"""Those that the alarm pin and the buzzer are for, the gravest first."""


class DoorStands(NamedTuple):
    """`since_s` on the event loop's clock; so are the alarms' beginnings. `state` None: there is no contact."""

    state: DoorState | None
    since_s: float
    alarms: dict[Alarm, float]


def report_of(name: str, stands: DoorStands, at: datetime) -> DoorReport:
    """`at` is the aware instant of now."""
    now_us, now_s = to_us(at), asyncio.get_running_loop().time()

    def us(since_s: float) -> int:
        return now_us - round((now_s - since_s) * US)

    return DoorReport(
        name=name,
        state=stands.state,
        since_us=us(stands.since_s),
        alarms=[DoorAlarm(alarm=each.value, since_us=us(since_s)) for each, since_s in stands.alarms.items()],
    )


class DoorDrive:
    """`sound` is called with the gravest alarm that sounds, or None; `partner_is_open` says how the door is that
    this one is interlocked with, `changed` is called when an alarm begins or ends."""

    def __init__(
        self, reader: Reader, outputs: Mapping[str, Output], sound: Callable[[Alarm | None], None], log: Log
    ) -> None:
        """`outputs` by field, as they are at each time. Inputs come with `claim`."""
        self._outputs = outputs
        self._sound = sound
        self._log = log
        self._reader = reader.name
        self._contacts = Contacts(self._sensed)
        self._door = Door(_times_of(reader), self._now_s())
        self._last = self._door.handle(Event.TICK, self._now_s())
        self._is_closed = False
        self._timer: asyncio.TimerHandle | None = None
        self.partner: str | None = None
        self.partner_is_open: Callable[[str], bool] = lambda _: False
        self.changed: Callable[[], None] = lambda: None

    @property
    def pins(self) -> frozenset[int]:
        return self._contacts.pins

    @property
    def may_be_open(self) -> bool:
        return self._door.may_be_open

    @property
    def is_pulsing(self) -> bool:
        """Whether its relay is on and will go off by itself."""
        return self._door.is_pulsing

    def interlocked_by(self) -> str | None:
        """The door that this one is interlocked with, while that is open; none while this one is held anyway."""
        if self.partner is None or self._door.is_held or not self.partner_is_open(self.partner):
            return None
        return self.partner

    def stands(self) -> DoorStands | None:
        """None: nothing is sensed of it."""
        if not self.pins:
            return None
        state = self._last.state if Input.CONTACT in self._contacts.sensed else None
        return DoorStands(state, self._door.since_s, self._last.alarms)

    def free(self, kept: Mapping[str, int]) -> None:
        """Give back all inputs but those that `kept` has too, by field. How the door stands stays as it was seen
        until the next `claim`."""
        self._contacts.free(kept_inputs(kept))
        if "relay_pin" not in self._outputs:
            self._show(self._door.end_pulse())

    def claim(self, reader: Reader, pins: Pins) -> None:
        """Follow the reader's section from now on: its times and inputs. What is sensed no more is inactive.
        HardwareError."""
        at_s = self._now_s()
        self.partner = reader.interlock
        self._door.times = _times_of(reader)
        claimed = self._contacts.claim(reader, pins)
        for what in claimed.gone:
            self._show(self._door.find(what, False, at_s))
        for what in claimed.anew:
            self._show(self._door.find(what, self._contacts.is_active(what), at_s))
        for what in claimed.again:
            self._sensed(what, self._contacts.is_active(what), at_s)
        # How a partner stood is looked at with each grant; one that is left out blocks none.
        self._show(self._door.handle(Event.PARTNER_CLOSED, at_s))

    def grant(self, way_out: bool = False) -> bool:
        """Whether the relay follows: not while the door is open that this one is interlocked with, but for
        somebody who goes out."""
        if self.partner is not None:
            keeps_shut = not way_out and self.interlocked_by() is not None
            partner = Event.PARTNER_OPEN if keeps_shut else Event.PARTNER_CLOSED
            self._door.handle(partner, self._now_s())
        if self.handle(Event.GRANT).refused:
            self._log("door_interlocked", reader=self._reader, open=self.partner)
            return False
        return True

    def handle(self, event: Event) -> Shown:
        """The relay is as it has to be when this returns."""
        shown = self._door.handle(event, self._now_s())
        self._show(shown)
        return shown

    def close(self) -> None:
        """No timer left, nothing told any more. Pins are given back by who has them."""
        self._is_closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sensed(self, what: Input, active: bool, at_s: float) -> None:
        self._show(self._door.handle(EVENT_OF[what, active], at_s))

    def _show(self, shown: Shown) -> None:
        """The relay first."""
        if self._is_closed:
            return
        last, self._last = self._last, shown
        relay = self._outputs.get("relay_pin")
        if relay is not None:
            relay.set(shown.relay)
        self._tick_later()
        self._tell(last, shown)

    def _tell(self, last: Shown, shown: Shown) -> None:
        before = last.alarms
        sounded = next((each for each in SOUNDED if each in shown.alarms), None)
        alarm_pin = self._outputs.get("alarm_pin")
        if alarm_pin is not None:
            alarm_pin.set(sounded is not None)
        self._sound(sounded)
        if Input.CONTACT in self._contacts.sensed and last.state is not shown.state:
            self._log("door_state", reader=self._reader, state=shown.state)
        for alarm in shown.alarms:
            if alarm not in before:
                self._log("door_alarm", reader=self._reader, alarm=alarm)
        for alarm, since_s in before.items():
            if alarm not in shown.alarms:
                lasted_s = round(self._now_s() - since_s, 1)
                self._log("door_alarm_cleared", reader=self._reader, alarm=alarm, lasted_s=lasted_s)
        if shown.alarms.keys() != before.keys():
            self.changed()

    def _tick_later(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        next_at_s = self._door.next_at_s()
        self._timer = None if next_at_s is None else asyncio.get_running_loop().call_at(next_at_s, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.handle(Event.TICK)

    @staticmethod
    def _now_s() -> float:
        return asyncio.get_running_loop().time()


def _times_of(reader: Reader) -> DoorTimes:
    return DoorTimes(reader.pulse_seconds, reader.held_open_seconds, reader.debounce_seconds)
