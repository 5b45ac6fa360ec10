"""What only rises: how far each sender has come with each kind of message, so that no old one counts again.

A seal says who and where; a sealed message can still be kept back and said again. Whatever changes something is
held by one of three: a mark that rises, the nonce of a question still open, or the place in a sequence that it
continues. A mark is (epoch, n), compared as such; a restored hub begins an epoch above every earlier one.

To the edge:
    Head        (epoch, at_us), not below the one heard before, in memory. Its epoch is a floor that is kept, as
                mark `head` of the feed: (epoch, 0)
    Live        after/upto: only where `after` <= position < `upto`, in the epoch held; elsewhere a gap, so a pull
    Page        nonce: of the open pull, once; and its after/upto
    Ack         (epoch, upto) of its journal and feed, not below the one that the journal keeps: a batch may be
                lost. One of before a restore would make an edge forget what the restored hub has lost
    Confirmed   nonce: of the open confirm, once; and its check-in's id
    Rotation    generation: above the current key's, and sealed by the current key (contract/seal.py)
    EnrolAnswer the request's digest (contract/enrolment.py)
    Desired     (epoch, generation), above the highest that was settled; kept beside the configuration that stands
    Modes       (epoch, generation), above those that stand, which are kept with theirs
    Command     mark `command`: (epoch, number), above, on disk before it acts; and its expiry
                All three: of no epoch below that of the enrolment (contract/enrolment.py, `orders_epoch`)
To the hub:
    CheckIns    (edge, journal, sequence) and the id: counted once, however often it comes
    Pull        nothing: it only asks
    Confirm     the check-in's id and instant: settled or lapsed once, an old one reserves nothing again
    Presence, Reported, Telemetry
                mark of that name: (start, n), above; the same again is the broker's retained copy, and no news
    Answered    the number of an open command, once

Marks outlive replica.db: they are kept beside the keys. This knows no clock, no file and no message's fields.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from contract.errors import ContractError

HEAD: Final = "head"
COMMAND: Final = "command"
REPORTED: Final = "reported"
PRESENCE: Final = "presence"
TELEMETRY: Final = "telemetry"
POSITION: Final = "position"
"""How far the whole replica of a feed has come: (epoch, sequence). A rebuilt one decides only from there on."""


class HighWaterError(ContractError):
    """A mark that would go back."""


class Mark(NamedTuple):
    """How far a sender has come: `n` counts within its `epoch`. Compared in this order."""

    epoch: int
    n: int


class Reached(NamedTuple):
    """One mark as a file keeps it. `sender` is the name of a feed or an edge, or "hub"; `kind` as in the table."""

    sender: str
    kind: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class HighWater:
    """The marks reached so far; a value: `raised` gives a new one."""

    _marks: Mapping[tuple[str, str], Mark] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, reached: Iterable[Reached]) -> "HighWater":
        """The marks that a file kept; of several for one sender and kind the highest."""
        marks: dict[tuple[str, str], Mark] = {}
        for sender, kind, mark in reached:
            marks[sender, kind] = max(mark, marks.get((sender, kind), mark))
        return cls(MappingProxyType(marks))

    def reached(self) -> tuple[Reached, ...]:
        """All marks, in one order, for a file."""
        return tuple(Reached(sender, kind, mark) for (sender, kind), mark in sorted(self._marks.items()))

    def accepts(self, sender: str, kind: str, mark: Mark, *, again: bool = False) -> bool:
        """Whether `mark` lies above what the sender has reached; `again`: or is the same once more."""
        highest = self._marks.get((sender, kind))
        return highest is None or mark > highest or (again and mark == highest)

    def raised(self, sender: str, kind: str, mark: Mark) -> "HighWater":
        """The marks once a message of `mark` has had its effect. HighWaterError where it lies below."""
        if not self.accepts(sender, kind, mark, again=True):
            raise HighWaterError(f"{kind} of {sender} would go back from {self._marks[sender, kind]} to {mark}")
        return HighWater(MappingProxyType({**self._marks, (sender, kind): mark}))
