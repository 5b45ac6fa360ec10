"""How a configuration that the hub desires comes to stand, or not. A pure state machine: events in, actions out.

The rules:
- One change at a time: read, tested, applied whole, kept on disk; then it stands. Of those that come meanwhile the
  newest is taken up after it.
- Whatever fails, what stood before stands, and the hub is told which step failed and why.
- What changes how the edge reaches its hub (broker, feed) is tried: unless the hub answers a question in time
  (contract.orders.UNREACHABLE_S), what was good before is put back. A start of this software begins that time
  anew, STARTS_MAX times.
- A mark, (epoch, generation), that was settled is not tried again, whatever came of it.
- What stands and cannot be applied (a pin that another program has taken) is applied again at each Tick; until
  then it is told as refused.
- What stands and cannot be read any more (this software is older than the one that took it) is kept and told as
  refused; the edge's own is applied meanwhile.

  state     | what goes on                                   | then
  STANDS    | nothing                                        | TESTING
  TRYING    | what stands has not reached its hub yet        | STANDS, TESTING, RESTORING (taken back)
  BROKEN    | what stands could not be applied               | RESTORING, TESTING
  TESTING   | ports are opened and pins claimed, one by one  | APPLYING, or at rest (refused)
  APPLYING  | the difference is being applied                | KEEPING, or at rest (refused)
  KEEPING   | it is being written                            | STANDS or TRYING, RESTORING (refused)
  RESTORING | what stands is being applied                   | STANDS or TRYING, BROKEN

At rest is STANDS, TRYING or BROKEN. What an event does not say of a state changes nothing there.
"""

from typing import Final

from msgspec.structs import replace

from contract.configuration import Configuration, ConfigurationError
from contract.orders import PLACE_LETTERS_MAX, WORDS_LETTERS_MAX, Desired, Refused, digest_of
from edge.core.configuration_events import (
    Action,
    Applied,
    Apply,
    Begin,
    Event,
    Fault,
    HubAnswered,
    Keep,
    Kept,
    Reach,
    SelfTest,
    SelfTested,
    Stands,
    State,
    Tick,
)
from edge.core.floors import stale
from edge.core.saved_orders import ConfigurationOrders, configuration_for, mark_of

STARTS_MAX: Final = 3
"""An edge that is switched off and on again and again goes back too."""


class ConfigurationChange:
    """`handle` takes an event and the monotonic time, and returns what to do."""

    def __init__(self, edge: str, reach: Reach, own: Configuration | None, unreachable_s: float) -> None:
        """Name and `reach` as it was enrolled; the edge's own configuration, if it has one."""
        self._edge = edge
        self._enrolled = reach
        self._own = own
        self._unreachable_s = unreachable_s
        self._orders = ConfigurationOrders()
        self._heard = self._orders.heard
        self._state = State.RESTORING
        self._broken = False
        self._unread: Refused | None = None
        self._unapplied: Refused | None = None
        self._candidate: tuple[Desired, Configuration] | None = None
        self._next: Desired | None = None
        self._tried_since_s = 0.0
        self._actions: list[Action] = []

    @property
    def state(self) -> State:
        return self._state

    @property
    def orders(self) -> ConfigurationOrders:
        """As they are to be kept."""
        return self._orders

    @property
    def standing(self) -> Desired | None:
        """What the edge goes by. None: its own, or none at all."""
        return self._orders.stands if self._unread is None and self._unapplied is None else None

    @property
    def refused(self) -> Refused | None:
        """The newest that does not stand."""
        return max((self._unread, self._unapplied, self._orders.refused), key=mark_of)

    def begin(self, orders: ConfigurationOrders, at_s: float) -> list[Action]:
        """What was kept, as this software starts."""
        self._orders = orders
        self._heard = orders.heard
        return self.handle(Begin(), at_s)

    def handle(self, event: Event, at_s: float) -> list[Action]:
        self._actions = []
        match event:
            case Desired():
                self._hear(event)
            case Begin():
                self._begin(at_s)
            case SelfTested(fault) if self._state is State.TESTING:
                self._note_tested(fault)
            case Applied(fault) if self._state is State.APPLYING:
                self._note_applied(fault)
            case Applied(fault) if self._state is State.RESTORING:
                self._note_restored(fault)
            case Kept(fault) if self._state is State.KEEPING:
                self._note_kept(fault, at_s)
            case HubAnswered() if self._state is State.TRYING:
                self._reached()
            case Tick():
                self._note_time(at_s)
        return self._actions

    # What the hub desires

    def _hear(self, desired: Desired) -> None:
        mark = mark_of(desired)
        newest = max(self._heard, mark_of(self._next))
        if mark < newest:
            self._actions.append(stale("desired"))
        elif mark > newest and self._state in (State.STANDS, State.TRYING, State.BROKEN):
            self._consider(desired)
        elif mark > newest:
            self._next = desired

    def _consider(self, desired: Desired) -> None:
        self._heard = mark_of(desired)
        try:
            configuration = configuration_for(self._edge, desired.document)
        except ConfigurationError as error:
            self._refuse(desired, "validate", Fault(str(error), error.field))
            self._come_to_rest()
            return
        self._candidate = (desired, configuration)
        self._state = State.TESTING
        self._actions.append(SelfTest(configuration))

    def _note_tested(self, fault: Fault | None) -> None:
        desired, configuration = self._changing()
        if fault is None:
            self._state = State.APPLYING
            self._actions.append(Apply(configuration))
            return
        self._refuse(desired, "self_test", fault)
        self._come_to_rest()

    def _note_applied(self, fault: Fault | None) -> None:
        desired, configuration = self._changing()
        if fault is None:
            self._broken = False
            self._state = State.KEEPING
            self._actions.append(Keep(self._with(desired, configuration)))
            return
        self._broken = self._broken or fault.broken
        self._refuse(desired, "apply", fault)
        self._come_to_rest()

    def _note_kept(self, fault: Fault | None, at_s: float) -> None:
        desired, configuration = self._changing()
        if fault is None:
            self._orders = self._with(desired, configuration)
            self._unread = self._unapplied = None
            self._tried_since_s = at_s
            self._actions.append(Stands(desired, self._orders.trying))
            self._come_to_rest()
            return
        self._refuse(desired, "apply", fault)
        self._restore()

    def _with(self, desired: Desired, configuration: Configuration) -> ConfigurationOrders:
        """The orders once it stands: tried, where it reaches the hub in another way than what was good before."""
        good = self._orders.good if self._orders.trying else self._orders.stands
        trying = self._reach(configuration) != self._reach(self._read(good)[0])
        return ConfigurationOrders(
            heard=self._heard,
            stands=desired,
            trying=trying,
            good=good if trying else None,
            refused=self._orders.refused,
        )

    # What was applied before

    def _begin(self, at_s: float) -> None:
        self._tried_since_s = at_s
        if self._orders.trying:
            self._orders = replace(self._orders, starts=self._orders.starts + 1)
            if self._orders.starts > STARTS_MAX:
                self._take_back(f"the hub was not reached, and the edge started {STARTS_MAX} times meanwhile")
                return
            _, unread = self._read(self._orders.stands)
            if unread is not None:
                self._take_back(unread.why, unread.step)
                return
            self._actions.append(Keep(self._orders))
        self._restore()

    def _note_restored(self, fault: Fault | None) -> None:
        self._broken = fault is not None
        if fault is not None and self._orders.trying:
            self._take_back(fault.why)
            return
        self._note_unapplied(fault)
        self._come_to_rest()

    def _note_unapplied(self, fault: Fault | None) -> None:
        known, stands = self._unapplied, None if self._unread else self._orders.stands
        self._unapplied = None if fault is None or stands is None else _refused(stands, "apply", fault)
        if self._unapplied is not None and self._unapplied != known:
            self._actions.append(self._unapplied)

    def _reached(self) -> None:
        self._orders = replace(self._orders, trying=False, good=None, starts=0)
        self._actions += [Keep(self._orders), Stands(self._orders.stands, trying=False)]
        self._come_to_rest()

    def _note_time(self, at_s: float) -> None:
        if self._state is State.BROKEN:
            self._restore()
        elif self._state is State.TRYING and at_s - self._tried_since_s >= self._unreachable_s:
            self._take_back(f"the hub was not reached within {self._unreachable_s:g} s")

    def _take_back(self, why: str, step: str = "unreachable") -> None:
        stood = self._orders.stands
        self._orders = replace(self._orders, stands=self._orders.good, good=None, trying=False, starts=0)
        assert stood is not None  # what is tried was desired
        self._refuse(stood, step, Fault(why))
        self._actions.append(Stands(self._orders.stands, trying=False))
        self._restore()

    # Small steps

    def _changing(self) -> tuple[Desired, Configuration]:
        assert self._candidate is not None
        return self._candidate

    def _refuse(self, desired: Desired, step: str, fault: Fault) -> None:
        refused = _refused(desired, step, fault)
        newest = max(refused, self._orders.refused, key=mark_of)
        self._orders = replace(self._orders, heard=self._heard, refused=newest)
        self._actions += [refused, Keep(self._orders)]

    def _restore(self) -> None:
        self._state = State.RESTORING
        known = self._unread
        configuration, self._unread = self._read(self._orders.stands)
        if self._unread is not None and self._unread != known:
            self._actions.append(self._unread)
        self._actions.append(Apply(configuration))

    def _come_to_rest(self) -> None:
        self._candidate = None
        at_rest = State.TRYING if self._orders.trying else State.STANDS
        self._state = State.BROKEN if self._broken else at_rest
        desired, self._next = self._next, None
        if desired is not None:
            self._consider(desired)

    def _read(self, desired: Desired | None) -> tuple[Configuration | None, Refused | None]:
        """As it was read when it came; where this software reads it no more, the edge's own, and why."""
        if desired is None:
            return self._own, None
        try:
            return configuration_for(self._edge, desired.document), None
        except ConfigurationError as error:
            return self._own, _refused(desired, "validate", Fault(str(error), error.field))

    def _reach(self, configuration: Configuration | None) -> Reach:
        return self._enrolled if configuration is None else self._enrolled.as_configured(configuration)


def _refused(desired: Desired, step: str, fault: Fault) -> Refused:
    return Refused(
        epoch=desired.epoch,
        generation=desired.generation,
        step=step,
        field=None if fault.field is None else fault.field[:PLACE_LETTERS_MAX],
        why=fault.why[:WORDS_LETTERS_MAX],
        document=digest_of(desired.document),
    )
