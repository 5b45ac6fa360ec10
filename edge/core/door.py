"""A door, from levels and never from toggles: in which state it stands, whether its relay is on, what is alarming.

Pure. `_s` is the monotonic clock. The state is the first that applies:

  | levels                                                        | state         | alarm       |
  |---------------------------------------------------------------|---------------|-------------|
  | held by hours or by hand, or the fire release is active       | held_unlocked |             |
  | the contact is open, and nothing let it be opened             | forced_open   | forced_open |
  | the contact is open, longer than `held_open_s`                | held_open     | held_open   |
  | the contact is open                                           | open          |             |
  | a grant's pulse runs, or somebody asks to go out, or just did | unlocked      |             |
  | lockdown                                                      | lockdown      |             |
  | else                                                          | locked        |             |

  | event                             | what it changes                                                         |
  |-----------------------------------|-------------------------------------------------------------------------|
  | grant                             | a pulse begins, anew if one runs; refused while the partner is open     |
  | hold, release                     | held or not; a release ends what was held, and any pulse with it        |
  | lockdown_begins, lockdown_ends    | lockdown or not; a pulse that was granted before runs out               |
  | contact_, fire_, tamper_ …        | that level, once it has stood for `debounce_s`                          |
  | exit_active                       | at once, as the lock is free from its first edge; exit_inactive as above |
  | partner_open, partner_closed      | that level, at once: whether the door that it is interlocked with is open |
  | tick                              | nothing but the time                                                    |

The relay is on while the door is held or a pulse runs, and for nothing else: who goes out, and the fire release,
cut the lock's power in hardware, so they are only sensed, and no state can stand in their way. Tamper and fire are
alarms in every state, as long as their level stands; so is a request to go out that lasts for `held_open_s`, as
nothing is ever forced as long as it does.

A door was let open if it began to open while it was held, a pulse ran, somebody asked to go out, or up to
OPENING_S later (for asking: `pulse_s` later, as the lock stays free that long in hardware). One that is found open
was let open too: nobody knows. `held_open_s` counts from the opening, the end of the hold, or the last that let
somebody through while it stood open. An alarm of the contact ends when the door is shut, or held.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from edge.core.debounce import Debounced

OPENING_S: Final = 1.0
"""A door that is pulled in a pulse's last instant has moved far enough for its contact a moment later."""


class DoorState(StrEnum):
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    OPEN = "open"
    HELD_OPEN = "held_open"
    FORCED_OPEN = "forced_open"
    HELD_UNLOCKED = "held_unlocked"
    LOCKDOWN = "lockdown"


class Alarm(StrEnum):
    """The gravest first. Fire and a stuck exit are notices: the fire alarm system is another's, and a way out that
    stays free only hides what is forced."""

    FORCED_OPEN = "forced_open"
    TAMPER = "tamper"
    HELD_OPEN = "held_open"
    EXIT_STUCK = "exit_stuck"
    FIRE = "fire"


class Event(StrEnum):
    GRANT = "grant"
    HOLD = "hold"
    RELEASE = "release"
    LOCKDOWN_BEGINS = "lockdown_begins"
    LOCKDOWN_ENDS = "lockdown_ends"
    CONTACT_OPEN = "contact_open"
    CONTACT_CLOSED = "contact_closed"
    EXIT_ACTIVE = "exit_active"
    EXIT_INACTIVE = "exit_inactive"
    FIRE_ACTIVE = "fire_active"
    FIRE_INACTIVE = "fire_inactive"
    TAMPER_ACTIVE = "tamper_active"
    TAMPER_INACTIVE = "tamper_inactive"
    PARTNER_OPEN = "partner_open"
    PARTNER_CLOSED = "partner_closed"
    TICK = "tick"


class Input(StrEnum):
    """What is sensed. Active: the door is open, somebody asks to go out, the release is cut, the case is open."""

    CONTACT = "contact"
    EXIT = "exit"
    FIRE = "fire"
    TAMPER = "tamper"


_READ: Final = {
    Event.CONTACT_OPEN: (Input.CONTACT, True),
    Event.CONTACT_CLOSED: (Input.CONTACT, False),
    Event.EXIT_ACTIVE: (Input.EXIT, True),
    Event.EXIT_INACTIVE: (Input.EXIT, False),
    Event.FIRE_ACTIVE: (Input.FIRE, True),
    Event.FIRE_INACTIVE: (Input.FIRE, False),
    Event.TAMPER_ACTIVE: (Input.TAMPER, True),
    Event.TAMPER_INACTIVE: (Input.TAMPER, False),
}
EVENT_OF: Final = {level: event for event, level in _READ.items()}


class DoorTimes(NamedTuple):
    """In seconds: contract.door_configuration.Wired's."""

    pulse_s: float
    held_open_s: float
    debounce_s: float


class Shown(NamedTuple):
    """After an event. `refused`: a grant that the interlock kept from the relay. `alarms`: since when each."""

    relay: bool
    state: DoorState
    alarms: dict[Alarm, float]
    refused: bool = False


class Door:
    """`handle` one event after another. An input's may come late, with the instant of its edge; nothing else goes
    back in time by it."""

    def __init__(self, times: DoorTimes, at_s: float) -> None:
        self.times = times
        self._now_s = at_s
        self.since_s = at_s
        """When its state began."""
        self._inputs = {each: Debounced(at_once=each is Input.EXIT) for each in Input}
        self._held = False
        self._lockdown = False
        self._partner_open = False
        self._pulse_end_s = self._exit_end_s = self._let_until_s = self._open_since_s = at_s
        self._was_let = True
        self._is_late = False
        self._state = DoorState.LOCKED
        self._alarms: dict[Alarm, float] = {}

    @property
    def may_be_open(self) -> bool:
        """As another door's interlock sees it: before a contact has stopped bouncing too."""
        return self._inputs[Input.CONTACT].may_be_active

    @property
    def is_held(self) -> bool:
        return self._held

    @property
    def is_pulsing(self) -> bool:
        """Whether the relay is on and will go off by itself."""
        return not self._held and self._now_s < self._pulse_end_s

    def find(self, what: Input, active: bool, at_s: float) -> Shown:
        """A level as it is found, at the start or on another pin; without one it is inactive."""
        self._now_s = max(self._now_s, at_s)
        level = self._inputs[what]
        ends_fire = what is Input.FIRE and level.active and not active
        level.find(active, at_s)
        if ends_fire or (what is Input.CONTACT and active):
            self._opened(at_s, was_let=True)
        return self._shown()

    def end_pulse(self) -> Shown:
        """Its relay moves to another pin, which is at rest but for a hold."""
        self._pulse_end_s = self._now_s
        return self._shown()

    def handle(self, event: Event, at_s: float) -> Shown:
        """What has come to be by now counts before the event does."""
        self._now_s = max(self._now_s, at_s)
        self._settle()
        refused = event is Event.GRANT and self._partner_open
        if event is Event.GRANT and not refused:
            self._grant()
        elif event in (Event.HOLD, Event.RELEASE):
            self._hold(event is Event.HOLD)
        elif event in (Event.LOCKDOWN_BEGINS, Event.LOCKDOWN_ENDS):
            self._lockdown = event is Event.LOCKDOWN_BEGINS
        elif event in (Event.PARTNER_OPEN, Event.PARTNER_CLOSED):
            self._partner_open = event is Event.PARTNER_OPEN
        elif event in _READ:
            what, active = _READ[event]
            self._inputs[what].read(active, at_s)
            if what is Input.EXIT:
                self._settle()
        return self._shown(refused)

    def next_at_s(self) -> float | None:
        """When a tick is due, if nothing else happens; at once where an edge came late."""
        counts = (level.counts_at_s(self.times.debounce_s) for level in self._inputs.values())
        ends = (each for each in self._ends_s() if each > self._now_s)
        return min((each for each in (*counts, *ends) if each is not None), default=None)

    # What lets a door be opened

    def _grant(self) -> None:
        if not self._held:
            self._pulse_end_s = self._now_s + self.times.pulse_s
        self._let(self._now_s, self._now_s + self.times.pulse_s + OPENING_S)

    def _hold(self, held: bool) -> None:
        if self._held and not held:
            self._pulse_end_s = self._now_s
            self._let(self._now_s, self._now_s + OPENING_S)
            self._opened(self._now_s, was_let=True)
        self._held = held

    def _let(self, at_s: float, until_s: float) -> None:
        self._let_until_s = max(self._let_until_s, until_s)
        self._open_since_s = at_s

    def _opened(self, at_s: float, was_let: bool) -> None:
        self._open_since_s, self._was_let, self._is_late = at_s, was_let, False

    # Levels that come to count

    def _settle(self) -> None:
        for what, level in self._inputs.items():
            if level.settle(self._now_s, self.times.debounce_s):
                self._counts(what, level)
        if self._is_open and self._was_let and not self._is_free:
            self._is_late = self._is_late or self._now_s >= self._open_since_s + self.times.held_open_s

    def _counts(self, what: Input, level: Debounced) -> None:
        if what is Input.EXIT:
            self._exit_end_s = level.since_s + self.times.pulse_s
            self._let(level.since_s, self._exit_end_s)
        elif what is Input.FIRE and not level.active:
            self._let(level.since_s, level.since_s + OPENING_S)
            self._opened(level.since_s, was_let=True)
        elif what is Input.CONTACT and level.active:
            is_let = self._is_free or self._inputs[Input.EXIT].active or level.since_s < self._let_until_s
            self._opened(level.since_s, is_let)

    @property
    def _is_open(self) -> bool:
        return self._inputs[Input.CONTACT].active

    @property
    def _is_free(self) -> bool:
        return self._held or self._inputs[Input.FIRE].active

    # The tables

    def _state_now(self) -> DoorState:
        if self._is_free:
            return DoorState.HELD_UNLOCKED
        if self._is_open:
            if not self._was_let:
                return DoorState.FORCED_OPEN
            return DoorState.HELD_OPEN if self._is_late else DoorState.OPEN
        if self._now_s < max(self._pulse_end_s, self._exit_end_s) or self._inputs[Input.EXIT].active:
            return DoorState.UNLOCKED
        return DoorState.LOCKDOWN if self._lockdown else DoorState.LOCKED

    def _alarms_of(self, state: DoorState) -> Iterator[Alarm]:
        if state is DoorState.FORCED_OPEN:
            yield Alarm.FORCED_OPEN
        if self._inputs[Input.TAMPER].active:
            yield Alarm.TAMPER
        if state is DoorState.HELD_OPEN:
            yield Alarm.HELD_OPEN
        if self._inputs[Input.EXIT].active and self._now_s >= self._exit_stuck_s:
            yield Alarm.EXIT_STUCK
        if self._inputs[Input.FIRE].active:
            yield Alarm.FIRE

    @property
    def _exit_stuck_s(self) -> float:
        return self._inputs[Input.EXIT].since_s + self.times.held_open_s

    def _ends_s(self) -> Iterator[float]:
        yield self._pulse_end_s
        yield self._exit_end_s
        if self._is_open and self._was_let:
            yield self._open_since_s + self.times.held_open_s
        if self._inputs[Input.EXIT].active:
            yield self._exit_stuck_s

    def _shown(self, refused: bool = False) -> Shown:
        state = self._state_now()
        if state is not self._state:
            self._state, self.since_s = state, self._now_s
        self._alarms = {each: self._alarms.get(each, self._now_s) for each in self._alarms_of(state)}
        return Shown(self._held or self._now_s < self._pulse_end_s, state, self._alarms, refused)
