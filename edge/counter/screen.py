"""What one counter's screen has to show: a mailbox for one, which the gate fills and never waits for.

The newest decision is kept, and the redemption that can be undone; and the benefit that staff chose, for a while.
Knows nothing of HTTP, and of no words.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from contract.decision import Decision
from contract.effects import VOID_WITHIN, counts
from contract.instants import from_us
from contract.messages import CheckIn
from contract.reader_configuration import Reader
from edge.ports import Clock

SHOWN_S: Final = 10.0
"""Long enough to read at two metres what is left, short enough for the next in line."""
WAITS_S: Final = 15.0
"""Longer than the hub is waited for (confirm_seconds), so that nothing stays if no answer is shown."""
TURNED_AWAY_S: Final = 5.0
"""Long enough to be seen by whoever looks up for an answer."""
CHOICE_S: Final = 60.0
"""After a choice, or the last scan under it. Whoever forgets about it serves the next guest what is usual."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`id` is the check-in's, `at` its instant; `shown_s` when it came, on the monotonic clock. `voided`: it was
    shown before, and is undone. `number` tells two that look alike apart."""

    decision: Decision
    id: bytes
    at: datetime
    shown_s: float
    voided: bool = False
    number: int = 0


class Screen:
    """Implements counter_port.CounterScreen. `number` rises with each change."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self.reader = reader
        self.number = 0
        self.zone = "UTC"
        self._clock = clock
        self._shown: Shown | None = None
        self._last: Shown | None = None
        self._undone: Shown | None = None
        self._undone_by: bytes | None = None
        self._waits_s: float | None = None
        self._turned_away_s: float | None = None
        self._choice: tuple[str, float] | None = None
        self._news = asyncio.Event()

    # What the gate says and asks

    def show(self, decision: Decision, checkin: CheckIn, zone: str | None) -> None:
        shown = self._as_shown(decision, checkin)
        self.zone = zone or self.zone
        if counts(decision.outcome, decision.counted):
            self._last = shown
        self._undone_by = checkin.id if self._undoes(decision) else None
        if self._choice is not None:
            self._choice = (self._choice[0], shown.shown_s)
        self._show(self._undone_or(shown))

    def show_again(self, decision: Decision, checkin: CheckIn) -> None:
        self._show(self._undone_or(self._as_shown(decision, checkin)))

    def waits(self) -> None:
        self._show_none()
        self._waits_s = self._clock.monotonic_s()
        self._tell()

    def turned_away(self) -> None:
        self._show_none()
        self._turned_away_s = self._clock.monotonic_s()
        self._tell()

    def voided(self, checkin_id: bytes) -> None:
        last, self._last, self._undone = self._last, None, None
        if last is not None and last.id == checkin_id:
            now_s = self._clock.monotonic_s()
            self._undone = Shown(last.decision, last.id, last.at, now_s, voided=True)
            self._show(self._undone)

    def permission(self) -> str:
        if self._choice is not None and self._clock.monotonic_s() - self._choice[1] > CHOICE_S:
            self._choice = None
        return self.reader.permission if self._choice is None else self._choice[0]

    # What the page asks and says

    @property
    def choices(self) -> tuple[str, ...]:
        """What staff may choose among, the usual first; none where there is but one."""
        others = [each for each in self.reader.benefits if each != self.reader.permission]
        return (self.reader.permission, *others) if others else ()

    def choose(self, permission: str) -> bool:
        """Whether it can be chosen here; it holds from the next scan on."""
        if permission not in self.choices:
            return False
        usual = permission == self.reader.permission
        self._choice = None if usual else (permission, self._clock.monotonic_s())
        self._tell()
        return True

    def shown(self) -> Shown | None:
        """None once it was shown for long enough."""
        return self._shown if self.left_s() > 0 else None

    def left_s(self) -> float:
        """How long what is shown stays."""
        return 0.0 if self._shown is None else SHOWN_S - (self._clock.monotonic_s() - self._shown.shown_s)

    def turned_away_left_s(self) -> float:
        """How long it stays shown that the last scan was turned away; 0 and less: it is not."""
        if self._turned_away_s is None:
            return 0.0
        return TURNED_AWAY_S - (self._clock.monotonic_s() - self._turned_away_s)

    @property
    def is_waiting(self) -> bool:
        """Whether the hub is asked about a scan."""
        return self._waits_s is not None and self._clock.monotonic_s() - self._waits_s < WAITS_S

    def undoable(self) -> Shown | None:
        """The last redemption, where it can be undone here and still is young enough."""
        last = self._last
        if last is None or self.reader.undo_permission is None:
            return None
        young = self._clock.monotonic_s() - last.shown_s < VOID_WITHIN.total_seconds()
        return last if young else None

    async def changed(self, number: int) -> None:
        """Returns once `number` is no longer the newest."""
        while number == self.number:
            await self._news.wait()

    def follow(self, reader: Reader) -> None:
        """By another section of the configuration from now on."""
        self.reader = reader
        if self._choice is not None and self._choice[0] not in self.choices:
            self._choice = None
        self._tell()

    def _as_shown(self, decision: Decision, checkin: CheckIn) -> Shown:
        return Shown(decision, checkin.id, from_us(checkin.at_us), self._clock.monotonic_s())

    def _undoes(self, decision: Decision) -> bool:
        return decision.granted and decision.permission == self.reader.undo_permission

    def _undone_or(self, shown: Shown) -> Shown:
        """In place of a card that undoes: what it undid, where that was shown since the start."""
        if self._undone is None or shown.id != self._undone_by:
            return shown
        return replace(self._undone, shown_s=shown.shown_s)

    def _show(self, shown: Shown) -> None:
        self._show_none()
        self._shown = replace(shown, number=self.number + 1)
        self._tell()

    def _show_none(self) -> None:
        self._shown = self._waits_s = self._turned_away_s = None

    def _tell(self) -> None:
        self.number += 1
        self._news.set()
        self._news = asyncio.Event()
