"""Guessing at one reader: many wrong codes in a short time slow down those that could be guessed.

Pure; times are seconds of the monotonic clock. Who waits, and how, is edge/turns.py's; what is a guess, and at
what, edge/core/guesses.py's. An unknown code below may as well be wrong digits of one card's rotating code.

  state    | an unknown code                                        | 5 minutes without one
  quiet    | the sixth within 60 s begins guessing, and a pause     | -
  guessing | begins a pause                                         | quiet

Pauses are 0.5 s, then twice the one before, up to 8 s. In a pause a code that could be a guess waits. A guesser
thus tries 450 codes an hour; codes that Doorward makes have 76 random bits and need no such protection.
"""

from collections import deque
from typing import Final

UNKNOWN_MAX: Final = 5
"""Somebody with the wrong card tries again a few times; more than that within WINDOW_S is no mistake."""
WINDOW_S: Final = 60.0
PAUSE_FIRST_S: Final = 0.5
PAUSE_MAX_S: Final = 8.0
QUIET_S: Final = 300.0
TELL_EVERY_S: Final = 60.0


class Guessing:
    def __init__(self) -> None:
        self._lately_s: deque[float] = deque(maxlen=UNKNOWN_MAX + 1)
        self._count = 0
        self._pause_ends_s = 0.0
        self._next_pause_s = PAUSE_FIRST_S
        self._told_at_s: float | None = None

    @property
    def goes_on(self) -> bool:
        return self._count > 0

    @property
    def count(self) -> int:
        """Codes that were unknown or turned away since it began, the first ones included; 0: nobody guesses."""
        return self._count

    def unknown(self, at_s: float) -> None:
        """A readable code was looked up, and nobody has it."""
        self._lately_s.append(at_s)
        if self.goes_on:
            self._count += 1
        elif len(self._lately_s) > UNKNOWN_MAX and at_s - self._lately_s[0] <= WINDOW_S:
            self._count = len(self._lately_s)
        else:
            return
        self._pause_ends_s = at_s + self._next_pause_s
        self._next_pause_s = min(PAUSE_MAX_S, 2 * self._next_pause_s)

    def turned_away(self) -> None:
        """A code was not looked up, since another one waits already."""
        self._count += self.goes_on

    def pause_s(self, at_s: float) -> float:
        """How long the pause still lasts; 0: there is none."""
        return max(0.0, self._pause_ends_s - at_s) if self.goes_on else 0.0

    def quiet_in_s(self, at_s: float) -> float:
        """When it is over if no unknown code comes before; 0: it is."""
        return max(0.0, self._lately_s[-1] + QUIET_S - at_s) if self.goes_on else 0.0

    def end(self) -> None:
        """It is over: all is as before it began."""
        self._lately_s.clear()
        self._count = 0
        self._next_pause_s = PAUSE_FIRST_S
        self._told_at_s = None

    def is_to_be_told(self, at_s: float) -> bool:
        """Whether it is time to tell of it: as it begins, and while it goes on at most once a minute."""
        told_at_s = self._told_at_s
        if not self.goes_on or (told_at_s is not None and at_s - told_at_s < TELL_EVERY_S):
            return False
        self._told_at_s = at_s
        return True
