"""What time it is to the connection's thread: what the event loop last said of it, once a second or so, and at
each answer of the hub."""

from dataclasses import dataclass
from datetime import datetime

from contract.facts import Position
from contract.trust import ClockState
from edge.core.sync_events import Answer, State
from edge.ports import TrustSource


@dataclass(frozen=True, slots=True)
class Known:
    """`at`: the instant to judge by; `floor`: one that has surely passed, if any is known. `answers`: how often
    the hub has told its time since this began."""

    at: datetime
    floor: datetime | None
    state: ClockState
    answers: int = 0


class LinkTime:
    """`known` may be read in any thread."""

    def __init__(self, trust: TrustSource) -> None:
        self._trust = trust
        self._answers = 0
        self.known = self._ask()

    def note(self) -> None:
        """On the event loop."""
        self.known = self._ask()

    def note_sync(self, answer: Answer | None, position: Position | None, state: State) -> None:
        """As ports.TrustSource says. On the event loop."""
        self._trust.note_sync(answer, position, state)
        if answer is not None and answer.at_us is not None:
            self._answers += 1
            self.note()

    def _ask(self) -> Known:
        return Known(self._trust.now(), self._trust.floor(), self._trust.clock_state(), self._answers)
