"""What time it is to the connection's thread: what the event loop last said of it, once a second or so."""

from dataclasses import dataclass
from datetime import datetime

from contract.trust import ClockState
from edge.ports import TrustSource


@dataclass(frozen=True, slots=True)
class Known:
    """`at`: the instant to judge by; `floor`: one that has surely passed, if any is known."""

    at: datetime
    floor: datetime | None
    state: ClockState


class LinkTime:
    """`known` may be read in any thread."""

    def __init__(self, trust: TrustSource) -> None:
        self._trust = trust
        self.known = self._ask()

    def note(self) -> None:
        """On the event loop."""
        self.known = self._ask()

    def _ask(self) -> Known:
        return Known(self._trust.now(), self._trust.floor(), self._trust.clock_state())
