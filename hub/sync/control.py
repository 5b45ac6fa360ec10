"""Where mosquitto's dynamic-security plugin is spoken to, and what it has answered. Must not know the database."""

import threading
from collections import deque
from collections.abc import Iterable
from typing import Final

CONTROL: Final = "$CONTROL/dynamic-security/v1"
RESPONSE: Final = f"{CONTROL}/response"
_ANSWERS_MAX: Final = 1_000


class Answers:
    """What the plugin has answered, from MQTT's thread to the keeper's."""

    def __init__(self) -> None:
        self._payloads: deque[bytes] = deque(maxlen=_ANSWERS_MAX)
        self._begun = threading.Event()

    def put(self, payload: bytes) -> None:
        self._payloads.append(payload)

    def session_begun(self) -> None:
        """Answers come in from now on; what was asked before is lost."""
        self._payloads.clear()
        self._begun.set()

    def begun(self) -> bool:
        """Whether a session began since the last call."""
        begun = self._begun.is_set()
        self._begun.clear()
        return begun

    def take(self) -> Iterable[bytes]:
        while self._payloads:
            yield self._payloads.popleft()
