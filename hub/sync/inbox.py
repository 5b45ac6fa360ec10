"""What has come from the broker and was not handled yet: a queue with bounds, between MQTT's thread and the loop.

Full means dropped, not waited for: an edge sends again whatever was not acked or answered, and a waiting MQTT
thread would miss its keepalives.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

MESSAGES_MAX = 10_000
BYTES_MAX = 64 * 1024 * 1024
MESSAGES_OF_EDGE_MAX = 1_000
"""An edge has four batches of check-ins and one pull out, and repeats them every few seconds."""
BYTES_OF_EDGE_MAX = 16 * 1024 * 1024
_RESERVE = 10
"""One part in so many is kept for what is urgent."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """`arrived_s`: by the monotonic clock."""

    topic: str
    payload: bytes
    arrived_s: float = 0.0


class _Held:
    """Messages by their topic in turn, and how many and how long they are, also by edge."""

    def __init__(self) -> None:
        self.count = 0
        self.bytes = 0
        self._of_edge: dict[str, tuple[int, int]] = {}

    def of(self, edge: str) -> tuple[int, int]:
        """Messages and bytes."""
        return self._of_edge.get(edge, (0, 0))

    def move(self, message: Incoming, by: int) -> None:
        """One more (1) or one less (-1)."""
        edge, size = _edge_of(message.topic), by * len(message.payload)
        count, length = self.of(edge)
        self.count, self.bytes = self.count + by, self.bytes + size
        if count + by:
            self._of_edge[edge] = count + by, length + size
        else:
            del self._of_edge[edge]


def _edge_of(topic: str) -> str:
    """Whose topic it is: all but its last part."""
    return topic.rpartition("/")[0] or topic


class Inbox:
    """Topics take turns: one that many messages come from, as an edge that was long away, delays no other.

    No edge fills it: each has its own bounds, and a part of the whole is for what is urgent.
    """

    def __init__(
        self,
        messages_max: int = MESSAGES_MAX,
        bytes_max: int = BYTES_MAX,
        of_edge_max: int = MESSAGES_OF_EDGE_MAX,
        bytes_of_edge_max: int = BYTES_OF_EDGE_MAX,
    ) -> None:
        self._messages: OrderedDict[str, deque[Incoming]] = OrderedDict()
        self._urgent: OrderedDict[str, deque[Incoming]] = OrderedDict()
        self._held = _Held()
        self._messages_max = messages_max
        self._bytes_max = bytes_max
        self._of_edge_max = of_edge_max
        self._bytes_of_edge_max = bytes_of_edge_max
        self._changed = threading.Condition()

    def put(self, message: Incoming, urgent: bool = False) -> bool:
        """False: full, the message is not taken. `urgent`: somebody stands and waits; taken before the others."""
        with self._changed:
            if not self._has_room(message, urgent):
                return False
            (self._urgent if urgent else self._messages).setdefault(message.topic, deque()).append(message)
            self._held.move(message, 1)
            self._changed.notify()
            return True

    def take(self, bytes_max: int, wait_s: float) -> list[Incoming]:
        """What is there, urgent ones first, one of each topic in turn and of each the oldest first, up to about
        `bytes_max` bytes (one message at least); waits for a first message `wait_s` seconds at most."""
        with self._changed:
            if not self._held.count:
                self._changed.wait(wait_s)
            taken: list[Incoming] = []
            size = 0
            while waiting := self._urgent or self._messages:
                topic, of_topic = next(iter(waiting.items()))
                if taken and size + len(of_topic[0].payload) > bytes_max:
                    break
                message = of_topic.popleft()
                del waiting[topic]
                if of_topic:
                    waiting[topic] = of_topic
                size += len(message.payload)
                taken.append(message)
                self._held.move(message, -1)
            return taken

    def _has_room(self, message: Incoming, urgent: bool) -> bool:
        count, size = self._held.of(_edge_of(message.topic))
        if count >= self._of_edge_max or size + len(message.payload) > self._bytes_of_edge_max:
            return False
        part = 0 if urgent else 1
        messages_max = self._messages_max - part * (self._messages_max // _RESERVE)
        bytes_max = self._bytes_max - part * (self._bytes_max // _RESERVE)
        return self._held.count < messages_max and self._held.bytes + len(message.payload) <= bytes_max
