"""The watchdog is fed while scans can be served, and only then: every part of their way is asked whether it hangs.

A part that *fails* says so, is told elsewhere, and hangs nothing: a full disk, a scanner that is unplugged, a hub
that is away are no reason to start anew, for the next process would meet the same. A part that is slow does not
hang either. Knows nothing of what a part does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from edge.life.notify import ALIVE, Systemd
from edge.ports import Clock, Log

BEAT_S: Final = 2.0
PATIENCE_S: Final = 30.0
"""Far above all that is merely slow: a counter's question to the hub takes 10 s at most, an SD card's worst fsync
some seconds. From then on systemd waits WatchdogSec."""
ENDED_S: Final = float("inf")
"""What a part waits that will never answer again."""


class Part(Protocol):
    """One part of the way of a scan."""

    @property
    def name(self) -> str: ...

    def waits_s(self, at_s: float) -> float:
        """For how long it has owed an answer, at the monotonic instant `at_s`; 0 where it owes none."""
        ...


class Probed:
    """A part that is asked by `ask`, one question at a time; whatever it answers, an error too, it answers."""

    def __init__(self, name: str, ask: Callable[[], Awaitable[object]]) -> None:
        self.name: Final = name
        self._ask = ask
        self._asked_s = 0.0
        self._answer: asyncio.Future[tuple[object]] | None = None

    def waits_s(self, at_s: float) -> float:
        if self._answer is None or self._answer.done():
            self._asked_s = at_s
            # An error is an answer. What it says is for others to tell: each of these parts has somebody who does.
            self._answer = asyncio.gather(self._ask(), return_exceptions=True)
        return at_s - self._asked_s


class Heart:
    """`parts` gives those there are now. `keep` goes on for ever; on the event loop, which is a part by that."""

    def __init__(
        self, systemd: Systemd, parts: Callable[[], Sequence[Part]], clock: Clock, log: Log, beat_s: float = BEAT_S
    ) -> None:
        self._systemd = systemd
        self._parts = parts
        self._clock = clock
        self._log = log
        self._hanging: set[str] = set()
        self._beat_s = beat_s if systemd.watchdog_s is None else min(beat_s, systemd.watchdog_s / 4)
        self.beaten_s: float = clock.monotonic_s()
        """When it beat last, on the monotonic clock: read by edge/life/loop_watch.py from its thread."""

    async def keep(self) -> None:
        while True:
            self.beat()
            await asyncio.sleep(self._beat_s)

    def beat(self) -> None:
        """Ask every part; feed the watchdog unless one hangs, and say which."""
        self.beaten_s = at_s = self._clock.monotonic_s()
        waits_s = [(part.name, part.waits_s(at_s)) for part in self._parts()]
        # Names may be there twice: a reader may be called as a part of the edge is.
        hanging = {name: each_s for name, each_s in waits_s if each_s > PATIENCE_S}
        for name in sorted(hanging.keys() - self._hanging):
            why = "ended" if hanging[name] == ENDED_S else "no_answer"
            self._log("hangs", part=name, why=why, hint="the watchdog is not fed until it answers")
        for name in sorted(self._hanging - hanging.keys()):
            self._log("hangs_no_more", part=name)
        self._hanging = set(hanging)
        if not hanging:
            self._systemd.say(ALIVE)
