"""The worker's part in reports: hours of check-ins that were touched are counted anew, a few a turn."""

from typing import Final

from hub.reports.rolling_operations import HOURS_AT_ONCE, roll

ROLL_EVERY_S: Final = 30.0


class Figures:
    """`at_s`: by the monotonic clock. The first is due at once."""

    def __init__(self, at_s: float) -> None:
        self._due_s = at_s

    def step(self, at_s: float) -> None:
        """The next hours, if they are due; at once again while there are more. django.db.Error."""
        if at_s >= self._due_s and roll() < HOURS_AT_ONCE:
            self._due_s = at_s + ROLL_EVERY_S
