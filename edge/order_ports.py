"""How the hub's orders reach the edge, and what it says of them. Does nothing, as edge/ports.py."""

from typing import Protocol

from contract.orders import Answered, Command, Desired, Modes, Reported
from edge.core.sync_events import Dropped


class Orders(Protocol):
    """What the hub orders of this edge, as the link hears it: on the event loop, unsealed. Returns at once.

    What comes back is a message that changes nothing, to be counted. The same again is none, but for a command.
    """

    def desired(self, desired: Desired) -> Dropped | None: ...

    def modes(self, modes: Modes) -> Dropped | None: ...

    def command(self, command: Command) -> Dropped | None: ...


class OrdersAnswered(Protocol):
    """How the hub hears what became of its orders. Returns at once; what is lost is not the caller's to repeat."""

    def report(self, reported: Reported) -> None:
        """`start` and `n` are filled in; said again at every connection."""
        ...

    def answer(self, answered: Answered) -> None: ...

    def resync(self) -> None:
        """Load a fresh replica beside the one that decides."""
        ...
