"""What stands in place of an edge's own parts: ports that are none, and the same parts looked at from outside.

Whose they are says the context that they run in: MACHINE.
"""

import asyncio
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract.configuration import Configuration
from contract.decision import Decision
from contract.messages import Ack, CheckIn, Journaled, Lost
from contract.orders import Command, Modes
from contract.reader_configuration import Reader
from edge.core.commands import Done, judge
from edge.core.configuration_events import Fault
from edge.hardware.pins import Pins
from edge.hardware.signals import ReaderSignals
from edge.journal_port import CannotRecord
from edge.ports import Log, MachineState
from edge.readers.reader_set import ReaderSet
from edge.scanners.device_reader import CannotOpen
from edge.scanners.framing import Framer
from edge.scanners.serial_reader import SerialReader
from edge.scanners.settings import ScannerSettings
from edge.storage.journal import SqliteJournal
from tests.simulation.orders_held import marks_on_disk

if TYPE_CHECKING:
    from tests.simulation.edge import EdgeMachine

MACHINE: ContextVar["EdgeMachine"] = ContextVar("machine")
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
        self._handle(text.encode() + b"\r", Framer())


class Signals(ReaderSignals):
    """On pins that are no pins; what people see is noted."""

    def __init__(self, reader: Reader, pins: Pins, log: Log) -> None:
        super().__init__(reader, pins, log)
        self._name = reader.name
        MACHINE.get().signals[reader.name] = self

    @property
    def is_held(self) -> bool:
        """Whether its relay is on, and no pulse."""
        relay = self._outputs.get("relay_pin")
        return relay is not None and bool(relay._device.value) and not self.door.is_pulsing

    def show(self, decision: Decision) -> None:
        super().show(decision)
        machine = MACHINE.get()
        machine.trace.shown(machine.name, self._name, decision.outcome.value)

    def unlock_once(self) -> None:
        super().unlock_once()
        machine = MACHINE.get()
        machine.trace.shown(machine.name, self._name, "unlocked once")
        machine.trace.unlocked.append(machine.name)
        machine.doors.unlocked(self._name)

    def close(self) -> None:
        super().close()
        signals = MACHINE.get().signals
        if signals.get(self._name) is self:
            del signals[self._name]


class Journal(SqliteJournal):
    """What it has said to be on disk is noted."""

    async def append(self, row: Journaled) -> int:
        machine = MACHINE.get()
        if isinstance(row, CheckIn):
            machine.doors.decided(row)
        try:
            sequence = await super().append(row)
        except CannotRecord as error:
            if isinstance(row, CheckIn):
                machine.untold[error.why] += 1
            raise
        if isinstance(row, CheckIn):
            machine.kept[row.id] = (machine.loop.time(), row)
        elif isinstance(row, Lost) and row.why in machine.untold:
            machine.told(row)
        return sequence

    async def acknowledge(self, ack: Ack) -> None:
        await super().acknowledge(ack)
        MACHINE.get().look_at_ack(ack)


class Readers(ReaderSet):
    """What they are set to is looked at, and what becomes of it at the doors."""

    def set_modes(self, modes: Modes) -> None:
        machine = MACHINE.get()
        machine.doors.set_modes(modes)
        super().set_modes(modes)
        machine.look_at_doors()
        machine.on_modes(modes)

    async def apply(self, configuration: Configuration | None) -> Fault | None:
        machine = MACHINE.get()
        before = machine.doors.configuration
        machine.doors.change(before, configuration)
        fault = await super().apply(configuration)
        if fault is None or not fault.broken:
            machine.doors.change(before if fault is not None else configuration)
            machine.look_at_doors()
        return fault


def judge_command(command: Command, *circumstances: Any) -> Any:
    machine = MACHINE.get()
    machine.trace.commands_done.append((machine.name, command.epoch, command.number))
    judged = judge(command, *circumstances)
    if isinstance(judged, Done):
        machine.doors.obeyed(command, marks_on_disk(machine.state_dir).get("hub's command", ()))
    return judged


def try_open(settings: ScannerSettings) -> None:
    if settings.device == BROKEN_DEVICE:
        raise CannotOpen("nothing is there")


class NoMachine:
    """In place of edge/machine.py: what a real kernel tells differs each time."""

    def __init__(self, _state_dir: Path) -> None:
        pass

    def as_it_stands(self) -> MachineState:
        return MachineState(None, None, None, None, None)
