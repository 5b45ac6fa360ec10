"""What the worker says, before it is sealed, and what it needs of the connection to the broker."""

from dataclasses import dataclass
from typing import Final, Protocol

from contract.topics import DOWN_CONFIG, DOWN_MODE, UP, down, up


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`retained`: the broker keeps it for those who come later. An empty payload is no message: it deletes what
    the broker keeps."""

    topic: str
    payload: bytes
    retained: bool = False


def deletion(topic: str) -> Outgoing:
    """Of what the broker keeps there."""
    return Outgoing(topic, b"", retained=True)


def deletions_of(edge: str) -> list[Outgoing]:
    """Of all that the broker may keep of an edge: what was ordered of it, and whatever it said as it liked."""
    ordered = [down(edge, what) for what in (DOWN_CONFIG, DOWN_MODE)]
    return [deletion(topic) for topic in (*ordered, *(up(edge, what) for what in UP))]


RESERVE: Final = 1_000
"""Of the broker's room, for what nobody asks for again."""


class Broker(Protocol):
    """What the worker needs of the connection to the broker."""

    def connected(self) -> int:
        """Which session this is, counted from 1: a new one may follow between two looks. 0: there is none."""
        ...

    def room(self) -> int:
        """How many more messages it takes while the broker has not taken those before."""
        ...

    def publish(self, message: Outgoing) -> None:
        """Sent, or lost where there is no connection or no room."""
        ...
