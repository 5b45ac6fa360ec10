"""The one way out: whatever the worker says is sealed here, with the hub's newest key, for the topic it goes to.

A rotation is noticed within a second; edges hear of the new key before anything that it sealed. Knows no MQTT.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final

from contract.seal import seal
from contract.topics import key as key_topic
from hub.errors import HubError
from hub.sync.log import Log
from hub.sync.outgoing import RESERVE, Broker, Outgoing
from hub.wire_keys.queries import CurrentKey, current, newest_generation, rotations

LOOK_EVERY_S: Final = 0.5
AT_ONCE_MAX: Final = 900
"""Messages that may be said between two looks at `is_behind`."""


class Outbox:
    """`folder` holds the key files. Before `follow_keys` was called nothing can be sealed, so nothing is said."""

    def __init__(self, broker: Broker, folder: Path, log: Log) -> None:
        self._broker = broker
        self._folder = folder
        self._log = log
        self._current: CurrentKey | None = None
        self._unusable = 0
        self._look_due_s: float | None = None

    def connected(self) -> int:
        return self._broker.connected()

    def is_behind(self) -> bool:
        """Whether the broker has so much to take in that what nobody asks for again had better wait."""
        return self._broker.room() < AT_ONCE_MAX

    def answer(self, message: Outgoing) -> None:
        """As `publish`, of what an edge asks for again: a broker that is slow keeps room for all else."""
        if self._broker.room() > RESERVE:
            self.publish(message)
        else:
            self._log.dropped("broker_slow", "the broker does not take in what is said; edges ask again")

    def publish(self, message: Outgoing) -> None:
        """Sealed and sent, or lost where there is no connection or no room. A deletion has no seal."""
        if not message.payload:
            self._broker.publish(message)
        elif self._current is not None:
            sealed = seal(message.payload, self._current.key, message.topic)
            self._broker.publish(replace(message, payload=sealed))

    def follow_keys(self, at_s: float) -> bool:
        """Take up a new key; looks twice a second at most. True: there was another before, so what the
        broker keeps has to be said again, keys first. `at_s` is monotonic. django.db.Error: the database is gone.
        """
        if self._look_due_s is not None and at_s < self._look_due_s:
            return False
        newest, known = newest_generation(), self._current
        self._look_due_s = at_s + LOOK_EVERY_S
        if known is not None and newest <= known.generation:
            return False
        if not self._take_up(newest) or known is None:
            return False
        self._log.event("signing_key", generation=newest)
        return True

    def tell_keys(self) -> None:
        """All rotations, retained: an edge that was away follows one after the other."""
        for rotation in rotations():
            # Sealed by the key before, when it was made.
            self._broker.publish(Outgoing(key_topic(rotation.generation), rotation.sealed, retained=True))

    def _take_up(self, generation: int) -> bool:
        """Where the new key's file is not here, the old one goes on: its seals count for a while yet."""
        try:
            self._current = current(self._folder)
        except HubError as error:
            if generation != self._unusable:
                self._log.event("signing_key_unusable", generation=generation, text=str(error))
            self._unusable = generation
            return False
        return True
