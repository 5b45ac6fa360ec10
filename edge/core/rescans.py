"""Codes that were scanned a moment ago at one reader: scanned again, they repeat their first outcome. Pure.

Times are seconds of the monotonic clock. Holds hashes and digits, never a code's text.
"""

from dataclasses import dataclass, field
from typing import Final

from contract.ask import Posture
from contract.decision import Decision
from contract.messages import CheckIn
from contract.reader_rules import OPENS

REMEMBERED_MAX: Final = 256
"""More different cards than anybody shows in a minute; a flood of others forgets the oldest."""


@dataclass(frozen=True, slots=True)
class FirstOutcome:
    """What was recorded of a code, and what was shown."""

    checkin: CheckIn
    shown: Decision
    scanned_s: float


@dataclass(frozen=True, slots=True)
class Rescans:
    """`rescan_s`: for how long after the first scan an outcome is repeated; 0: never."""

    rescan_s: float
    _outcomes: dict[tuple[bytes, str | None], FirstOutcome] = field(default_factory=dict, repr=False)

    def of(self, code_hash: bytes, digits: str | None, posture: Posture, at_s: float) -> FirstOutcome | None:
        """None as well where the door is set to something else since."""
        first = self._outcomes.get((code_hash, digits))
        if first is None or first.checkin.circumstances.posture is not posture:
            return None
        return None if at_s - first.scanned_s > self.rescan_s else first

    def remember(self, first: FirstOutcome) -> None:
        """Not where the door stood open: each scan is recorded there."""
        if self.rescan_s == 0 or first.shown.reason in OPENS:
            return
        key = (first.checkin.code_hash, first.checkin.circumstances.digits)
        self._outcomes.pop(key, None)
        self._outcomes[key] = first
        if len(self._outcomes) > REMEMBERED_MAX:
            del self._outcomes[next(iter(self._outcomes))]

    def forget(self, checkin_id: bytes) -> None:
        """What was undone is decided anew."""
        for key, first in list(self._outcomes.items()):
            if first.checkin.id == checkin_id:
                del self._outcomes[key]
