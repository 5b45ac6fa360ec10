"""What has come from the broker and was not handled yet: a queue with bounds, between MQTT's thread and the loop.

Full means dropped, not waited for: an edge sends again whatever was not acked or answered, and a waiting MQTT
thread would miss its keepalives.
"""

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

MESSAGES_MAX = 10_000
BYTES_MAX = 64 * 1024 * 1024
MESSAGES_OF_TOPIC_MAX = 1_000
"""An edge has four batches of check-ins and one pull out, and repeats them every few seconds."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """`arrived_s`: by the monotonic clock."""

    topic: str
    payload: bytes
    arrived_s: float = 0.0


class Inbox:
    """Topics take turns: one that many messages come from, as an edge that was long away, delays no other."""

    def __init__(
        self,
        messages_max: int = MESSAGES_MAX,
        bytes_max: int = BYTES_MAX,
        of_topic_max: int = MESSAGES_OF_TOPIC_MAX,
    ) -> None:
        self._messages: OrderedDict[str, deque[Incoming]] = OrderedDict()
        self._urgent: OrderedDict[str, deque[Incoming]] = OrderedDict()
        self._count = 0
        self._bytes = 0
        self._messages_max = messages_max
        self._bytes_max = bytes_max
        self._of_topic_max = of_topic_max
        self._changed = threading.Condition()

    def put(self, message: Incoming, urgent: bool = False) -> bool:
        """False: full, the message is not taken. `urgent`: somebody stands and waits; taken before the others."""
        with self._changed:
            if self._count >= self._messages_max or self._bytes + len(message.payload) > self._bytes_max:
                return False
            of_topic = (self._urgent if urgent else self._messages).setdefault(message.topic, deque())
            if len(of_topic) >= self._of_topic_max:
                return False
            of_topic.append(message)
            self._count += 1
            self._bytes += len(message.payload)
            self._changed.notify()
            return True

    def take(self, bytes_max: int, wait_s: float) -> list[Incoming]:
        """What is there, urgent ones first, one of each topic in turn and of each the oldest first, up to about
        `bytes_max` bytes (one message at least); waits for a first message `wait_s` seconds at most."""
        with self._changed:
            if not self._count:
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
            self._count -= len(taken)
            self._bytes -= size
            return taken
