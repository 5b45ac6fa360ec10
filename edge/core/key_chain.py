"""Which key is the hub's: each one names the next (contract.seal.Rotation), and nothing else does. Pure.

A broker gives out what it retained in any order, so a rotation that the current key cannot verify yet is kept
until its turn comes. A key counts once its taker has it on disk and says `turned`.
"""

from typing import Final

from contract.keys import Trusted
from contract.seal import SealError, SealWhy, rotated
from contract.topics import key as key_topic

WAITING_MAX: Final = 16
ROTATION_BYTES_MAX: Final = 1_024
"""A rotation has under 300."""
_DIGITS_MAX: Final = 16


class KeyChain:
    def __init__(self, trusted: Trusted) -> None:
        self._trusted = trusted
        self._waiting: dict[int, bytes] = {}

    @property
    def trusted(self) -> Trusted:
        return self._trusted

    def hear(self, topic: str, sealed: bytes) -> None:
        """Somebody says a rotation; `following` tells whether it has its turn. SealError: it has none now.

        One that is reached already is the broker's retained copy, and no news. UNKNOWN_KEY: it is kept, in case it
        is to have its turn once another was heard; of too many the latest generations are given up.
        """
        generation = _generation(topic)
        if generation <= self._trusted.generation:
            return
        if len(sealed) > ROTATION_BYTES_MAX:
            raise SealError(
                SealWhy.WRONG_SIZE, f"{len(sealed)} bytes; a rotation has {ROTATION_BYTES_MAX} at most"
            )
        try:
            _next(self._trusted, generation, sealed)
        except SealError as error:
            if error.why is SealWhy.UNKNOWN_KEY:
                self._keep(generation, sealed)
            raise
        self._keep(generation, sealed)

    def following(self) -> Trusted | None:
        """What is trusted next, by what was heard; None: nothing follows yet."""
        for generation, sealed in sorted(self._waiting.items()):
            try:
                return _next(self._trusted, generation, sealed)
            except SealError:
                continue
        return None

    def turned(self, trusted: Trusted) -> None:
        """`following` is on disk: it counts from now on."""
        self._trusted = trusted
        self._waiting = {each: sealed for each, sealed in self._waiting.items() if each > trusted.generation}

    def _keep(self, generation: int, sealed: bytes) -> None:
        self._waiting[generation] = sealed
        if len(self._waiting) > WAITING_MAX:
            del self._waiting[max(self._waiting)]


def _next(trusted: Trusted, generation: int, sealed: bytes) -> Trusted:
    following = rotated(trusted, sealed, key_topic(generation))
    if following.generation != generation:
        raise SealError(SealWhy.MALFORMED, f"generation {following.generation}, said as {generation}")
    return following


def _generation(topic: str) -> int:
    text = topic.rpartition("/")[2]
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS_MAX) or topic != key_topic(int(text)):
        raise SealError(SealWhy.MALFORMED, "the topic names no generation")
    return int(text)
