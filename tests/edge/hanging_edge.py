"""The edge as it is installed, with one thing added: at SIGUSR1 the part that HANGS names hangs, or its task ends.

`HANGS=journal python -m tests.edge.hanging_edge run ...`. Its log says `made_to_hang` then. Patience is a second
here.
"""

import asyncio
import os
import signal
import sys
import time
from typing import Any, Literal

from edge.__main__ import main
from edge.life import heart, loop_watch
from edge.readers.running_reader import RunningReader
from edge.storage.journal import SqliteJournal
from edge.storage.replica import Replica

_FOR_EVER_S = 3_600.0
_readers: list[RunningReader] = []
_journals: list[SqliteJournal] = []


def _hang_journal() -> None:
    """As a disk does that never ends a write: in the thread that commits."""
    recorder = _journals[0]._recorder
    assert recorder is not None
    recorder._tx.put_nowait((asyncio.get_running_loop().create_future(), lambda: time.sleep(_FOR_EVER_S)))


def _hang_replica() -> None:
    async def never(_replica: Replica, _card_hash: bytes) -> None:
        await asyncio.sleep(_FOR_EVER_S)

    Replica.look_up = never  # type: ignore[assignment]


def _hang_loop() -> None:
    asyncio.get_running_loop().call_soon(time.sleep, _FOR_EVER_S)


def _end_gate() -> None:
    _readers[0]._tasks[0].cancel()


class _NeverFree(asyncio.Lock):
    """As a change of the configuration holds it that never ends."""

    async def acquire(self) -> Literal[True]:
        await asyncio.sleep(_FOR_EVER_S)
        return True


def _hold_gate() -> None:
    _readers[0].changing = _NeverFree()


_WAYS = {
    "journal": _hang_journal,
    "replica": _hang_replica,
    "loop": _hang_loop,
    "ended": _end_gate,
    "held": _hold_gate,
}


def _note(kind: type[Any], made: list[Any]) -> None:
    begin = kind.__init__

    def noted(self: object, *arguments: Any, **named: Any) -> None:
        begin(self, *arguments, **named)
        made.append(self)

    kind.__init__ = noted  # type: ignore[misc]


def run() -> int:
    _note(RunningReader, _readers)
    _note(SqliteJournal, _journals)
    heart.PATIENCE_S = loop_watch.PATIENCE_S = 1.0  # type: ignore[misc]
    loop_watch.LOOK_EVERY_S = 0.1  # type: ignore[misc]
    new_loop = asyncio.new_event_loop

    def hang() -> None:
        _WAYS[os.environ["HANGS"]]()
        os.write(sys.stdout.fileno(), b'{"event": "made_to_hang"}\n')

    def with_signal() -> asyncio.AbstractEventLoop:
        loop = new_loop()
        loop.add_signal_handler(signal.SIGUSR1, hang)
        return loop

    with asyncio.Runner(loop_factory=with_signal) as runner:
        asyncio.run = runner.run
        return main()


if __name__ == "__main__":
    sys.exit(run())
