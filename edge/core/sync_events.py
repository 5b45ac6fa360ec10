"""What the replica's sync hears, what it asks for and its states: the vocabulary of edge/core/replica_sync.py.

Head, Live and Page come as they are in contract/messages.py. Digests are integers here.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from contract.facts import Position
from contract.feed import Row
from contract.messages import Head, Live, Page


class State(Enum):
    FOLLOWING = "following"
    CATCHING_UP = "catching_up"
    LOADING = "loading"
    PROVING = "proving"
    RESTING = "resting"


# Events


@dataclass(frozen=True, slots=True)
class Connected:
    """The broker has confirmed the subscriptions: whatever is said from now on is heard."""


@dataclass(frozen=True, slots=True)
class Disconnected:
    pass


@dataclass(frozen=True, slots=True)
class Applied:
    """An Apply is done: the whole replica stands at `upto` with `digest`."""

    upto: int
    digest: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """A Load is done."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A FinishFresh is done. `exact`: the fresh replica decides from now on; else it is gone."""

    exact: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """An action could not be done, and all those behind it were dropped. The whole replica is as it was."""


@dataclass(frozen=True, slots=True)
class ReplicaLost:
    """The whole replica is damaged: there is none any more."""


@dataclass(frozen=True, slots=True)
class ReplicaInexact:
    """A recount from disk gave another digest than the one that is kept with it."""


@dataclass(frozen=True, slots=True)
class Resync:
    """Somebody wants a fresh replica beside the one that decides."""


@dataclass(frozen=True, slots=True)
class Tick:
    """About a second has passed."""


Circumstance = Connected | Disconnected | Failed | ReplicaLost | ReplicaInexact | Resync | Tick
Event = Head | Live | Page | Applied | Loaded | Finished | Circumstance

# Actions. Apply, StartFresh, Load and FinishFresh are done one after another, in this order.


@dataclass(frozen=True, slots=True)
class SendPull:
    """Ask for rows after `after`. `epoch` 0: of whatever epoch there is; `began` as in contract/messages.py."""

    epoch: int
    after: int
    nonce: bytes
    began: int = 0


@dataclass(frozen=True, slots=True)
class Apply:
    rows: list[Row]
    upto: int


@dataclass(frozen=True, slots=True)
class StartFresh:
    epoch: int
    head: int


@dataclass(frozen=True, slots=True)
class Load:
    rows: list[Row]
    upto: int


@dataclass(frozen=True, slots=True)
class FinishFresh:
    """`position` is where the fresh replica stands when it is exact."""

    position: Position
    digest: int


@dataclass(frozen=True, slots=True)
class NewEpoch:
    """The hub's feed is of a newer epoch than what this edge followed."""


UNASKED: Final = "unasked"
"""Why an answer changed nothing that no question is out for: one to an earlier session's, or the second to one."""
CLEARED: Final = "cleared"
"""Why an empty message changed nothing: the hub took back what the broker kept, as when it enrols an edge anew."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """A message changed nothing; `why`: one word, for counters, `text` in words, for the log."""

    what: str
    text: str
    why: str = "unfit"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The replica is not what the hub has; for the log. A fresh one follows."""

    position: Position


Action = SendPull | Apply | StartFresh | Load | FinishFresh | NewEpoch | Dropped | Mismatch


# What an answer says beside its rows


@dataclass(frozen=True, slots=True)
class Answer:
    """The hub has answered what was asked at `asked_s` (monotonic seconds, when it was first sent).

    `at_us` is its time then, if it said it. `head` is where the replica will be whole; None: more is to come.
    """

    asked_s: float
    at_us: int | None
    head: Position | None
