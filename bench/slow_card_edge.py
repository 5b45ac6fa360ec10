"""bench/timed_edge.py's edge on an SD card: each commit to the journal takes as long as a card's fsync does.

The time is spent in the thread that commits, after the commit, where an fsync would spend it: whatever is to be
written next waits behind it.
"""

import random
import sys
import time
from pathlib import Path
from typing import Any, Final

import aiosqlite

from bench.timed_edge import run

FSYNC_S: Final = (0.004, 0.010)
STALL_S: Final = 0.250
STALLS: Final = 0.01
"""One commit in a hundred."""


def slow_down() -> None:
    insert = aiosqlite.Connection.execute_insert
    draw = random.Random(3)  # the same stalls in every run

    async def slowly(connection: aiosqlite.Connection, *arguments: Any) -> Any:
        row = await insert(connection, *arguments)
        await connection._execute(time.sleep, STALL_S if draw.random() < STALLS else draw.uniform(*FSYNC_S))
        return row

    aiosqlite.Connection.execute_insert = slowly  # type: ignore[assignment, method-assign]


if __name__ == "__main__":
    slow_down()
    path = Path(sys.argv.pop(1))
    sys.exit(run(path))
