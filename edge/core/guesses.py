"""What is being guessed at one reader, and which scans could be another try at it. Pure.

Two things can be guessed: short codes that others made, and the digits of a rotating card whose code is known.
Each such card has a count of its own, so that nobody else waits for what happens to it. A card that was granted
here lately is no guess. Holds hashes, never a code's text.
"""

from typing import Final, TypeVar

from contract.card import Scan, is_code
from contract.reasons import Reason
from edge.core.guessing import Guessing

GRANTED_MAX: Final = 4_096
CARDS_MAX: Final = 256
"""Of cards whose digits were wrong lately; the code of each would have to be known."""
_Value = TypeVar("_Value")


class Guesses:
    def __init__(self) -> None:
        self.codes: Final = Guessing()
        self._digits: dict[bytes, Guessing] = {}
        self._granted: dict[bytes, None] = {}

    def going_on(self) -> list[Guessing]:
        return [each for each in (self.codes, *self._digits.values()) if each.goes_on]

    def cannot_be_a_guess(self, scan: Scan, card_hash: bytes) -> bool:
        """A card of our own form, or one that was granted here lately."""
        return scan.text is not None and (is_code(scan.text) or card_hash in self._granted)

    def tried_by(self, scan: Scan, card_hash: bytes) -> Guessing | None:
        """What goes on that this scan could be a try at; None: it goes ahead."""
        if scan.text is None:
            return None
        if scan.digits is not None:
            about = self._digits.get(card_hash)
        else:
            about = None if self.cannot_be_a_guess(scan, card_hash) else self.codes
        return about if about is not None and about.goes_on else None

    def missed_by(self, card_hash: bytes, digits: str | None, reason: Reason) -> Guessing | None:
        """What a scan with this outcome has missed; None: it is no wrong guess."""
        if reason is Reason.GRANTED:
            _put(self._granted, card_hash, None, GRANTED_MAX)
        if reason is Reason.UNKNOWN_CARD:
            self._granted.pop(card_hash, None)
            return self.codes
        if reason is not Reason.CODE_STALE or digits is None:
            return None
        about = self._digits.get(card_hash) or Guessing()
        _put(self._digits, card_hash, about, CARDS_MAX)
        return about


def _put(known: dict[bytes, _Value], key: bytes, value: _Value, at_most: int) -> None:
    """As the newest; the oldest makes way."""
    known.pop(key, None)
    known[key] = value
    if len(known) > at_most:
        del known[next(iter(known))]
