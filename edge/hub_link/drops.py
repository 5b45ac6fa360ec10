"""What was dropped, and why: counted always, logged at most once a second for each kind, with the count."""

from collections import Counter

from edge.core.sync_events import Dropped
from edge.ports import Log

_QUIET_S = 1.0


class Drops:
    """A flood of broken messages must not become a flood of lines."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._untold: Counter[str] = Counter()
        self._told_at_s: dict[str, float] = {}

    def count(self, dropped: Dropped, at_s: float) -> None:
        """`at_s` is monotonic seconds."""
        what = dropped.what
        self._untold[what] += 1
        if at_s - self._told_at_s.get(what, -_QUIET_S) >= _QUIET_S:
            self._told_at_s[what] = at_s
            self._log("dropped", what=what, why=dropped.why, count=self._untold.pop(what))
