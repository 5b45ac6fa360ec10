"""Several processes of the hub as children of one: started, started anew when they end, ended together.

For one machine without systemd, which does the same better (systemd/). Must not know Django, nor what they do.
"""

import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

PAUSE_S: Final = (1.0, 30.0)
"""Before a process that ended is started anew: growing from the first to the second."""
_STEADY_S: Final = 60.0
"""Who ran for so long begins with the short pause again."""
_LOOK_EVERY_S: Final = 0.2
_END_WITHIN_S: Final = 30.0
WRONG_SETTINGS: Final = 2
"""The exit code by which a command says that it would end like this every time."""


@dataclass
class Child:
    """`started_s` and `again_s` are the clock's."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    again_s: float = 0.0
    pause_s: float = field(default=PAUSE_S[0])

    def start(self, at_s: float) -> None:
        self.process = subprocess.Popen(list(self.command))  # noqa: S603 - the hub's own commands
        self.started_s = at_s

    def plan(self, at_s: float) -> None:
        """It has ended: when it starts again."""
        steady = at_s - self.started_s >= _STEADY_S
        self.pause_s = PAUSE_S[0] if steady else min(PAUSE_S[1], self.pause_s * 2)
        self.again_s, self.process = at_s + self.pause_s, None


def supervise(children: Sequence[Child], stopping: threading.Event, tell: Callable[[str], None]) -> int:
    """Until `stopping` is set, or one cannot work as things are set: WRONG_SETTINGS. Then all have ended."""
    code = 0
    try:
        while not stopping.is_set() and not code:
            code = max(_look_after(child, time.monotonic(), tell) for child in children)
            if not code:
                stopping.wait(_LOOK_EVERY_S)
    finally:
        _end(children)
    return code


def _look_after(child: Child, at_s: float, tell: Callable[[str], None]) -> int:
    if child.process is None:
        if at_s >= child.again_s:
            child.start(at_s)
        return 0
    code = child.process.poll()
    if code == WRONG_SETTINGS:
        return WRONG_SETTINGS
    if code is not None:
        child.plan(at_s)
        tell(f"{child.name} ended ({code}) and starts again in {child.pause_s:.0f} s")
    return 0


def _end(children: Sequence[Child]) -> None:
    """Backwards: who stands on another ends before it."""
    for child in reversed(children):
        if child.process is None:
            continue
        child.process.terminate()
        try:
            child.process.wait(_END_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
