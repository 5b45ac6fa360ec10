"""A worker says that it runs, whether edges reach it, and what happened in it: for those who watch the hub.

In a thread and a connection of its own: on SQLite a write waits for all others, and no edge should wait with it.
"""

import secrets
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from django.db import Error, connection

from hub.sync.clocks import Clocks
from hub.sync.log import Log
from hub.sync.supervision import supervise
from hub.watch.operations import end_worker, note_worker

BEAT_EVERY_S: Final = 10.0
_LOOK_EVERY_S: Final = 0.2


class Beat:
    """Of one worker, under a random name."""

    def __init__(self, log: Log, clocks: Clocks) -> None:
        self._log = log
        self._clocks = clocks
        self._name = secrets.token_hex(8)
        self._started_at = clocks.now()
        self._told: Counter[str] = Counter()
        self._told_at_s: float | None = None
        self._connected = False

    def run(self, stopping: threading.Event, connected: Callable[[], bool]) -> None:
        """Until `stopping` is set, and then that it stops; `connected`: whether edges reach the worker."""
        while not stopping.is_set():
            supervise(lambda: self.tell(connected()), stopping, self._log)
            stopping.wait(_LOOK_EVERY_S)
        with suppress(Error):
            self.end()
        connection.close()

    def tell(self, connected: bool) -> None:
        """If it is due: each 10 s, and when `connected` changes. django.db.Error: it is told the next time."""
        at_s = self._clocks.monotonic_s()
        due = self._told_at_s is None or at_s - self._told_at_s >= BEAT_EVERY_S
        if not due and connected == self._connected:
            return
        counts = self._log.counts()
        note_worker(self._name, self._started_at, connected, counts - self._told, self._clocks.now())
        self._told, self._told_at_s, self._connected = counts, at_s, connected

    def end(self) -> None:
        """It stops. django.db.Error."""
        end_worker(self._name)
