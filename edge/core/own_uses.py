"""An edge's own uses that its replica may not hold yet: the newest facts there are about limits.

A use is here from the decision that counted it until the replica has passed the feed position that the hub's ack
named, in the ack's epoch. A use that is here and in the replica is counted once, since facts are a union by id; so
it may stay too long, and must never leave too early.
"""

from dataclasses import dataclass

from contract.facts import Position
from contract.limits import Use
from contract.messages import Ack


@dataclass(slots=True)
class _Own:
    """`sequence` is the journal's, None until the use is on disk."""

    use: Use
    sequence: int | None


class OwnUses:
    """Pure. Everything is keyed by a use's id, which is the check-in's."""

    def __init__(self) -> None:
        self._own: dict[bytes, _Own] = {}
        self._of_customer: dict[int, dict[bytes, Use]] = {}
        self._acked_at: dict[bytes, tuple[int, int]] = {}
        self._ack: Ack | None = None
        self._position: Position | None = None

    def add(self, use: Use, sequence: int | None = None) -> None:
        """A use that was just decided, or (with its journal's sequence) one that the journal holds."""
        if use.id not in self._own:
            self._own[use.id] = _Own(use, None)
            self._of_customer.setdefault(use.customer_id, {})[use.id] = use
        if sequence is not None:
            self.journaled(use.id, sequence)

    def journaled(self, use_id: bytes, sequence: int) -> None:
        """The use is on disk. Its ack may have come first."""
        own = self._own.get(use_id)
        if own is None:
            return
        own.sequence = sequence
        if self._ack is not None and sequence <= self._ack.upto:
            self._acked_at[use_id] = (self._ack.epoch, self._ack.sequence)
            self._let_go()

    def remove(self, use_id: bytes) -> None:
        """The use could not be recorded, so it did not happen."""
        own = self._own.pop(use_id, None)
        self._acked_at.pop(use_id, None)
        if own is not None:
            of_customer = self._of_customer[own.use.customer_id]
            del of_customer[use_id]
            if not of_customer:
                del self._of_customer[own.use.customer_id]

    def acked(self, ack: Ack) -> None:
        """The hub has committed the journal up to `ack.upto`. Acks of an epoch that is over change nothing."""
        if self._ack is not None and ack.epoch < self._ack.epoch:
            return
        self._ack = ack
        for use_id, own in self._own.items():
            if own.sequence is not None and own.sequence <= ack.upto:
                self._remember(use_id, ack)
            elif self._acked_at.get(use_id, (0, 0))[0] == ack.epoch:
                del self._acked_at[use_id]  # a hub that has less than it once acked
        self._let_go()

    def forget_acks(self) -> None:
        """The journal has another id: what was acked of it counts no more, until it is acked again."""
        self._ack = None
        self._acked_at.clear()

    def passed(self, position: Position) -> None:
        """The replica that decides stands at `position`, for every look-up from now on."""
        self._position = position
        self._let_go()

    def hold_all(self) -> None:
        """Another replica is about to decide: nothing leaves until it is `passed`."""
        self._position = None

    def of(self, customer_id: int) -> tuple[Use, ...]:
        return tuple(self._of_customer.get(customer_id, {}).values())

    def __len__(self) -> int:
        return len(self._own)

    def _remember(self, use_id: bytes, ack: Ack) -> None:
        """The first ack of an epoch names the earliest position; later ones are as true, and later."""
        epoch, _ = self._acked_at.get(use_id, (0, 0))
        if epoch < ack.epoch:
            self._acked_at[use_id] = (ack.epoch, ack.sequence)

    def _let_go(self) -> None:
        position = self._position
        if position is None:
            return
        for use_id, (epoch, sequence) in list(self._acked_at.items()):
            if epoch == position.epoch and sequence <= position.sequence:
                self.remove(use_id)
