"""Following check-ins by their numbers as they are committed, without missing one. Its query is handed to it.

With several workers on PostgreSQL numbers are given out before they are committed, so a higher one can stand
before a lower one does. Numbers that were skipped are asked for again for a while: some of them still come.
"""

from collections.abc import Callable, Iterable

from hub.checkins.models import CheckIn

SKIPPED_FOR_S = 60.0
"""A transaction that takes longer than this is none of ingest's."""
SKIPPED_MAX = 2_000


class Follower:
    """`arrived_after(number, and_among)` is that of queries.py. Times are monotonic seconds."""

    def __init__(self, number: int, arrived_after: Callable[[int, Iterable[int]], list[CheckIn]]) -> None:
        self._number = number
        self._arrived_after = arrived_after
        self._skipped: dict[int, float] = {}

    def next(self, at_s: float) -> list[CheckIn]:
        """What has come since the last call."""
        found = self._arrived_after(self._number, tuple(self._skipped))
        for checkin in found:
            self._skipped.pop(checkin.number, None)
            self._skip_to(checkin.number, at_s)
        self._forget(at_s)
        return found

    def _skip_to(self, number: int, at_s: float) -> None:
        if number > self._number:
            first = max(self._number + 1, number - SKIPPED_MAX)
            self._skipped.update(dict.fromkeys(range(first, number), at_s))
            self._number = number

    def _forget(self, at_s: float) -> None:
        old = [number for number, since_s in self._skipped.items() if at_s - since_s > SKIPPED_FOR_S]
        excess = len(self._skipped) - len(old) - SKIPPED_MAX
        for number in old + sorted(self._skipped.keys() - set(old))[: max(0, excess)]:
            del self._skipped[number]
