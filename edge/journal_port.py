"""What is asked of the journal, the edge's durable list of its own check-ins. edge/storage implements it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from contract.facts import Position
from contract.messages import Ack, CheckIn, Journaled, JournalRow, Void
from edge.core.losses import Damage
from edge.core.used_steps import UsedStep


class CannotRecord(Exception):
    """A check-in could not be kept; it is not in the journal. `why`: a word that stays the same."""

    def __init__(self, text: str, why: str = "not_kept") -> None:
        super().__init__(text)
        self.why = why


class Journal(Protocol):
    """The edge's durable list of its own check-ins."""

    @property
    def id(self) -> bytes: ...

    @property
    def set_aside(self) -> str | None:
        """The name of the damaged file that was found at the start, if one was."""
        ...

    @property
    def damage(self) -> Damage | None:
        """What became of the damaged one that this one took the place of, since the start."""
        ...

    @property
    def fault(self) -> str | None:
        """Why nothing can be kept, as of when it was last tried, in a word; None: rows are kept."""
        ...

    @property
    def is_broken(self) -> bool:
        """Whether it cannot be used as it is: it was not opened, or is damaged."""
        ...

    @property
    def acked(self) -> Ack | None:
        """The hub's last ack of this journal, as far as it was written down."""
        ...

    @property
    def first(self) -> int:
        """The sequence of the first row that it still holds; of a journal without rows, of that to come."""
        ...

    @property
    def begins(self) -> int:
        """The sequence of the first row that it ever held under its id."""
        ...

    async def heal(self) -> None:
        """Open it anew; where it is damaged, set it aside, and save what can be read of it into another one. It
        may have another id then, and other rows. CannotRecord: it is broken still."""
        ...

    async def forget(self, at: datetime, position: Position | None) -> int:
        """Drop a few rows that the hub acked 30 days before `at`, or earlier where there are very many, and that a
        replica at `position` has passed. How many; 0: there are none for now. CannotRecord."""
        ...

    async def append(self, row: Journaled) -> int:
        """On disk (fsync) when this returns, with the step of a rotating code that a check-in uses up; the
        sequence it got. CannotRecord: it could not be kept."""
        ...

    async def rows_after(self, sequence: int, limit: int) -> list[JournalRow]: ...

    async def last_sequence(self) -> int: ...

    async def acknowledge(self, ack: Ack) -> None:
        """Remember what the hub has committed, and at which feed position its uses stand."""
        ...

    async def renew(self) -> None:
        """Another id for the same rows, none of them acked: the hub knows other rows under the id it had."""
        ...

    async def own_rows_not_known_passed(self, position: Position | None) -> Iterable[tuple[int, CheckIn | Void]]:
        """Own uses, passages and voids (with their sequence, in order) that a replica at `position` may not hold
        yet."""
        ...

    async def newest_own_rows(self) -> Iterable[CheckIn | Void]:
        """The last uses, passages and voids, the newest first, as many as can matter to an undo. CannotRecord."""
        ...

    async def used_steps(self) -> Iterable[UsedStep]:
        """Steps of each card's rotating code that a reader has taken lately."""
        ...
