"""What an edge did itself and its replica may not hold yet, by key: how long each of it stays.

Something is here from the decision that made it until the replica has passed the feed position that the hub's ack
of its journal row named, in the ack's feed and epoch. Facts are a union by id, so it may stay too long, and must
never leave too early. Pure; knows nothing of what is kept.
"""

from collections.abc import Callable

from contract.facts import Position
from contract.messages import Ack


class Unpassed:
    """`let_go` is called with the key of whatever the replica has passed."""

    def __init__(self, let_go: Callable[[bytes], None]) -> None:
        self._let_go = let_go
        self._sequence: dict[bytes, int | None] = {}
        self._acked_at: dict[bytes, Position] = {}
        self._ack: Ack | None = None
        self._position: Position | None = None

    def hold(self, key: bytes, sequence: int | None) -> None:
        """`sequence` is the journal's, None until the row is on disk."""
        self._sequence.setdefault(key, None)
        if sequence is not None:
            self.journaled(key, sequence)

    def journaled(self, key: bytes, sequence: int) -> None:
        """The row is on disk. Its ack may have come first."""
        if key not in self._sequence:
            return
        self._sequence[key] = sequence
        if self._ack is not None and sequence <= self._ack.upto:
            self._acked_at[key] = _position_of(self._ack)
            self._let_go_passed()

    def drop(self, key: bytes) -> None:
        """It is of no more interest."""
        self._sequence.pop(key, None)
        self._acked_at.pop(key, None)

    def acked(self, ack: Ack) -> None:
        """The hub has committed the journal up to `ack.upto`. Acks of an epoch that is over change nothing."""
        if self._ack is not None and ack.feed == self._ack.feed and ack.epoch < self._ack.epoch:
            return
        self._ack, at = ack, _position_of(ack)
        for key, sequence in self._sequence.items():
            if sequence is not None and sequence <= ack.upto:
                self._remember(key, at)
            elif _is_of_epoch(self._acked_at.get(key), at):
                del self._acked_at[key]  # a hub that has less than it once acked
        self._let_go_passed()

    def forget_acks(self) -> None:
        """The journal has another id: what was acked of it counts no more, until it is acked again. Nor do the
        places that rows had in it: they are journaled anew."""
        self._ack = None
        self._acked_at.clear()
        self._sequence = dict.fromkeys(self._sequence)

    def passed(self, position: Position) -> None:
        """The replica that decides stands at `position`, for every look-up from now on."""
        self._position = position
        self._let_go_passed()

    def hold_all(self) -> None:
        """Another replica is about to decide: nothing leaves until it is `passed`."""
        self._position = None

    def __len__(self) -> int:
        return len(self._sequence)

    def _remember(self, key: bytes, at: Position) -> None:
        """The first ack of an epoch names the earliest position; later ones are as true, and later."""
        known = self._acked_at.get(key)
        if known is None or known.feed != at.feed or known.epoch < at.epoch:
            self._acked_at[key] = at

    def _let_go_passed(self) -> None:
        position = self._position
        if position is None:
            return
        for key, at in list(self._acked_at.items()):
            if _is_of_epoch(at, position) and at.sequence <= position.sequence:
                self.drop(key)
                self._let_go(key)


def _position_of(ack: Ack) -> Position:
    return Position(ack.feed, ack.epoch, ack.sequence)


def _is_of_epoch(at: Position | None, other: Position) -> bool:
    return at is not None and (at.feed, at.epoch) == (other.feed, other.epoch)
