"""The worker's log: a JSON object a line, `event`, `at` (ISO, UTC), fields. Never a payload, a code, a person."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
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
        self._counts: Counter[str] = Counter()
        self._told_at_s: dict[str, float] = {}

    def event(self, event: str, **fields: str | int | float | None) -> None:
        with self._writing:
            self._counts[event] += 1
        self._write(event, fields)

    def counts(self) -> Counter[str]:
        """How often each event was, since the worker started; drops by their why, as in dropped.stale."""
        with self._writing:
            return self._counts.copy()

    def _write(self, event: str, fields: Mapping[str, str | int | float | None]) -> None:
        line = json.dumps({"event": event, "at": self._now().isoformat(), **fields})
        with self._writing:
            self._stream.write(line + "\n")
            self._stream.flush()

    def dropped(self, why: str, text: str, edge: str | None = None) -> None:
        """A message was passed over. Counted always; told at most once a second for each `why`, so that a flood
        of broken messages does not become a flood of lines. `count` is since the worker started."""
        with self._writing:
            name = f"dropped.{why}"
            self._counts[name] += 1
            count = self._counts[name]
            at_s = self._monotonic_s()
            quiet = at_s - self._told_at_s.get(why, -DROPPED_EVERY_S) < DROPPED_EVERY_S
            if not quiet:
                self._told_at_s[why] = at_s
        if not quiet:
            told = {"what": "message", "why": why, "text": text, "edge": edge, "count": count}
            self._write("dropped", told)
