"""What the worker says, before it is sealed, and what it needs of the connection to the broker."""

from dataclasses import dataclass
from typing import Final, Protocol


@dataclass(frozen=True, slots=True)
class Outgoing:
    """`retained`: the broker keeps it for those who come later."""

    topic: str
    payload: bytes
    retained: bool = False


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
