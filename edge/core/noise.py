"""Noise at one reader: what cannot be read, and comes faster than anybody scans, is no scan. Pure.

Times are seconds of the monotonic clock. A loose plug, a wrong rate or parity, a line without its ground: whoever
records each of these fills a journal, and a hub, with nothing. What is done with a scan is edge/turns.py's to say.

  state | something unreadable                          | 10 s without anything unreadable
  quiet | the tenth in a row within 10 s begins noise   | -
  noise | is counted, and no more                       | quiet
"""

from collections import deque
from typing import Final

UNREADABLE_MAX: Final = 9
"""Somebody with a card that cannot be read tries again every second or two."""
WINDOW_S: Final = 10.0


class Noise:
    def __init__(self) -> None:
        self._lately_s: deque[float] = deque(maxlen=UNREADABLE_MAX + 1)
        self._count = 0

    @property
    def goes_on(self) -> bool:
        return self._count > 0

    @property
    def count(self) -> int:
        """What could not be read since it began, the first ones included; 0: there is none."""
        return self._count

    def unreadable(self, at_s: float) -> bool:
        """Something came at `at_s` that cannot be read; whether noise begins with it."""
        self._lately_s.append(at_s)
        if self.goes_on:
            self._count += 1
        elif len(self._lately_s) > UNREADABLE_MAX and at_s - self._lately_s[0] <= WINDOW_S:
            self._count = len(self._lately_s)
            return True
        return False

    def readable(self) -> None:
        """A scan came: nothing was in a row. Once there is noise, some of it can be read by chance."""
        if not self.goes_on:
            self._lately_s.clear()

    def is_over(self, at_s: float) -> bool:
        return self.goes_on and at_s - self._lately_s[-1] >= WINDOW_S

    def end(self) -> None:
        """It is over: all is as before it began."""
        self._lately_s.clear()
        self._count = 0
