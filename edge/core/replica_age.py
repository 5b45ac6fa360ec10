"""How old the replica is: elapsed time since the hub was asked and said what the replica came to hold. Pure.

It counts from the question: a broker that keeps the answer back makes the replica no younger. `at_s` is elapsed
time of this boot, suspension included, in seconds. What is said on the feed's topics proves nothing here: it may
be an old message.
"""

from contract.facts import Position
from edge.core.sync_events import State


class ReplicaAge:
    def __init__(self, whole_s: float | None = None) -> None:
        """`whole_s`: what was known of the replica in this boot, by an earlier process; None: nothing."""
        self._whole_s = whole_s
        self._claim: tuple[float, Position] | None = None

    @property
    def whole_s(self) -> float | None:
        """When the question was asked whose answer proved the replica whole and at the feed's head."""
        return self._whole_s

    def answered(self, asked_s: float, head: Position | None) -> None:
        """An answer came: with it the replica will stand at the feed's `head`; None: there is more to come."""
        if head is not None:
            self._claim = (asked_s, head)

    def stands(self, position: Position | None, state: State) -> None:
        """Where the whole replica stands, and what its sync does: at rest it was refuted, or could not be moved
        on; while a fresh one is loaded, the old one's position proves nothing."""
        if state is State.RESTING:
            self._claim = None
        if position is None:
            self._whole_s = None
        elif self._claim is not None and state in (State.FOLLOWING, State.CATCHING_UP):
            asked_s, head = self._claim
            if (position.epoch, position.sequence) >= (head.epoch, head.sequence):
                self._whole_s, self._claim = asked_s, None

    def age_s(self, at_s: float) -> float | None:
        """Seconds; None: it cannot be known, or there is no whole replica."""
        return None if self._whole_s is None else max(0.0, at_s - self._whole_s)
