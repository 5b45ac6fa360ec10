"""The edge's log: one JSON object a line, `event`, `at` (ISO 8601, UTC) and the event's fields.

Lines are written by a thread of their own, so that a reader of the log that stalls or dies holds up no door;
lines that find no room meanwhile are counted, and the count is told once there is room again. What is logged
is the caller's affair: never a card's code, a name or a key.

Where the lines go to systemd's journal, each begins with its priority, as in `<4>`, which the journal takes off:
`journalctl -p warning` finds what somebody should look at, and what it prints is JSON still. The journal's own
fields would say the same to nobody but the journal.
"""

import os
import threading
from collections import deque
from collections.abc import Mapping
from typing import Final

import msgspec

from edge.core.floors import REPLAYED, STALE
from edge.journal_stream import ERROR, USUAL, WARNING, is_journal
from edge.ports import Clock

_WAITING_MAX = 10_000
_CLOSE_S = 2.0
_ERRORS: Final = frozenset(
    {
        *("damaged", "door_alarm", "door_missing", "failed", "hangs", "journal_damaged", "journal_fails", "lost"),
        *("lost_told", "not_put_back", "output_failed", "replica_failed", "replica_lost", "replica_unreadable"),
    }
)
"""Something that was to be kept or done was not, or a door is in alarm."""
_WARNINGS: Final = frozenset(
    {
        *("configuration_refused", "digest_mismatch", "disconnected", "dropped", "guessing", "hours_not_followed"),
        *("hub_key_not_kept", "journal_rolled_back", "log_lines_lost", "marks_not_kept", "no_answer", "no_broker"),
        "noise",
        *("no_counter_pages", "orders_not_kept", "profile_not_used", "reader_lost", "replica_behind"),
        *("site_unknown", "too_late", "trust_not_kept", "unguarded", "wiring"),
    }
)
"""Something is not as it should be, and the edge goes on."""

_NO_NEWS: Final = frozenset({STALE, REPLAYED})
"""Why a message is dropped that was heard before: brokers and hubs say things again whenever they connect."""
_FAILED_COMMAND: Final = ("command", "failed")


class JsonLines:
    """Writes to a file descriptor, which stays the caller's. Implements `ports.Log`."""

    def __init__(self, descriptor: int, clock: Clock) -> None:
        self._descriptor = descriptor
        self._is_journal = is_journal(descriptor, os.environ)
        self._clock = clock
        self._encode = msgspec.json.Encoder().encode
        self._waiting: deque[bytes] = deque()
        self._lost = 0
        self._closing = False
        self._changed = threading.Condition()
        self._writer = threading.Thread(target=self._write_lines, name="log", daemon=True)
        self._writer.start()

    def __call__(self, event: str, /, **fields: object) -> None:
        line = self._line(event, fields)
        with self._changed:
            if len(self._waiting) >= _WAITING_MAX:
                self._lost += 1
                return
            if self._lost:
                self._waiting.append(self._line("log_lines_lost", {"count": self._lost}))
                self._lost = 0
            self._waiting.append(line)
            self._changed.notify()

    def close(self) -> None:
        """Write what waits, for 2 seconds at most."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._writer.join(_CLOSE_S)

    def _line(self, event: str, fields: dict[str, object]) -> bytes:
        at = self._clock.now().isoformat(timespec="milliseconds")
        priority = _priority(event, fields) if self._is_journal else b""
        return priority + self._encode({"event": event, "at": at, **fields}) + b"\n"

    def _write_lines(self) -> None:
        while lines := self._next_lines():
            try:
                # Not through sys.stdout: a buffer's lock, held by a stalled write, would hang the exit.
                while lines:
                    lines = lines[os.write(self._descriptor, lines) :]
            except OSError:
                continue  # nobody reads the log any more: the edge goes on

    def _next_lines(self) -> bytes:
        """All lines that wait, once there are any; none when the log is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            lines = b"".join(self._waiting)
            self._waiting.clear()
            return lines


def _priority(event: str, fields: Mapping[str, object]) -> bytes:
    """As sd-daemon(3) writes it; usual where nothing else is known."""
    if (event, fields.get("why")) == _FAILED_COMMAND:
        return WARNING
    if event == "dropped" and fields.get("why") in _NO_NEWS:
        return USUAL
    return ERROR if event in _ERRORS else WARNING if event in _WARNINGS else USUAL
