"""How far the edge's clock is believed, and the instant that decisions are made at. Pure: instants are passed in.

`at_s` is elapsed time of this boot, suspension included, in seconds. A *mark* is a time of day tied to it: what it
says now is that time and what has elapsed since.

  state    | when
  synced   | the kernel says synchronized, and the wall clock is within 5 minutes of the hub's last answered time
  holdover | it was synced in this boot, and within 5 minutes still says what it said then
  unknown  | else

The *floor* is a time that has surely passed. It goes on with the elapsed time, and only an answer of the hub to a
question of this edge moves it otherwise. The hub told its time between question and answer, so now it is between
what the hub said and that plus what the answer took: the floor is brought there, up or down. Thus one wrong time
of the hub lasts until its next answer, and a wall clock, wrong or not, never moves the floor.

The floor holds a clock of which nothing is known exactly: an edge without a battery clock and without NTP decides
at the hub's time. A synced or holdover clock is believed to within the same 5 minutes as makes it so: it is set
finer than the hub's, and 3 minutes that the hub is wrong would make every rotating code stale.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.trust import ClockState

TOLERANCE: Final = timedelta(minutes=5)
_CORRECTED: Final = timedelta(seconds=1)
"""Further than an answer's way through the network and a clock's drift move the floor in a minute."""


@dataclass(frozen=True, slots=True)
class Mark:
    """It was `at` (aware UTC) when `at_s` seconds had elapsed."""

    at: datetime
    at_s: float

    def carried_to(self, at_s: float) -> datetime:
        return self.at + timedelta(seconds=at_s - self.at_s)


@dataclass(frozen=True, slots=True)
class ClockMarks:
    """What is known: the floor, the time that the hub answered last, the wall clock when it was last synced."""

    floor: Mark | None = None
    hub: Mark | None = None
    synced: Mark | None = None


NO_MARKS: Final = ClockMarks()


class ClockTrust:
    """`marks` are those of an earlier process: all of them in the same boot, of an earlier one the floor alone."""

    def __init__(self, marks: ClockMarks = NO_MARKS) -> None:
        self._floor = marks.floor
        self._hub = marks.hub
        self._synced = marks.synced
        self._kernel_synchronized = False

    def marks(self) -> ClockMarks:
        """To be kept for the next process."""
        return ClockMarks(self._floor, self._hub, self._synced)

    def look(self, kernel_synchronized: bool, wall_at: datetime, at_s: float) -> None:
        """What the kernel says of its clock, every second or so."""
        self._kernel_synchronized = kernel_synchronized
        self._note_synced(wall_at, at_s)

    def heard(self, hub_at: datetime, asked_s: float, answered_s: float, wall_at: datetime) -> bool:
        """The hub has said its time in an answer to a question; whether the floor was corrected.

        An answer that took more than 5 minutes says too little of the time now to judge the wall clock by it.
        """
        took = timedelta(seconds=answered_s - asked_s)
        if took <= TOLERANCE:
            self._hub = Mark(hub_at, answered_s)
        before = None if self._floor is None else self._floor.carried_to(answered_s)
        after = hub_at if before is None else min(max(before, hub_at), hub_at + took)
        self._floor = Mark(after, answered_s)
        self._note_synced(wall_at, answered_s)
        return before is None or abs(after - before) > _CORRECTED

    def state(self, wall_at: datetime, at_s: float) -> ClockState:
        if self._kernel_synchronized and _is_near(wall_at, self._hub, at_s):
            return ClockState.SYNCED
        return ClockState.HOLDOVER if _is_near(wall_at, self._synced, at_s) else ClockState.UNKNOWN

    def floor(self, at_s: float) -> datetime | None:
        """What has surely passed, whatever the wall clock says; None: nothing is known."""
        return None if self._floor is None else self._floor.carried_to(at_s)

    def now(self, wall_at: datetime, at_s: float) -> datetime:
        """The instant to decide at: the wall clock's, but not before the floor (a believed clock: 5 minutes less).

        It can go back by 5 minutes when a clock comes to be believed, by more when one that was wrong is set.
        """
        floor_at = self.floor(at_s)
        if floor_at is None:
            return wall_at
        unknown = self.state(wall_at, at_s) is ClockState.UNKNOWN
        return max(wall_at, floor_at if unknown else floor_at - TOLERANCE)

    def _note_synced(self, wall_at: datetime, at_s: float) -> None:
        if self.state(wall_at, at_s) is ClockState.SYNCED:
            self._synced = Mark(wall_at, at_s)


def _is_near(wall_at: datetime, mark: Mark | None, at_s: float) -> bool:
    return mark is not None and abs(wall_at - mark.carried_to(at_s)) <= TOLERANCE
