"""A turn of the worker's, again and again while the database is gone; whatever else goes wrong costs it alone."""

import random
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from django.db import Error, connection

from hub.sync.log import Log

_BACK_OFF_S = (0.1, 10.0)


def supervise(turn: Callable[[], None], stopping: threading.Event, log: Log) -> None:
    """Run `turn`, with growing, jittered pauses while the database is gone, until it is done or `stopping` is set.

    Edges send again what was not acked or answered, so another error ends the turn and nothing more.
    """
    shortest, longest = _BACK_OFF_S
    pause_s = shortest
    while True:
        try:
            return turn()
        except Error as error:
            log.event("database_gone", error=type(error).__name__, retry_s=round(pause_s, 1))
            connection.close()
            again = True
        except Exception as error:  # noqa: BLE001 - the supervisor of the worker's turns
            log.event("turn_failed", error=type(error).__name__, where=_place_of(error))
            again = False
        stopped = stopping.wait(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
        if stopped or not again:
            return None
        pause_s = min(longest, pause_s * 2)


def _place_of(error: Exception) -> str:
    """The file and line that raised it: its text may quote what edges sent."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
