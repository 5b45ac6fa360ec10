"""How long to wait before connecting again. Pure; times are seconds of the monotonic clock.

  what went before                        | the longest wait, doubled each time
  a session that lasted                   | 0.4 s
  no broker                               | from 0.4 up to 5 s
  three sessions in a row, 5 s at most    | from 1.6 up to 30 s: *crowded*

Sessions that end as they begin are what two edges of one name do to each other. A wait is anything from 0.1 s up
to the longest, so that a thousand edges do not come back as one. Only a session of a minute ends the crowd: one of
less may be the other's wait.
"""

from collections.abc import Callable
from typing import Final

_WAIT_MIN_S: Final = 0.1
_WAIT_FIRST_S: Final = 0.4
_WAIT_MAX_S: Final = 5.0
_WAIT_CROWDED_MAX_S: Final = 30.0
_SHORT_S: Final = 5.0
_LONG_S: Final = 60.0
_SHORT_TILL_CROWDED: Final = 3


class Pace:
    """`uniform` gives a random number between two, as random.uniform does."""

    def __init__(self, uniform: Callable[[float, float], float]) -> None:
        self._uniform = uniform
        self._longest_s = _WAIT_FIRST_S
        self._short = 0
        self._began_at_s = 0.0

    @property
    def is_crowded(self) -> bool:
        """Whether so many sessions ended at once that another edge may use this one's name."""
        return self._short >= _SHORT_TILL_CROWDED

    def begun(self, at_s: float) -> None:
        """The broker has taken this edge in."""
        self._began_at_s = at_s

    def ended(self, at_s: float) -> None:
        """That session is over."""
        lasted_s = at_s - self._began_at_s
        if lasted_s <= _SHORT_S:
            self._short += 1
        elif lasted_s >= _LONG_S:
            self._short = 0
        if not self.is_crowded:
            self._longest_s = _WAIT_FIRST_S
        elif self._longest_s < _WAIT_FIRST_S * 4:
            self._longest_s = _WAIT_FIRST_S * 4

    def next_wait_s(self) -> float:
        wait_s = self._uniform(_WAIT_MIN_S, self._longest_s)
        most_s = _WAIT_CROWDED_MAX_S if self.is_crowded else _WAIT_MAX_S
        self._longest_s = min(most_s, 2 * self._longest_s)
        return wait_s
