"""The world as edge/ports.py describes it, in memory; and a pseudo-terminal that stands for a scanner."""

import asyncio
import os
import pty
import time
import tty
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from contract.ask import Posture
from contract.decision import Decision
from contract.facts import Position
from contract.gathering import StoredRow
from contract.messages import Ack, CheckIn, Confirmed, JournalRow, Void, encode
from contract.trust import ClockState
from edge.core.saved_trust import SavedTrust
from edge.core.used_steps import UsedStep
from edge.journal_port import CannotRecord
from edge.ports import CannotLookUp, Found

NOON = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    def __init__(self) -> None:
        self.at = NOON
        self.elapsed_s = 100.0
        self.synchronized = False
        self.looks = 0
        self.boot: str | None = "this-boot"

    def now(self) -> datetime:
        return self.at

    def monotonic_s(self) -> float:
        return self.elapsed_s

    def boottime_s(self) -> float:
        return self.elapsed_s

    def boot_id(self) -> str | None:
        return self.boot

    def kernel_synchronized(self) -> bool:
        self.looks += 1
        return self.synchronized


class FakeTrustFile:
    """`fails`: nothing can be written."""

    def __init__(self) -> None:
        self.kept: SavedTrust | None = None
        self.set_aside: str | None = None
        self.fails = False
        self.writes = 0

    def read(self) -> SavedTrust | None:
        return self.kept

    def write(self, trust: SavedTrust) -> None:
        self.writes += 1
        if self.fails:
            raise OSError(28, "No space left on device")
        self.kept = trust


class FakeLog:
    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, object]]] = []

    def __call__(self, event: str, /, **fields: object) -> None:
        self.lines.append((event, fields))

    def all(self, event: str) -> list[dict[str, object]]:
        return [fields for name, fields in self.lines if name == event]


class FakeReplica:
    """Rows by card hash. `position` None: no whole replica. Every look-up lets other tasks run first."""

    def __init__(self, position: Position | None = None) -> None:
        self.position = position
        self.rows: dict[bytes, list[StoredRow]] = {}
        self.broken = False
        self.look_ups: list[bytes] = []

    async def look_up(self, card_hash: bytes) -> Found | None:
        self.look_ups.append(card_hash)
        await asyncio.sleep(0)
        if self.broken:
            raise CannotLookUp("the file is damaged")
        return None if self.position is None else Found(self.position, self.rows.get(card_hash, []))


class FakeJournal:
    """`free` cleared: commits wait. `fails`: they fail."""

    def __init__(self) -> None:
        self.rows: list[CheckIn | Void] = []
        self.free = asyncio.Event()
        self.free.set()
        self.fails = False
        self.waiting = 0
        self.set_aside: str | None = None
        self.fault: str | None = None

    @property
    def id(self) -> bytes:
        return b"J" * 16

    @property
    def checkins(self) -> list[CheckIn]:
        return [row for row in self.rows if isinstance(row, CheckIn)]

    async def append(self, row: CheckIn | Void) -> int:
        self.waiting += 1
        await self.free.wait()
        self.waiting -= 1
        if self.fails:
            raise CannotRecord("the disk is full")
        self.rows.append(row)
        return len(self.rows)

    async def rows_after(self, sequence: int, limit: int) -> list[JournalRow]:
        after = list(enumerate(self.rows, start=1))[sequence : sequence + limit]
        return [JournalRow(number, encode(row)) for number, row in after]

    async def last_sequence(self) -> int:
        return len(self.rows)

    async def acknowledge(self, ack: Ack) -> None:
        raise NotImplementedError

    async def own_rows_not_known_passed(self, position: Position | None) -> Iterable[tuple[int, CheckIn | Void]]:
        raise NotImplementedError

    async def newest_own_rows(self) -> Iterable[CheckIn | Void]:
        if self.fails:
            raise CannotRecord("the disk is full")
        return list(reversed(self.rows))

    async def used_steps(self) -> Iterable[UsedStep]:
        raise NotImplementedError


class FakeTrust:
    """The clock's time, believed; a replica of this moment; a hub that answers."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.state = ClockState.SYNCED
        self.age_s: float | None = 0.0
        self.contact = True

    def now(self) -> datetime:
        return self.clock.now()

    def clock_state(self) -> ClockState:
        return self.state

    def replica_age_s(self) -> float | None:
        return self.age_s

    def in_contact(self) -> bool:
        return self.contact


class FakeDoor:
    def __init__(self) -> None:
        self.set_to = Posture.SECURE

    def posture(self) -> Posture:
        return self.set_to


class FakeConfirmer:
    """A hub that answers `answer` (the id is filled in) once it is `free`, after `meanwhile` has happened."""

    def __init__(self) -> None:
        self.asked: list[tuple[CheckIn, float]] = []
        self.answer: Confirmed | None = None
        self.free = asyncio.Event()
        self.free.set()
        self.meanwhile: Callable[[], None] = lambda: None

    async def confirm(self, checkin: CheckIn, budget_s: float) -> Confirmed | None:
        self.asked.append((checkin, budget_s))
        await self.free.wait()
        self.meanwhile()
        return None if self.answer is None else replace(self.answer, id=checkin.id)


class FakeSignals:
    def __init__(self, on_show: Callable[[], None] = lambda: None) -> None:
        self.shown: list[Decision] = []
        self.on_show = on_show
        self.turned_away = 0
        self.waits = 0
        self.held = False
        self.locked_down = False
        self.open_partner: str | None = None

    def interlocked_by(self) -> str | None:
        return self.open_partner

    def show(self, decision: Decision) -> None:
        self.shown.append(decision)
        self.on_show()

    def wait(self) -> None:
        self.waits += 1

    def turn_away(self) -> None:
        self.turned_away += 1
        self.on_show()

    def hold(self) -> None:
        self.held = True

    def release(self) -> None:
        self.held = False

    def lock_down(self, begins: bool) -> None:
        self.locked_down = begins

    def close(self) -> None:
        raise NotImplementedError


class Scanner:
    """A scanner behind a symbolic link, as udev makes them: a pseudo-terminal that can be pulled out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master: int | None = None

    def plug_in(self) -> None:
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.path.symlink_to(os.ttyname(slave))
        os.close(slave)

    def pull_out(self) -> None:
        assert self._master is not None
        self.path.unlink()
        os.close(self._master)
        self._master = None

    def hear(self, count: int) -> bytes:
        """So many bytes that were sent to it; then it answers them, without a terminator. Blocking."""
        assert self._master is not None
        heard = b""
        while len(heard) < count:
            try:
                heard += os.read(self._master, count - len(heard))
            except OSError:  # nobody has it open yet
                time.sleep(0.01)
        self.type(heard + b"\x06")
        return heard

    def type(self, raw: bytes) -> None:
        """Everything, however little fits into the terminal at once. Not on the event loop that reads it."""
        assert self._master is not None
        while raw:
            raw = raw[os.write(self._master, raw) :]

    def close(self) -> None:
        if self._master is not None:
            self.pull_out()
