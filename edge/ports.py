"""What the edge's core and gate ask of the world. Adapters implement these; nothing here does anything.

Instants are aware UTC; `_s` is elapsed time on the monotonic clock, in seconds.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from contract.ask import Posture
from contract.decision import Decision
from contract.facts import Position
from contract.feed import Row
from contract.gathering import StoredRow
from contract.high_water import Mark
from contract.messages import CheckIn, Confirmed
from contract.orders import Answered, Command, Desired, Modes, Reported, Telemetry
from contract.trust import ClockState
from edge.core.contact import Contact
from edge.core.saved_trust import SavedTrust
from edge.core.sync_events import Answer, State


class CannotLookUp(Exception):
    """The replica could not be read; whoever was scanned cannot be decided about."""


class Clock(Protocol):
    def now(self) -> datetime: ...

    def monotonic_s(self) -> float: ...


class KernelClock(Clock, Protocol):
    """A clock that tells what the kernel knows of it."""

    def boottime_s(self) -> float:
        """Seconds since this boot, suspension included, the same in every process."""

    def boot_id(self) -> str | None:
        """The kernel's name for this boot; None where it has none."""

    def kernel_synchronized(self) -> bool:
        """Whether something keeps the clock right."""


class Trust(Protocol):
    """How far time and data can be believed, asked when a decision is made. Returns at once."""

    def now(self) -> datetime:
        """The instant to decide at: the wall clock's, but not before what has surely passed."""

    def clock_state(self) -> ClockState: ...

    def replica_age_s(self) -> float | None:
        """Elapsed since the hub last said, asked, what the replica holds; None: it cannot be known."""

    def in_contact(self) -> bool:
        """Whether the hub answers, and knows all that stands in the journal but the last seconds."""
        ...


class TrustSource(Trust, Protocol):
    """What the hub link tells of the hub, the replica and the journal, for `Trust` to be made from."""

    @property
    def contact(self) -> Contact: ...

    def floor(self) -> datetime | None:
        """An instant that has surely passed, by what the hub has said; None: it has said nothing yet."""
        ...

    def note_sync(self, answer: Answer | None, position: Position | None, state: State) -> None:
        """What the hub has just answered, if it has; where the whole replica stands, and what its sync does."""
        ...


class TrustFile(Protocol):
    """What trust is made from, kept for the next process. Blocking: called from threads."""

    def read(self) -> SavedTrust | None:
        """What was written last; None: nothing. A damaged file is set aside, and there is nothing."""
        ...

    @property
    def set_aside(self) -> str | None:
        """The name of the damaged file that `read` found, if it did."""
        ...

    def write(self, trust: SavedTrust) -> None:
        """On disk when this returns; after a power cut there is this or what was there before. OSError."""
        ...


class Marks(Protocol):
    """How far each sender has come with what only rises (contract/high_water.py). On the event loop."""

    def mark(self, sender: str, kind: str) -> Mark | None: ...

    def accepts(self, sender: str, kind: str, mark: Mark, *, again: bool = False) -> bool:
        """Whether `mark` lies above what was reached; `again`: or is the same once more."""
        ...

    def reach(self, sender: str, kind: str, mark: Mark) -> None:
        """Raise a mark, on disk about a second later; one that lies below changes nothing."""
        ...

    async def keep_reached(self, sender: str, kind: str, mark: Mark) -> None:
        """Raise a mark, on disk when this returns. OSError: it is not."""
        ...


class Orders(Protocol):
    """What the hub orders of this edge, as it came: by its hub for this edge, its mark not looked at yet. Returns
    at once; on the event loop."""

    def desired(self, desired: Desired) -> None: ...

    def modes(self, modes: Modes) -> None: ...

    def command(self, command: Command) -> None: ...


ANSWERS_KEPT: Final = 8
"""So many are said again: the broker may have lost one, or the hub was away. It takes each once."""


class HubVoice(Protocol):
    """What this edge says to its hub of orders and of itself. `start` and `n` are filled in as it is sent.

    Without a connection, reports and answers wait for the next, where the last ones of both are said again anyway;
    telemetry is not sent then.
    """

    def report(self, reported: Reported) -> None: ...

    def answer(self, answered: Answered) -> None: ...

    def say_telemetry(self, telemetry: Telemetry) -> None: ...

    def resync(self) -> None:
        """Load a fresh replica beside the one that decides."""
        ...


class Log(Protocol):
    def __call__(self, event: str, /, **fields: object) -> None:
        """One line of the log; returns at once, from any thread. Never a card's code, a name or a key."""
        ...


@dataclass(frozen=True, slots=True)
class Frame:
    """What a scanner sent for one scan, its terminator taken off.

    `raw` is cut one byte beyond the longest scan that can be read; `length` is what came in all, in bytes.
    `arrived_s` is when the last byte was read, on the monotonic clock.
    """

    raw: bytes
    length: int
    arrived_s: float


@dataclass(frozen=True, slots=True)
class Found:
    """The live rows that belong to one card, and the position they were all read at. No rows: no such card."""

    position: Position
    rows: list[StoredRow]


class HoursReader(Protocol):
    """The edge's copy of its feed, as those see it who go by the site's hours."""

    def position(self) -> Position | None:
        """Where the whole replica stands; None while there is none, or no more."""
        ...

    async def hours_rows(self) -> list[StoredRow]:
        """All rows of sites and schedules; none while there is no whole replica. CannotLookUp."""
        ...

    async def changed(self) -> None:
        """Returns once the whole replica has moved on, or is another one."""
        ...


class ReplicaReader(Protocol):
    """The edge's copy of its feed, as decisions see it."""

    async def look_up(self, card_hash: bytes) -> Found | None:
        """All rows of one card in one consistent read; None while there is no whole replica. CannotLookUp."""
        ...


class ReplicaWriter(Protocol):
    """The edge's copy of its feed, as the hub link keeps it. Nothing here makes `look_up` wait.

    `apply` and `load` each are one transaction with the position they move to; one call at a time. What cannot
    be done raises an error and leaves the whole replica as it was. After `apply` and `finish_fresh` every
    `look_up` that saw the replica as it was before has answered: who awaits one directly and reads own uses in the
    same step misses none that leave afterwards.
    """

    @property
    def set_aside(self) -> str | None:
        """The name of the damaged file that was found at the start, if one was."""
        ...

    def position(self) -> Position | None:
        """Where the whole replica stands; None while there is none, or no more."""
        ...

    def digest(self) -> int:
        """The whole replica's digest at `position()`; 0 while there is none."""
        ...

    async def is_exact(self) -> bool:
        """Whether the rows on disk, recounted slowly in the background, still have the digest kept with them."""
        ...

    async def apply(self, rows: list[Row], upto: int) -> int:
        """Bring the whole replica to `upto`; returns its digest there."""
        ...

    async def start_fresh(self, feed: str, epoch: int, head: int) -> None:
        """Begin a new replica beside the old one, which decides until `finish_fresh`. `head` is the feed's
        sequence now: rows up to it come once each, so they are loaded without an index."""
        ...

    async def load(self, rows: list[Row], upto: int) -> None:
        """The next rows of the fresh replica."""
        ...

    async def finish_fresh(self, digest: int) -> bool:
        """Build the index, compare the digest of what was loaded, swap in. False: it differs, and is gone."""
        ...


class Confirmer(Protocol):
    """Asks the hub before a redemption is granted."""

    async def confirm(self, checkin: CheckIn, budget_s: float) -> Confirmed | None:
        """What the hub decides about `checkin`; None: it cannot be reached, or did not say within `budget_s`."""
        ...


class DoorPosture(Protocol):
    """What a reader's door is set to, asked at each scan. Returns at once."""

    def posture(self) -> Posture: ...


class ReaderPort(Protocol):
    """A reader's scanner, as far as it is there."""

    @property
    def name(self) -> str: ...

    @property
    def is_open(self) -> bool: ...


class Signals(Protocol):
    """Relay, lamps and buzzer of one reader. Returns at once; the pulses end by themselves."""

    def show(self, decision: Decision) -> None: ...

    def wait(self) -> None:
        """The hub is asked; until something else is shown."""

    def turn_away(self) -> None:
        """Not now: of a code that is not decided about."""

    def interlocked_by(self) -> str | None:
        """The door that has to be shut before this one opens, while it is open: no grant moves the relay."""

    def hold(self) -> None:
        """The door stands open until `release`, whatever is shown meanwhile."""

    def release(self) -> None:
        """What was held ends at once, and any pulse with it; nothing where nothing was held."""

    def lock_down(self, begins: bool) -> None:
        """A lockdown begins or ends: what the door's state is called by. Decisions are made by it elsewhere."""

    def close(self) -> None:
        """Everything at rest."""


@dataclass(frozen=True, slots=True)
class MachineState:
    """What the machine tells of itself; None: it does not. `memory_bytes` is of all the edge's processes."""

    temperature_c: float | None = None
    disk_free_bytes: int | None = None
    disk_free_share: float | None = None
    memory_bytes: int | None = None
    load: float | None = None
