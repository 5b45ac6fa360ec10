"""When something that was sent and is not answered is sent again. Pure; times are seconds of the monotonic clock.

  what is known since it was last sent  | it is overdue after
  nothing was heard from the hub        | 5 s
  the hub has said its head             | 0.5 s the first time, then 1, 2, 4, 5 s

A hub says its head whenever it has come back: what was sent before is lost. It does so too whenever its feed
moves, thus each time costs twice the patience of the last: a hub that is slow because it is busy is not flooded.
"""

from typing import Final

ANSWER_WITHIN_S: Final = 5.0
"""A hub answers in tens of milliseconds; one that is silent this long has lost the question or is down."""
HEARD_WITHIN_S: Final = 0.5
"""The same, of a hub that is known to speak."""


class Overdue:
    def __init__(self) -> None:
        self._sent_at_s = 0.0
        self._heard = False
        self._heard_within_s = HEARD_WITHIN_S

    def begin(self, at_s: float) -> None:
        """Something new is out, or what is out makes progress."""
        self._sent_at_s = at_s
        self._heard = False
        self._heard_within_s = HEARD_WITHIN_S

    def repeat(self, at_s: float) -> None:
        """It was sent again."""
        if self._heard:
            self._heard_within_s = min(2 * self._heard_within_s, ANSWER_WITHIN_S)
        self._sent_at_s = at_s
        self._heard = False

    def hear(self) -> None:
        """The hub has said its head."""
        self._heard = True

    def is_reached(self, at_s: float) -> bool:
        within_s = self._heard_within_s if self._heard else ANSWER_WITHIN_S
        return at_s - self._sent_at_s >= within_s
