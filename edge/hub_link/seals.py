"""The edge's seal on what it says, the hub's on what it hears, and whose key is the hub's by now.

Outlives connections. What is heard may be handed in by one other thread than what is said; a rotation is on disk
before it counts. Knows no message but rotations.
"""

from collections.abc import Callable
from datetime import datetime

from contract.keys import SigningKey, Trusted
from contract.seal import SealError, seal, unseal
from edge.core.key_chain import KeyChain


class Seals:
    """`save` puts what is trusted on disk, or raises an OSError."""

    def __init__(self, key: SigningKey, trusted: Trusted, save: Callable[[Trusted], None]) -> None:
        self._key = key
        self._chain = KeyChain(trusted)
        self._save = save

    def sealed(self, topic: str, payload: bytes) -> bytes:
        """SealError: too long for a message."""
        return seal(payload, self._key, topic)

    def opened(self, topic: str, sealed: bytes, at: datetime) -> bytes:
        """What the hub sealed for this topic. SealError: it did not."""
        return unseal(sealed, self._chain.trusted, topic, at)

    def hear_rotation(self, topic: str, sealed: bytes) -> tuple[list[Trusted], SealError | None]:
        """Which keys count from now on, in their order, and why this message is none of them.

        OSError: what follows could not be kept, and does not count; it is tried again with the next rotation.
        """
        refused = None
        try:
            self._chain.hear(topic, sealed)
        except SealError as error:
            refused = error
        turned = []
        while (trusted := self._chain.following()) is not None:
            self._save(trusted)
            self._chain.turned(trusted)
            turned.append(trusted)
        return turned, refused
