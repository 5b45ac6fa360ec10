"""Trust in time: how far an edge's clock can be believed.

Where a state comes from is the edge's (edge/core/clock_trust.py); what it means for a decision is in decision.py.
"""

from enum import StrEnum


class ClockState(StrEnum):
    """How far a clock can be believed; the best first."""

    SYNCED = "synced"
    """The kernel says synchronized, and the hub's own time is near."""
    HOLDOVER = "holdover"
    """It was synced in this boot."""
    UNKNOWN = "unknown"

    def is_worse_than(self, other: "ClockState") -> bool:
        return _ORDER[self] > _ORDER[other]


_ORDER = {state: place for place, state in enumerate(ClockState)}
