"""The edge's seal on what it says, the hub's on what it hears, and whose key is the hub's by now.

Outlives connections. What is heard may be handed in by one other thread than what is said; a rotation is on disk
before it counts. Knows no message but rotations.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from contract.keys import SigningKey, Trusted
from contract.seal import SealError, SealWhy, seal, unseal, unseal_by
from edge.core.key_chain import KeyChain

SAVED_AGAIN_AFTER: Final = timedelta(minutes=1)


class Seals:
    """`save` puts what is trusted on disk, or raises an OSError."""

    def __init__(self, key: SigningKey, trusted: Trusted, save: Callable[[Trusted], None]) -> None:
        self._key = key
        self._chain = KeyChain(trusted)
        self._save = save
        self._save_due: datetime | None = None
        """When it is tried to forget the key before on disk, too; None: it is done."""

    def sealed(self, topic: str, payload: bytes) -> bytes:
        """SealError: too long for a message."""
        return seal(payload, self._key, topic)

    def opened(self, topic: str, sealed: bytes, old_at: datetime | None) -> tuple[bytes, bool]:
        """What the hub sealed for this topic, and whether by its current key. SealError: it did not.

        `old_at`: the instant at which a seal of the key before is judged; None: it does not count.
        """
        trusted = self._chain.trusted
        try:
            return unseal_by(sealed, trusted.current, topic), True
        except SealError as error:
            if error.why is not SealWhy.UNKNOWN_KEY or old_at is None:
                raise
        return unseal(sealed, trusted, topic, old_at), False

    def lapse(self, at: datetime) -> None:
        """Forget the key before where it counts no more at `at`. OSError: it is still on disk; it is tried again a
        minute later."""
        trusted = _at(self._chain.trusted, at)
        if trusted is not self._chain.trusted:
            self._chain.turned(trusted)
            self._save_due = at
        if self._save_due is not None and at >= self._save_due:
            self._save_due = at + SAVED_AGAIN_AFTER
            self._save(self._chain.trusted)
            self._save_due = None

    def hear_rotation(self, topic: str, sealed: bytes, at: datetime) -> tuple[list[Trusted], SealError | None]:
        """Which keys count from now on, in their order, and why this message is none of them.

        OSError: what follows could not be kept, and does not count; it is tried again with the next rotation.
        """
        refused = None
        try:
            self._chain.hear(topic, sealed)
        except SealError as error:
            refused = error
        turned = []
        while (following := self._chain.following()) is not None:
            trusted = _at(following, at)
            self._save(trusted)
            self._chain.turned(trusted)
            turned.append(trusted)
        return turned, refused


def _at(trusted: Trusted, at: datetime) -> Trusted:
    """Without the key before, where its time is over."""
    is_over = trusted.old_until is not None and trusted.old_until <= at
    return Trusted(trusted.current, trusted.generation) if is_over else trusted
