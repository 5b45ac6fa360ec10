"""What is known when a decision is made: the facts about one card, its holder, and where it was asked.

Facts come from rows of a feed (contract/gathering.py) and, on an edge, from what it knows itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from contract.ask import Direction
from contract.hours import Schedule, Site
from contract.limits import Use
from contract.membership import Membership, Plan


@dataclass(frozen=True, slots=True)
class Card:
    """`valid_from` and `valid_until` are dates of the card's own, apart from any membership's."""

    customer_id: int
    revoked: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class HeldMembership:
    """A membership that serves the customer: their own, or one inherited from a company."""

    membership: Membership
    plan: Plan


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a feed facts were read: rows up to `sequence` of `epoch`."""

    feed: str
    epoch: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The last time a customer went into an area or out of it. `id` is the check-in's. What staff reset counts as
    a way out."""

    id: bytes
    customer_id: int
    area: str
    direction: Direction
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about one scanned card. `position` None: there is no whole replica to look in.

    `rotating_secret`: the card's, where the feed has it. `used_steps`: steps of the card's rotating code that
    this reader has taken lately. `since_contact`: ids of this edge's own uses that its replica does
    not hold yet: what it has, came by way of the hub.
    """

    position: Position | None
    card: Card | None = None
    customer: Customer | None = None
    held: tuple[HeldMembership, ...] = ()
    uses: tuple[Use, ...] = ()
    site: Site = field(default_factory=Site)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    passages: tuple[Passage, ...] = ()
    rotating_secret: bytes | None = field(default=None, repr=False)
    used_steps: frozenset[int] = frozenset()
    since_contact: frozenset[bytes] = frozenset()
