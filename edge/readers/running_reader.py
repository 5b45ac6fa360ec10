"""One reader as it runs: its port, its outputs, its door and its gate, any of which may change beside scans.

A scan is handled by one gate from beginning to end; a change waits for it, and the next one waits for the change.
Nothing that was scanned is lost by it. What changes when is edge/readers/reader_set.py's to say.
"""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from contract.ask import Posture
from contract.instants import to_us
from contract.orders import DoorReport
from contract.reader_configuration import Reader, policy_of
from edge.core.commands import Standing
from edge.core.door_posture import setting_of
from edge.core.losses import Losses
from edge.core.own_uses import OwnUses
from edge.core.reading import Reading
from edge.core.rescans import Rescans
from edge.core.used_steps import UsedSteps
from edge.counter.screen import Screen
from edge.door_hours import DoorHours
from edge.gate import Gate
from edge.hardware.door_drive import report_of
from edge.hardware.pins import Pins
from edge.hardware.signals import ReaderSignals
from edge.journal_port import Journal
from edge.life.heart import ENDED_S
from edge.ports import Clock, Confirmer, Frame, HoursReader, Log, ReplicaReader, Trust
from edge.recorder import Recorder
from edge.scanners.choice import scanner_of
from edge.scanners.device_reader import DeviceReader
from edge.scanners.profiles import settings_at_hand
from edge.supervision import supervised
from edge.turns import Turns

LAST_SCANS_S: Final = 5.0
"""How long the scans that wait as a reader ends, and their commits, are given beyond its `confirm_seconds`."""
CUT_OFF: Final = "reader_ended"
"""Why a scan was lost that its reader had no time for."""


class Replica(HoursReader, ReplicaReader, Protocol):
    """As decisions and doors see it."""


def _nobody() -> None:
    pass


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What all readers of an edge share. `journaled` is called whenever a new row stands in the journal, and
    `doors_changed` when an alarm of a door begins or ends."""

    organization_key: bytes = field(repr=False)
    replica: Replica
    journal: Journal
    own_uses: OwnUses
    used_steps: UsedSteps
    confirmer: Confirmer
    journaled: Callable[[], None]
    clock: Clock
    trust: Trust
    log: Log
    new_id: Callable[[], bytes]
    losses: Losses
    doors_changed: Callable[[], None] = _nobody


class RunningReader:
    """Between `start` and `stop`. `changing` is held while a scan is handled, and by whoever changes it."""

    def __init__(self, reader: Reader, site: str | None, mode: Posture | None, pins: Pins, shared: Shared) -> None:
        """`mode` is what it is set to at the hub. HardwareError: a pin cannot be had."""
        self.reader = reader
        self.site = site
        self.signals = ReaderSignals(reader, pins, shared.log)
        self.signals.door.changed = shared.doors_changed
        self.changing = asyncio.Lock()
        self.screen = Screen(reader, shared.clock)
        self._shared = shared
        setting = setting_of(reader, site, mode)
        self._mode = mode
        self._door = DoorHours(reader.name, setting, shared.replica, shared.trust, self.signals, shared.log)
        self._gate = self._first_gate()
        self._scanner = self._new_scanner()
        self._reading: asyncio.Task[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._cut_off = 0
        self._taken_s: float | None = None
        self._stopping = False

    @property
    def name(self) -> str:
        return self.reader.name

    @property
    def is_open(self) -> bool:
        return self._scanner.is_open

    def door_report(self) -> DoorReport | None:
        """None: nothing is sensed of its door."""
        stands = self.signals.door.stands()
        return None if stands is None else report_of(self.name, stands, self._shared.trust.now())

    def standing(self) -> Standing:
        return Standing(self.reader, self._door.posture(), self.signals.interlocked_by() is not None)

    async def undo(self, redemption: bytes) -> bool:
        """Undo its last redemption, if it still is that one and can be undone; whether it was."""
        async with self.changing:
            return self.reader.undo_permission is not None and await self._gate.undo(redemption)

    def start(self) -> None:
        self.open_port()
        work = {f"gate of reader {self.name}": self._serve, f"hours of reader {self.name}": self._door.keep}
        self._tasks = [
            asyncio.create_task(supervised(what, each, self._shared.log)) for what, each in work.items()
        ]

    async def stop(self) -> None:
        """No more bytes; what was scanned before is decided and recorded, or told as lost. Then all is at rest."""
        self._stopping = True
        serving, holding = self._tasks
        await self.close_port()
        self._scanner.close()
        await asyncio.wait({serving}, timeout=self.reader.confirm_seconds + LAST_SCANS_S)
        for task in (serving, holding):
            task.cancel()
        await asyncio.wait({serving, holding})
        self._tell_cut_off()
        self.signals.close()

    @property
    def is_deciding(self) -> bool:
        return self.changing.locked()

    def set_mode(self, mode: Posture | None) -> None:
        """Its door is held or released before this returns."""
        self._mode = mode
        self._door.set_mode(setting_of(self.reader, self.site, mode).mode)

    # The port

    def open_port(self) -> None:
        """Open it, and keep it open; returns at once."""
        reading = supervised(f"port of reader {self.name}", self._scanner.run, self._shared.log)
        self._reading = asyncio.create_task(reading)

    async def close_port(self) -> None:
        """No more bytes are read, and the port is free, when this returns."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait({self._reading})
            self._reading = None

    @property
    def has_port(self) -> bool:
        """Whether it keeps a port open, or tries to."""
        return self._reading is not None

    def leaves_port_for(self, reader: Reader) -> bool:
        """Whether its port is another one, or read in another way, by that section."""
        return settings_at_hand(self.reader) != settings_at_hand(reader)

    async def tried(self) -> None:
        """Returns once the port was tried, whether it could be opened or not."""
        await self._scanner.tried.wait()

    # What changes. Whoever calls this holds `changing`, and has changed the outputs.

    async def follow(self, reader: Reader, site: str | None) -> None:
        """By another section of the configuration from the next scan on. A port that changes is closed before."""
        leaves_port = self.leaves_port_for(reader)
        old, self.reader, self.site = self.reader, reader, site
        if leaves_port:
            scanner, self._scanner = self._scanner, self._new_scanner()
            scanner.close()
        self.screen.follow(reader)
        self._gate = self._next_gate(old)
        await self._door.follow(lambda: setting_of(reader, site, self._mode))

    # Scans

    async def _serve(self) -> None:
        await self._gate.serve(self._frames(), self._handle)

    async def _frames(self) -> AsyncIterator[Frame]:
        """Of one scanner after the other: what waits of an old one comes first."""
        scanner = None
        while scanner is not self._scanner:
            scanner = self._scanner
            async for frame in scanner.frames():
                yield frame

    def waits_s(self, at_s: float) -> float:
        """For how long the scan in hand has waited to be decided, and then for its outcome."""
        if self._tasks[0].done() and not self._stopping:
            return ENDED_S
        return 0.0 if self._taken_s is None else at_s - self._taken_s

    async def _handle(self, reading: Reading) -> None:
        self._taken_s = self._shared.clock.monotonic_s()
        try:
            await self._decide(reading)
        finally:
            self._taken_s = None

    async def _decide(self, reading: Reading) -> None:
        async with self.changing:
            self._taken_s = self._shared.clock.monotonic_s()
            try:
                await self._gate.handle(reading)
            except asyncio.CancelledError:
                # What is on its way to the disk goes on, and tells of itself.
                self._cut_off += not self._gate.recorder.is_recording
                raise

    def _tell_cut_off(self) -> None:
        count = self._cut_off + self._scanner.waiting
        for _ in range(count):
            self._shared.losses.note(CUT_OFF, to_us(self._shared.trust.now()))
        if count:
            self._shared.log("lost", reader=self.name, count=count, why=CUT_OFF)

    def _new_scanner(self) -> DeviceReader:
        return scanner_of(self.name, settings_at_hand(self.reader), self._shared.clock, self._shared.log)

    def _first_gate(self) -> Gate:
        shared, reader = self._shared, self.reader
        return Gate(
            reader=reader,
            policy=policy_of(reader, self.site),
            organization_key=shared.organization_key,
            replica=shared.replica,
            recorder=Recorder(
                reader, shared.journal, shared.own_uses, shared.log, shared.journaled, shared.losses
            ),
            own_uses=shared.own_uses,
            used_steps=shared.used_steps,
            rescans=Rescans(reader.rescan_s),
            confirmer=shared.confirmer,
            door=self._door,
            signals=self.signals,
            turns=Turns(reader.name, self.signals, self.screen, shared.clock, shared.log),
            clock=shared.clock,
            trust=shared.trust,
            log=shared.log,
            new_id=shared.new_id,
            screen=self.screen,
        )

    def _next_gate(self, old: Reader) -> Gate:
        """The first outcome of a code is repeated only while what it was decided by holds."""
        policy = policy_of(self.reader, self.site)
        decides_alike = policy == self._gate.policy and _decided_by(old) == _decided_by(self.reader)
        return dataclasses.replace(
            self._gate,
            reader=self.reader,
            policy=policy,
            recorder=dataclasses.replace(self._gate.recorder, reader=self.reader),
            rescans=self._gate.rescans if decides_alike else Rescans(self.reader.rescan_s),
        )


def _decided_by(reader: Reader) -> tuple[object, ...]:
    return reader.kind, reader.permission, reader.mode, reader.undo_permission, reader.rescan_s
