"""A configuration change with what it asks for done by the test, and configurations to change between."""

from collections.abc import Callable
from typing import Any

from contract.configuration import Broker, Configuration, read_document
from contract.orders import Desired, Refused
from edge.core.configuration_change import ConfigurationChange
from edge.core.configuration_events import (
    Action,
    Applied,
    Apply,
    Event,
    Fault,
    Keep,
    Kept,
    Reach,
    SelfTest,
    SelfTested,
    Stands,
    State,
)
from edge.core.saved_orders import ConfigurationOrders

UNREACHABLE_S = 120.0
REACH = Reach("everyone", Broker("127.0.0.1", 1883, tls=False))
DOOR: dict[str, Any] = {
    "name": "door",
    "kind": "door",
    "permission": "front-door",
    "device": "/dev/a",
    "relay_pin": 17,
}
ELSEWHERE = {"host": "elsewhere.example"}


def document(**changes: Any) -> dict[str, Any]:
    """Of one door; None takes a field out."""
    whole = {"hardware": {"pin_factory": "mock"}, "readers": [DOOR]} | changes
    return {field: value for field, value in whole.items() if value is not None}


def desired(generation: int, epoch: int = 7, **changes: Any) -> Desired:
    return Desired(epoch=epoch, generation=generation, document=document(**changes))


def configuration(**changes: Any) -> Configuration:
    return read_document(document(**changes))


OWN = configuration(site="own")
FAULT = Fault("GPIO 17 is taken", 'readers[0] ("door").relay_pin')


class ChangeRun:
    """`applied` are the configurations that were, `kept` what was written, `told` what went into the log.

    Faults are what the next such action meets; `at_s` moves only by hand.
    """

    def __init__(
        self, orders: ConfigurationOrders | None = None, own: Configuration | None = OWN, *, begun: bool = True
    ) -> None:
        self.change = ConfigurationChange("clubhouse", REACH, own, UNREACHABLE_S)
        self.at_s = 1_000.0
        self.applied: list[Configuration | None] = []
        self.kept: list[ConfigurationOrders] = []
        self.told: list[Action] = []
        self.faults: dict[type, list[Fault]] = {SelfTest: [], Apply: [], Keep: []}
        self.first = self.change.begin(orders or ConfigurationOrders(), self.at_s)
        if begun:
            self.do(self.first)

    @property
    def state(self) -> State:
        return self.change.state

    @property
    def stands(self) -> int:
        """The generation; 0: the edge's own."""
        stands = self.change.orders.stands
        return 0 if stands is None else stands.generation

    @property
    def refused(self) -> Refused:
        refused = self.change.orders.refused
        assert refused is not None
        return refused

    def handle(self, *events: Event) -> None:
        """Each event, and all that follows from it."""
        for event in events:
            self.do(self.change.handle(event, self.at_s))

    def do(self, actions: list[Action]) -> None:
        for action in actions:
            follow: Callable[[Fault | None], Event] | None = None
            match action:
                case SelfTest():
                    follow = SelfTested
                case Apply(applied):
                    follow = Applied
                    if not self.faults[Apply]:
                        self.applied.append(applied)
                case Keep(orders):
                    follow = Kept
                    if not self.faults[Keep]:
                        self.kept.append(orders)
                case _:
                    self.told.append(action)
            if follow is not None:
                faults = self.faults[type(action)]
                self.handle(follow(faults.pop(0) if faults else None))

    def stood(self) -> list[Stands]:
        return [each for each in self.told if isinstance(each, Stands)]
