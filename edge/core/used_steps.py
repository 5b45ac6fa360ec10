"""Steps of rotating codes that readers have taken: each counts once at a reader, used up by being shown. Pure.

Those of the last 15 minutes before the newest are known, and all that lie ahead of it: a clock that was set back
makes no code good a second time.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from contract.messages import CheckIn

STEPS_KEPT: Final = 30


class UsedStep(NamedTuple):
    """A step of a card (by its lookup hash) that a reader has taken."""

    reader: str
    card_hash: bytes
    step: int


class UsedSteps:
    def __init__(self, known: Iterable[UsedStep] = ()) -> None:
        """`known`: what the journal holds."""
        self._steps: dict[tuple[str, bytes], frozenset[int]] = {}
        self.recall(known)

    def recall(self, known: Iterable[UsedStep]) -> None:
        """What the journal holds, beside what is known."""
        for reader, card_hash, step in known:
            self._steps[reader, card_hash] = self.of(reader, card_hash) | {step}

    def of(self, reader: str, card_hash: bytes) -> frozenset[int]:
        return self._steps.get((reader, card_hash), frozenset())

    def take(self, checkin: CheckIn) -> None:
        """What a check-in uses up; the journal holds the same (edge/storage/journal_tables.py)."""
        newest = checkin.step
        if newest is None:
            return
        known = self.of(checkin.reader, checkin.code_hash)
        lately = frozenset(step for step in known if step >= newest - STEPS_KEPT)
        self._steps[checkin.reader, checkin.code_hash] = lately | {newest}
