"""What was dropped, and why: counted always, logged at most once a second for each kind, with the count.

An answer that nothing asked for comes to a healthy edge too, just after a start: to what it asked before. It is
logged only where it goes on. What the hub has taken back is never logged.
"""

from collections import Counter, deque
from typing import Final

from edge.core.sync_events import CLEARED, UNASKED, Dropped
from edge.ports import Log

_QUIET_S = 1.0
_UNASKED_MAX: Final = 5
_UNASKED_WITHIN_S: Final = 60.0


class Drops:
    """A flood of broken messages must not become a flood of lines."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.counts: Counter[str] = Counter()
        """All since the start, by the word that says why."""
        self._untold: Counter[tuple[str, str]] = Counter()
        self._texts: dict[tuple[str, str], str] = {}
        self._told_at_s: dict[tuple[str, str], float] = {}
        self._unasked_at_s: deque[float] = deque()

    def count(self, dropped: Dropped, at_s: float) -> None:
        """`at_s` is monotonic seconds."""
        kind = (dropped.what, dropped.why)
        self.counts[dropped.why] += 1
        worth_telling = self._unasked(at_s) if dropped.why == UNASKED else int(dropped.why != CLEARED)
        if worth_telling:
            self._untold[kind] += worth_telling
            self._texts[kind] = dropped.text
            self._tell(kind, at_s)

    def tick(self, at_s: float) -> None:
        """What came while a kind was quiet is told too, a second later at the earliest."""
        for kind in list(self._untold):
            self._tell(kind, at_s)

    def _unasked(self, at_s: float) -> int:
        """How many answers that nothing asked for are to be told now: none, or all that came within the minute."""
        self._unasked_at_s.append(at_s)
        while at_s - self._unasked_at_s[0] >= _UNASKED_WITHIN_S:
            self._unasked_at_s.popleft()
        if len(self._unasked_at_s) <= _UNASKED_MAX:
            return 0
        count = len(self._unasked_at_s)
        self._unasked_at_s.clear()
        return count

    def _tell(self, kind: tuple[str, str], at_s: float) -> None:
        if at_s - self._told_at_s.get(kind, -_QUIET_S) >= _QUIET_S:
            self._told_at_s[kind] = at_s
            what, why = kind
            self._log("dropped", what=what, why=why, text=self._texts[kind], count=self._untold.pop(kind))
