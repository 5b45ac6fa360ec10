"""What the link asks of what carries its messages, and what it hears from it. Carries bytes, knows no message."""

from dataclasses import dataclass
from typing import Protocol

from contract.keys import Trusted
from contract.messages import Ack, Confirmed, Head, Live, Page
from contract.orders import Command, Desired, Modes
from edge.core.sync_events import Connected, Dropped


@dataclass(frozen=True, slots=True)
class NoBroker:
    """An attempt to connect failed; `why` in words, `hint` at what to do where more is known."""

    why: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class SessionLost:
    """A session is over; `crowded` as in pace.py."""

    why: str
    crowded: bool


@dataclass(frozen=True, slots=True)
class HubKey:
    """The hub's key is another from now on, and on disk."""

    trusted: Trusted


@dataclass(frozen=True, slots=True)
class HubKeyNotKept:
    """The hub's next key could not be put on disk: it does not count yet."""

    why: str


Order = Desired | Modes | Command
News = Ack | Confirmed | Head | Live | Page | Order
Heard = NoBroker | SessionLost | Connected | Dropped | HubKey | HubKeyNotKept | News


class Transport(Protocol):
    """One broker, connected to for ever. Whoever implements it calls `Mail.will` before each attempt, subscribes
    to `Mail.topics`, hands what comes in to `Mail.read`, and what that gives to the event loop, in order."""

    def start(self) -> None:
        """Begin to connect, and go on for ever; returns at once."""
        ...

    def keep_running(self) -> None:
        """Called every second."""
        ...

    def publish(self, topic: str, payload: bytes, retain: bool) -> None:
        """Send as soon as the connection allows. What it loses is the caller's to repeat."""
        ...

    async def say_last(self, topic: str, payload: bytes) -> None:
        """Before `stop`: retained, in place of the will."""
        ...

    async def stop(self) -> None:
        """Leave the broker, for good."""
        ...
