"""One edge of the fleet: its machine with files, clock and line, and the process on it.

The process is edge.app.run itself; in place of serial ports, of /proc and of paho stand the simulation's (see
parts.py). One that ends, by a kill or because it cannot start, is started again by whoever runs the world, as
systemd does.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from contract.keys import SigningKey
from contract.messages import Ack, CheckIn, Lost
from contract.orders import Modes
from edge.app import Setting, run
from edge.storage.enrolment_file import read_enrolment
from tests.enrolled import Certificate, enrolled_state
from tests.simulation.broker import Broker, Line
from tests.simulation.clock import MachineClock, TrueTime
from tests.simulation.disk import DISK, Disk
from tests.simulation.doors import Doors
from tests.simulation.loop import Node, VirtualLoop, context_of
from tests.simulation.numbers_held import forged, gone_back
from tests.simulation.orders_held import Marks, marks_on_disk, modes_on_disk
from tests.simulation.paho_client import BROKER
from tests.simulation.parts import MACHINE, Scanner, Signals
from tests.simulation.trace import Trace

UNREACHABLE_S = 120.0


@dataclass(eq=False)
class EdgeMachine:
    name: str
    folder: Path
    loop: VirtualLoop
    broker: Broker
    rng: Random
    true: TrueTime
    clock: MachineClock
    trace: Trace
    on_end: Callable[["EdgeMachine"], None]
    seed: bytes
    hub_key: SigningKey
    organization_key: bytes
    epoch: int
    certificate: Certificate
    line: Line = field(default_factory=Line)
    starts: int = 0
    kept: dict[bytes, tuple[float, CheckIn]] = field(default_factory=dict)
    """Check-ins by id, and when the journal said that they are on disk."""
    damaged_at_s: float | None = None
    """When bytes of its journal were flipped the last time."""
    last_when_damaged: set[bytes] = field(default_factory=set)
    """Ids of what it had kept last whenever that was: flipped, it looks like what a power cut tears."""
    torn_s: list[tuple[float, float]] = field(default_factory=list)
    """From when the disk's image was made until it was put back: what was kept then is gone with the disk."""
    marks: Marks = field(default_factory=dict)
    """What lay on disk when its last process ended and may only rise."""
    acked: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    """Epoch and row of the last ack that was kept, by journal."""
    marks_unkept: bool = False
    """Whether a full disk ever kept a process from writing its marks, its start among them."""
    node: Node | None = None
    disk: Disk | None = None
    scanners: dict[str, Scanner] = field(default_factory=dict)
    stopping: Callable[[], None] | None = None
    signals: dict[str, Signals] = field(default_factory=dict)
    untold: Counter[str] = field(default_factory=Counter)
    """Check-ins that could not be kept since this process began and that no row tells of yet, by why."""
    on_modes: Callable[[Modes], None] = lambda modes: None
    """Called whenever its readers are set to other modes."""
    _context: Context = field(default_factory=Context)

    def __post_init__(self) -> None:
        self.doors = Doors(self.name, self.true, self.clock, self.trace.fault)

    @property
    def state_dir(self) -> Path:
        """Each start has its own, a copy of what the one before left."""
        return self.folder / f"state-{self.starts}"

    @property
    def runs(self) -> bool:
        return self.node is not None

    @property
    def damaged(self) -> bool:
        return self.damaged_at_s is not None

    def was_torn(self, at_s: float) -> bool:
        return any(since_s <= at_s <= upto_s for since_s, upto_s in self.torn_s)

    def enrol(self) -> None:
        enrolled_state(
            self.state_dir,
            self.name,
            edge_seed=self.seed,
            hub_key=self.hub_key,
            organization_key=self.organization_key,
            epoch=self.epoch,
            certificate=self.certificate,
        )

    # What happens to the machine

    def start(self) -> None:
        assert self.node is None
        self.node = node = Node(f"{self.name}/{self.starts}")
        before = self.disk
        self.disk = Disk(self.state_dir, self.rng, self.kill)
        if before is not None:
            self.disk.fill(before.full, before.to_the_byte)
        self._context = context_of(node)
        self._context.run(DISK.set, self.disk)
        self._context.run(BROKER.set, (self.loop, self.broker, self.line))
        self._context.run(MACHINE.set, self)
        self.doors.begin(modes_on_disk(self.state_dir))
        self.untold.clear()
        self.loop.call_soon(self._begin, context=self._context)

    def kill(self) -> None:
        """In the middle of whatever it does, without a word."""
        if self.node is None or self.disk is None:
            return
        self.loop.bury(self.node)
        self.node = self.stopping = None
        self.scanners = {}
        self.signals = {}
        self.starts += 1
        self.disk.leave(self.state_dir)
        self.broker.cut(self.line)
        self.trace.note("edge process ended", edge=self.name)
        self.look_at_marks()
        self.on_end(self)

    def look_at_marks(self) -> None:
        """What may only rise has not gone back since the last look."""
        now = marks_on_disk(self.state_dir)
        for fault in gone_back(self.marks, now):
            self.trace.fault(f"{self.name}: {fault}")
        for taken in forged(now):
            self.trace.fault(f"{self.name} took what somebody forged: {taken}")
        self.marks = now

    def look_at_doors(self) -> None:
        """Relays are held as modes and configuration have them."""
        self.doors.held({name: signals.is_held for name, signals in self.signals.items()})

    def told(self, row: Lost) -> None:
        """A row of the journal tells of check-ins that could not be kept."""
        self.untold[row.why] -= row.count
        if self.untold[row.why] < 0:
            self.trace.fault(f"{self.name} tells of {row.count} lost rows, {-self.untold[row.why]} too many")

    def look_at_ack(self, ack: Ack) -> None:
        """Of one journal, those that are taken rise."""
        now, before = (ack.epoch, ack.upto), self.acked.get(ack.journal, (0, 0))
        if now < before and not self.damaged:
            self.trace.fault(f"{self.name}: the ack it keeps went back from {before} to {now}")
        if forged({"ack": now}):
            self.trace.fault(f"{self.name} took what somebody forged: ack {now}")
        self.acked[ack.journal] = now

    def stop(self) -> None:
        """As systemd asks it to."""
        if self.stopping is not None:
            self.loop.call_soon(self.stopping, context=self._context)

    def scan(self, reader: str, text: str) -> bool:
        """Whether anything read it."""
        scanner = self.scanners.get(reader)
        if scanner is not None:
            self.loop.call_soon(scanner.type, text, context=self._context)
        return scanner is not None

    # The process

    def _begin(self) -> None:
        self._main = asyncio.create_task(self._run())

    async def _run(self) -> None:
        node = self.node
        try:
            enrolled = read_enrolment(self.state_dir)
            await run(Setting(self.state_dir, enrolled, None, UNREACHABLE_S), self.clock, self._log)
        except Exception as error:  # noqa: BLE001 - as the process's end tells it
            if node is self.node:
                self.trace.edge_log(
                    self.name, "cannot_run", {"error": type(error).__name__, "why": str(error)[-100:]}
                )
        if node is self.node:
            self.kill()

    def _log(self, event: str, /, **fields: Any) -> None:
        self.trace.edge_log(self.name, event, fields)
        self.marks_unkept |= event == "marks_not_kept"
        if event in ("scan", "scan_repeated"):
            self.doors.scanned(fields)
