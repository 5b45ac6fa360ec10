"""What a change of configuration hears, asks for, and its states. The rules: edge/core/configuration_change.py."""

from dataclasses import dataclass
from enum import Enum

from contract.configuration import Broker, Configuration
from contract.orders import Desired, Refused
from edge.core.saved_orders import ConfigurationOrders
from edge.core.sync_events import Dropped


class State(Enum):
    STANDS = "stands"
    TRYING = "trying"
    BROKEN = "broken"
    TESTING = "testing"
    APPLYING = "applying"
    KEEPING = "keeping"
    RESTORING = "restoring"


@dataclass(frozen=True, slots=True)
class Reach:
    """How an edge comes to its hub: which feed it follows, and at which broker."""

    feed: str
    broker: Broker

    def as_configured(self, configuration: Configuration) -> "Reach":
        return Reach(configuration.feed or self.feed, configuration.broker or self.broker)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why something could not be done; `field` is the place in the configuration, if it is one of its fields.

    `broken`: what stood before could not be put back either.
    """

    why: str
    field: str | None = None
    broken: bool = False


# Events, beside Desired


@dataclass(frozen=True, slots=True)
class Begin:
    """This software starts."""


@dataclass(frozen=True, slots=True)
class SelfTested:
    """A SelfTest is done."""

    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """An Apply is done; after a fault what was applied before is as it was."""

    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A Keep is done; `fault`: the disk has what it had."""

    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class HubAnswered:
    """The hub has answered a question that was asked as what stands says how to reach it."""


@dataclass(frozen=True, slots=True)
class Tick:
    """About a second has passed."""


Event = Desired | Begin | SelfTested | Applied | Kept | HubAnswered | Tick

# Actions: SelfTest, Apply and Keep are done one after another, in this order


@dataclass(frozen=True, slots=True)
class SelfTest:
    configuration: Configuration


@dataclass(frozen=True, slots=True)
class Apply:
    """None: nothing is configured."""

    configuration: Configuration | None


@dataclass(frozen=True, slots=True)
class Keep:
    orders: ConfigurationOrders


@dataclass(frozen=True, slots=True)
class Stands:
    """For the log: another one stands."""

    desired: Desired | None
    trying: bool


Action = SelfTest | Apply | Keep | Stands | Refused | Dropped
