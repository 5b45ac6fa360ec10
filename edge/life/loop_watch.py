"""Says in the log where the event loop hangs, for it cannot say so itself. Feeds nothing: systemd ends it.

A thread of its own. It tells files and lines alone, never what is worked on there.
"""

import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Final

from edge.life.heart import PATIENCE_S
from edge.ports import Clock, Log

LOOK_EVERY_S: Final = 2.0
_LOOP: Final = "event loop"
"""What it is called as a part of the edge."""


class LoopWatch:
    """Of the loop that runs in the thread which makes this. `beaten_s`: when it was last seen to turn."""

    def __init__(self, beaten_s: Callable[[], float], clock: Clock, log: Log) -> None:
        self._beaten_s = beaten_s
        self._clock = clock
        self._log = log
        self._loop = threading.get_ident()
        self._told = False
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="loop watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closing.set()

    def look(self) -> None:
        """Once; told once each time that it hangs, and that it does no more."""
        hangs = self._clock.monotonic_s() - self._beaten_s() > PATIENCE_S
        if hangs and not self._told:
            self._log("hangs", part=_LOOP, why="no_answer", places=self._places())
        elif self._told and not hangs:
            self._log("hangs_no_more", part=_LOOP)
        self._told = hangs

    def _keep(self) -> None:
        while not self._closing.wait(LOOK_EVERY_S):
            self.look()

    def _places(self) -> list[str]:
        """The innermost last."""
        frame = sys._current_frames().get(self._loop)
        stack = [] if frame is None else traceback.extract_stack(frame)
        return [f"{Path(each.filename).name}:{each.lineno}" for each in stack[-8:]]
