"""Trust in time and data: how sure an edge is of its clock, and how fresh its replica has to be.

Where the states come from is the edge's (edge/core/clock_trust.py); what they mean for a decision is here.
"""

from dataclasses import dataclass
from enum import StrEnum

from contract.errors import ContractError


class TrustError(ContractError):
    """A policy that cannot be meant; the message says what is allowed."""


class ClockState(StrEnum):
    """How far an edge's clock can be believed; the best first."""

    SYNCED = "synced"
    """The kernel says synchronized, and the hub's own time is near."""
    HOLDOVER = "holdover"
    """It was synced in this boot."""
    UNKNOWN = "unknown"


_BEST_FIRST = tuple(ClockState)


@dataclass(frozen=True, slots=True)
class Trust:
    """What a reader asks of clock and replica. `replica_age_seconds_max` None: however old."""

    clock: ClockState = ClockState.UNKNOWN
    replica_age_seconds_max: int | None = None

    def __post_init__(self) -> None:
        if self.replica_age_seconds_max is not None and self.replica_age_seconds_max < 1:
            raise TrustError(f"a replica may be 1 second old or more, not {self.replica_age_seconds_max}")

    def accepts_clock(self, state: ClockState) -> bool:
        return _BEST_FIRST.index(state) <= _BEST_FIRST.index(self.clock)

    def accepts_age(self, age_s: float | None) -> bool:
        """`age_s` is elapsed time, in seconds; None: it cannot be known, which is older than any limit."""
        limit = self.replica_age_seconds_max
        return limit is None or (age_s is not None and age_s <= limit)
