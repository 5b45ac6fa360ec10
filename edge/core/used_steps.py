"""Steps of rotating codes that readers have taken: each counts once at a reader. Pure.

A step that lies ahead of what a card can show now was taken while the clock was wrong: it says nothing, or that
card would be locked out until then.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from contract.messages import CheckIn
from contract.rotating import step_at
from edge.core.checkin import step_used_by

STEPS_AHEAD_MAX: Final = 2
"""Between two codes that are right at one moment: the one of the step before and the one of the step after."""


class UsedStep(NamedTuple):
    """The newest step of a card (by its lookup hash) that a reader has taken."""

    reader: str
    card_hash: bytes
    step: int


class UsedSteps:
    def __init__(self, known: Iterable[UsedStep] = ()) -> None:
        """`known`: what the journal holds."""
        self._steps = {(each.reader, each.card_hash): each.step for each in known}

    def of(self, reader: str, card_hash: bytes, at: datetime) -> int | None:
        step = self._steps.get((reader, card_hash))
        return None if step is None or step > step_at(at) + 1 else step

    def take(self, checkin: CheckIn) -> None:
        """What a check-in uses up; the journal holds the same (edge/storage/journal_tables.py)."""
        step = step_used_by(checkin)
        if step is None:
            return
        key = (checkin.reader, checkin.code_hash)
        known = self._steps.get(key, step)
        self._steps[key] = step if known > step + STEPS_AHEAD_MAX else max(known, step)
