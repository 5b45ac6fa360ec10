"""Waiting until an edge has said something, for commands at a terminal and, a moment long, for staff's pages."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

_LOOK_EVERY_S: Final = 0.1
_Answer = TypeVar("_Answer")


def wait_for(look: Callable[[], _Answer | None], wait_s: float) -> _Answer | None:
    """What `look` finds within `wait_s` seconds of elapsed time; None: nothing."""
    ends_at_s = time.monotonic() + wait_s
    while (found := look()) is None and time.monotonic() < ends_at_s:
        time.sleep(_LOOK_EVERY_S)
    return found
