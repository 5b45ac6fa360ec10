"""`python -m edge.dead_man`: the dead man's switch of an edge's outputs. Once the edge's end of stdin is closed,
however the edge died, each output that it has named is set to its level at rest, at once, and let go.

What that takes is loaded long before: nothing is read from a disk in that moment. It knows no configuration; which
pins at which levels is what was said last (edge/hardware/dead_man_switch.py). Small: it is there for years, so it
loads no pathlib, no datetime and no ctypes.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import BinaryIO, Final

from edge.hardware.letting_go import set_levels
from edge.hardware.lgpio_library import load_lgpio
from edge.journal_stream import ERROR, WARNING, is_journal

HEARD: Final = b"."
"""Said on stdin, which is a socket, of each message: from then on nothing has to be loaded."""
GIVEN_BACK_S: Final = 1.0
"""The kernel closes what a dead process had open one after another: its pins may come a little later than this
socket. Who holds one for longer is another edge, which has set it."""
_LOOK_AGAIN_S: Final = 0.002
_OVER_S: Final = 3
"""Nobody may read its word any more; systemd waits for it before it sets the outputs itself."""
_STDIN, _STDOUT = 0, 1


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # of a whole group: the edge ends it, in order
        signal.signal(number, signal.SIG_IGN)
    chip, levels = last_said(sys.stdin.buffer)
    if levels:
        signal.alarm(_OVER_S)
        tell(levels, let_go(chip, levels))


def last_said(stream: BinaryIO) -> tuple[int, dict[int, int]]:
    """The chip's number and the level of each pin, by the last message before the stream's end."""
    chip, levels = 0, dict[int, int]()
    lgpio = load_lgpio()
    # The end of an edge that had not read all answers; what it said was read before that.
    with suppress(ConnectionResetError):
        for line in stream:
            if not line.endswith(b"\n"):
                break  # cut off by the edge's end
            chip, pairs = json.loads(line)
            levels = dict(pairs)
            lgpio.gpiochip_close(lgpio.gpiochip_open(chip))  # that it may be opened is known before it has to be
            with suppress(OSError):  # the end is near
                os.write(_STDIN, HEARD)
    return chip, levels


def let_go(chip: int, levels: Mapping[int, int]) -> dict[int, str]:
    """Sets what is free, for GIVEN_BACK_S at most; returns why, of those that were not."""
    until_s = time.monotonic() + GIVEN_BACK_S
    waiting = set_levels(levels, chip)
    while waiting and time.monotonic() < until_s:
        time.sleep(_LOOK_AGAIN_S)
        waiting = set_levels({pin: levels[pin] for pin in waiting}, chip)
    return waiting


def tell(levels: Mapping[int, int], failures: Mapping[int, str]) -> None:
    """One line of the edge's log."""
    pins = [pin for pin in levels if pin not in failures]
    line = json.dumps({"event": "let_go", "at": _now(), "pins": pins} | ({"not": failures} if failures else {}))
    priority = ERROR if failures else WARNING
    with suppress(OSError):
        os.write(_STDOUT, (priority if is_journal(_STDOUT, os.environ) else b"") + line.encode() + b"\n")


def _now() -> str:
    """As lines of edge/log.py have it: ISO 8601, UTC, to the millisecond."""
    seconds, ms = divmod(time.time_ns() // 1_000_000, 1_000)
    year, month, day, hour, minute, second, *_ = time.gmtime(seconds)
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}+00:00"


if __name__ == "__main__":
    main()
