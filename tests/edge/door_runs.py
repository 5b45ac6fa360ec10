"""A door's machine on its way: events at instants, and how it stands after them."""

from edge.core.door import Alarm, Door, DoorState, DoorTimes, Event, Shown

TIMES = DoorTimes(pulse_s=5.0, held_open_s=30.0, debounce_s=0.05)
SETTLED_S = 0.1
"""Longer than a level needs to count."""

Steps = list[tuple[float, Event]]


class Run:
    """`at(t, …)` hands over events at `t` and lets them settle; `shown` is the last that came of it."""

    def __init__(self, times: DoorTimes = TIMES) -> None:
        self.door = Door(times, 0.0)
        self.shown: Shown = self.door.handle(Event.TICK, 0.0)

    def at(self, at_s: float, *events: Event) -> DoorState:
        for event in events:
            self.shown = self.door.handle(event, at_s)
        self.shown = self.door.handle(Event.TICK, at_s + SETTLED_S)
        return self.shown.state

    @property
    def alarms(self) -> set[Alarm]:
        return set(self.shown.alarms)


T = 100.0
TO: dict[DoorState, Steps] = {
    DoorState.LOCKED: [],
    DoorState.UNLOCKED: [(T - 1, Event.GRANT)],
    DoorState.OPEN: [(T - 1, Event.GRANT), (T - 0.9, Event.CONTACT_OPEN)],
    DoorState.HELD_OPEN: [(T - 41, Event.GRANT), (T - 40, Event.CONTACT_OPEN)],
    DoorState.FORCED_OPEN: [(T - 1, Event.CONTACT_OPEN)],
    DoorState.HELD_UNLOCKED: [(T - 1, Event.HOLD)],
    DoorState.LOCKDOWN: [(T - 1, Event.LOCKDOWN_BEGINS)],
}
"""How each state is come to, at T."""


def brought_to(state: DoorState) -> Run:
    run = Run()
    for at_s, event in TO[state]:
        run.at(at_s, event)
    assert run.at(T - SETTLED_S, Event.TICK) is state
    return run
