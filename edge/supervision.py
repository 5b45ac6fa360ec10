"""Work that goes on for ever: begun again when it fails, so that a fault of one part stops no other."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from edge.ports import Log

RESTART_S: Final = 0.5


async def supervised(what: str, work: Callable[[], Awaitable[None]], log: Log) -> None:
    """Do `work`; when it fails, say so and do it again."""
    while True:
        try:
            return await work()
        except Exception as error:  # noqa: BLE001 - the supervisor
            log_failure(what, error, log)
        await asyncio.sleep(RESTART_S)


def log_failure(what: str, error: BaseException | None, log: Log) -> None:
    """What failed and where, without the error's text, which may quote what was scanned."""
    stack = [] if error is None else traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in stack]
    log("failed", what=what, error=type(error).__name__, places=places)
