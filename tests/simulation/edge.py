"""One edge of the fleet: its machine with files, clock and line, and the process on it.

The process is edge.app.run itself; in place of serial ports, of /proc and of paho stand the simulation's. One that
ends, by a kill or because it cannot start, is started again by whoever runs the world, as systemd does.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from contract.decision import Decision
from contract.keys import SigningKey
from contract.reader_configuration import Reader
from edge.app import Setting, run
from edge.hardware.pins import Pins
from edge.hardware.signals import ReaderSignals
from edge.ports import MachineState
from edge.scanners.serial_reader import CannotOpen, SerialReader
from edge.storage.enrolment_file import read_enrolment
from tests.enrolled import Certificate, enrolled_state
from tests.simulation.broker import Broker, Line
from tests.simulation.clock import MachineClock
from tests.simulation.disk import DISK, Disk
from tests.simulation.loop import Node, VirtualLoop, context_of
from tests.simulation.paho_client import BROKER
from tests.simulation.trace import Trace

UNREACHABLE_S = 120.0
BROKEN_DEVICE = "/dev/broken"
"""A port that no self-test can open."""


class Scanner(SerialReader):
    """Bytes come from `type`, not from a port."""

    async def run(self) -> None:
        machine = MACHINE.get()
        machine.scanners[self.name] = self
        self.is_open = True
        self.tried.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.is_open = False
            if machine.scanners.get(self.name) is self:
                del machine.scanners[self.name]

    def type(self, text: str) -> None:
        self._handle(text.encode() + b"\r")


class Signals(ReaderSignals):
    """On pins that are no pins; what people see is noted."""

    def __init__(self, reader: Reader, pins: Pins) -> None:
        super().__init__(reader, pins)
        self._name = reader.name

    def show(self, decision: Decision) -> None:
        super().show(decision)
        machine = MACHINE.get()
        machine.trace.shown(machine.name, self._name, decision.outcome.value)

    def unlock_once(self) -> None:
        super().unlock_once()
        machine = MACHINE.get()
        machine.trace.shown(machine.name, self._name, "unlocked once")


def try_open(device: str, _baud: int) -> None:
    if device == BROKEN_DEVICE:
        raise CannotOpen("nothing is there")


class NoMachine:
    """In place of edge/machine.py: what a real kernel tells differs each time."""

    def __init__(self, _state_dir: Path) -> None:
        pass

    def as_it_stands(self) -> MachineState:
        return MachineState(None, None, None, None, None)


@dataclass(eq=False)
class EdgeMachine:
    name: str
    folder: Path
    loop: VirtualLoop
    broker: Broker
    rng: Random
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
    damaged: bool = False
    node: Node | None = None
    disk: Disk | None = None
    scanners: dict[str, Scanner] = field(default_factory=dict)
    stopping: Callable[[], None] | None = None
    _context: Context = field(default_factory=Context)

    @property
    def state_dir(self) -> Path:
        """Each start has its own, a copy of what the one before left."""
        return self.folder / f"state-{self.starts}"

    @property
    def runs(self) -> bool:
        return self.node is not None

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
        full = self.disk is not None and self.disk.full
        self.disk = Disk(self.state_dir, self.rng, self.kill)
        self.disk.full = full
        self._context = context_of(node)
        self._context.run(DISK.set, self.disk)
        self._context.run(BROKER.set, (self.loop, self.broker, self.line))
        self._context.run(MACHINE.set, self)
        self.loop.call_soon(self._begin, context=self._context)

    def kill(self) -> None:
        """In the middle of whatever it does, without a word."""
        if self.node is None or self.disk is None:
            return
        self.loop.bury(self.node)
        self.node = self.stopping = None
        self.scanners = {}
        self.starts += 1
        self.disk.leave(self.state_dir)
        self.broker.cut(self.line)
        self.trace.note("edge process ended", edge=self.name)
        self.on_end(self)

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


MACHINE: ContextVar[EdgeMachine] = ContextVar("machine")
