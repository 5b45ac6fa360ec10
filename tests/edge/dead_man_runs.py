"""A dead man's switch, and the processes that it begins."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from edge.hardware.dead_man_switch import DeadManSwitch

NEVER_S: Final = 3_600.0
RELAY, BUZZER = 17, 22


def children() -> set[int]:
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # a thread that has ended meanwhile
            found.update(map(int, (task / "children").read_text().split()))
    return found


def with_switch(switch: DeadManSwitch, work: Callable[[], Awaitable[None]]) -> None:
    """Nothing of it is left then."""

    async def run() -> None:
        keeping = asyncio.create_task(switch.keep())
        try:
            await work()
        finally:
            keeping.cancel()
            await switch.close()

    before = children()
    asyncio.run(run())
    assert children() == before
