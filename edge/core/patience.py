"""How long to rest after a fault, so that what cannot be mended at once is not tried without end."""

from typing import Final

_REST_MIN_S: Final = 5.0
_REST_MAX_S: Final = 300.0
"""A fresh replica costs a hub the whole feed: an edge that never gets it right takes one in five minutes."""
_FAULTS_TILL_THOROUGH: Final = 3


class Patience:
    """Counts faults in a row. Times are seconds of the monotonic clock."""

    def __init__(self) -> None:
        self._faults = 0
        self._rest_until_s = 0.0

    def fault(self, at_s: float) -> None:
        """The first fault costs no rest, the second 5 s, then twice as long each, up to 300 s."""
        rest_s = min(_REST_MAX_S, _REST_MIN_S * 2 ** (self._faults - 1)) if self._faults else 0.0
        self._faults += 1
        self._rest_until_s = at_s + rest_s

    def right(self) -> None:
        """Something was proven right: the next fault is a first one."""
        self._faults = 0

    def rested(self, at_s: float) -> bool:
        return at_s >= self._rest_until_s

    @property
    def exhausted(self) -> bool:
        """Whether so many faults came in a row that only the thorough way is left."""
        return self._faults >= _FAULTS_TILL_THOROUGH
