"""What has come from the broker and was not handled yet: a queue with bounds, between MQTT's thread and the loop.

Full means dropped, not waited for: an edge sends again whatever was not acked or answered, and a waiting MQTT
thread would miss its keepalives.
"""

import threading
from collections import deque
from dataclasses import dataclass

MESSAGES_MAX = 10_000
BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Incoming:
    """`arrived_s`: by the monotonic clock."""

    topic: str
    payload: bytes
    arrived_s: float = 0.0


class Inbox:
    def __init__(self, messages_max: int = MESSAGES_MAX, bytes_max: int = BYTES_MAX) -> None:
        self._messages: deque[Incoming] = deque()
        self._urgent: deque[Incoming] = deque()
        self._bytes = 0
        self._messages_max = messages_max
        self._bytes_max = bytes_max
        self._changed = threading.Condition()

    def put(self, message: Incoming, urgent: bool = False) -> bool:
        """False: full, the message is not taken. `urgent`: somebody stands and waits; taken before the others."""
        with self._changed:
            if self._count() >= self._messages_max or self._bytes + len(message.payload) > self._bytes_max:
                return False
            (self._urgent if urgent else self._messages).append(message)
            self._bytes += len(message.payload)
            self._changed.notify()
            return True

    def take(self, bytes_max: int, wait_s: float) -> list[Incoming]:
        """What is there, urgent ones first, then oldest first, up to about `bytes_max` bytes (one message at
        least); waits for a first message `wait_s` seconds at most."""
        with self._changed:
            if not self._count():
                self._changed.wait(wait_s)
            taken: list[Incoming] = []
            size = 0
            while waiting := self._urgent or self._messages:
                if taken and size + len(waiting[0].payload) > bytes_max:
                    break
                message = waiting.popleft()
                size += len(message.payload)
                taken.append(message)
            self._bytes -= size
            return taken

    def _count(self) -> int:
        return len(self._urgent) + len(self._messages)
