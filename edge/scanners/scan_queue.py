"""The scans of one reader that wait for the gate: a few of them, in order.

A scanner that floods (noise on a line, a stuck trigger) fills its own queue and nobody else's.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

from edge.ports import Frame, Log

WAITING_MAX: Final = 16


class ScanQueue:
    """When full, the scan that has waited longest is dropped: whoever made it has scanned again or gone, and a
    door should not open for somebody who left. What was dropped is counted and logged."""

    def __init__(self, reader: str, log: Log) -> None:
        self._reader = reader
        self._log = log
        self._waiting: deque[Frame] = deque(maxlen=WAITING_MAX)
        self._dropped = 0
        self._closed = False
        self._changed = asyncio.Event()

    def put(self, frames: list[Frame]) -> None:
        self._dropped += max(0, len(self._waiting) + len(frames) - WAITING_MAX)
        self._waiting.extend(frames)
        self._changed.set()

    def close(self) -> None:
        """No more scans: `frames` ends after those that wait."""
        self._closed = True
        self._changed.set()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def frames(self) -> AsyncIterator[Frame]:
        """Every scan in order, as it comes. May be taken up again where it was left."""
        while True:
            while self._waiting:
                self._tell_dropped()
                yield self._waiting.popleft()
            if self._closed:
                return
            self._changed.clear()
            await self._changed.wait()

    def _tell_dropped(self) -> None:
        if self._dropped:
            self._log("dropped", what="scans", why="too many at once", reader=self._reader, count=self._dropped)
            self._dropped = 0
