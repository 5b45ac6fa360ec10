"""The worker's log: a JSON object a line, `event`, `at` (ISO, UTC), fields. Never a payload, a code, a person."""

import json
import threading
from collections.abc import Callable
from datetime import datetime
from typing import TextIO

DROPPED_EVERY_S = 1.0


class Log:
    """Lines of several threads never mix."""

    def __init__(self, stream: TextIO, now: Callable[[], datetime], monotonic_s: Callable[[], float]) -> None:
        self._stream = stream
        self._now = now
        self._monotonic_s = monotonic_s
        self._writing = threading.Lock()
        self._dropped: dict[str, int] = {}
        self._told_at_s: dict[str, float] = {}

    def event(self, event: str, **fields: str | int | float | None) -> None:
        line = json.dumps({"event": event, "at": self._now().isoformat(), **fields})
        with self._writing:
            self._stream.write(line + "\n")
            self._stream.flush()

    def dropped(self, why: str, text: str, edge: str | None = None) -> None:
        """A message was passed over. Counted always; told at most once a second for each `why`, so that a flood
        of broken messages does not become a flood of lines. `count` is since the worker started."""
        with self._writing:
            count = self._dropped[why] = self._dropped.get(why, 0) + 1
            at_s = self._monotonic_s()
            quiet = at_s - self._told_at_s.get(why, -DROPPED_EVERY_S) < DROPPED_EVERY_S
            if not quiet:
                self._told_at_s[why] = at_s
        if not quiet:
            self.event("dropped", what="message", why=why, text=text, edge=edge, count=count)
