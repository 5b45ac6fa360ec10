"""The edge, put together: start-up reads as a list, shutdown is that list backwards. Rules live elsewhere."""

import asyncio
import fcntl
import os
import secrets
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final

from contract.configuration import Broker, Configuration
from contract.reader_configuration import policy_of
from edge.core.door_posture import DoorSetting
from edge.core.own_uses import OwnUses
from edge.core.rescans import Rescans
from edge.core.used_steps import UsedSteps
from edge.door_hours import DoorHours
from edge.gate import Gate
from edge.hardware.pins import open_pins
from edge.hardware.signals import ReaderSignals
from edge.hub_link.link import HubLink
from edge.hub_link.presence import PresenceReport
from edge.machine import Machine
from edge.metrics import MetricsEndpoint
from edge.ports import KernelClock, Log
from edge.recorder import Recorder
from edge.scanners.serial_reader import SerialReader
from edge.site_watch import SiteWatch
from edge.storage.enrolment_file import EnrolledEdge
from edge.storage.journal import SqliteJournal
from edge.storage.replica import Replica
from edge.storage.trust_file import SmallTrustFile
from edge.telemetry import CountedLog, TelemetryReport
from edge.trust import EdgeTrust
from edge.turns import Turns

SWITCH_INTERVAL_S: Final = 0.0005
"""Rows are checked and hashed in threads while scans are decided. At Python's own 5 ms a commit beside a busy
thread took 5 to 11 ms (p99 50 to 73 ms); at 0.5 ms, 0.9 ms (p99 5 to 10 ms), and the thread lost nothing."""
RESTART_S: Final = 0.5
FIRST_OPEN_S: Final = 2.0
LAST_SCANS_S: Final = 5.0
"""How long the scans that wait at shutdown, and their commits, are given."""
LAST_WRITE_S: Final = 5.0


class StartError(Exception):
    """The edge cannot start here; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the edge starts with: `own` is its own configuration, if it has one.

    `metrics_port`: of the loopback, for Prometheus; None: there is none.
    """

    state_dir: Path
    enrolled: EnrolledEdge
    own: Configuration | None
    unreachable_s: float
    metrics_port: int | None = None


async def run(setting: Setting, clock: KernelClock, lines: Log) -> None:
    """Serve every reader until SIGTERM or SIGINT. StartError, HardwareError, StorageError, MetricsError: it cannot
    start."""
    log = CountedLog(lines)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: _log_failure(context["message"], context.get("exception"), log)
    )
    stop = _stop_on_signals()
    async with AsyncExitStack() as stack:
        state_dir, enrolled = setting.state_dir, setting.enrolled
        if setting.own is None:
            raise StartError("no configuration yet: run it with --config edge.toml")
        configuration = setting.own
        feed = configuration.feed or enrolled.feed
        stack.callback(os.close, _claim(state_dir))

        journal = await SqliteJournal.open(state_dir / "journal.db", new_id)
        stack.push_async_callback(journal.close)
        replica = await Replica.open(state_dir)
        stack.push_async_callback(replica.close)
        own_uses = OwnUses()
        used_steps = UsedSteps(await journal.used_steps())

        trust = EdgeTrust(clock, SmallTrustFile(state_dir / "trust.json"), log)
        keeping = asyncio.create_task(_supervised("trust in clock and replica", trust.keep, log))
        stack.push_async_callback(_stop_keeping, trust, keeping)

        pins = open_pins(configuration.hardware.pin_factory)
        stack.callback(pins.close)
        signals = {}
        for reader in configuration.readers:
            signals[reader.name] = ReaderSignals(reader, pins)
            stack.callback(signals[reader.name].close)

        scanners = [
            SerialReader(reader.name, reader.device, reader.baud, clock, log) for reader in configuration.readers
        ]

        broker = configuration.broker or Broker(enrolled.broker_host, enrolled.broker_port, enrolled.broker_tls)
        link = HubLink(
            enrolled.edge,
            feed,
            broker.host,
            broker.port,
            replica,
            journal,
            own_uses,
            trust,
            PresenceReport(feed, _version(), trust, journal, scanners),
            clock,
            log,
            new_id,
        )
        await link.start()
        stack.push_async_callback(link.stop)

        machine = Machine(state_dir).as_it_stands
        telemetry = TelemetryReport(log, journal, lambda: scanners, machine, trust, clock)
        if setting.metrics_port is not None:
            stack.push_async_callback(await _show_metrics(telemetry, setting.metrics_port, log))

        watch = SiteWatch(configuration.site, replica, log)
        watching = asyncio.create_task(_supervised("the site's name", watch.keep, log))
        stack.callback(watching.cancel)

        for reader, scanner in zip(configuration.readers, scanners, strict=True):
            posture = DoorSetting(reader.posture, reader.enabled, reader.unlocked_schedule, configuration.site)
            door = DoorHours(reader.name, posture, replica, trust, signals[reader.name], log)
            holding = asyncio.create_task(_supervised(f"hours of reader {reader.name}", door.keep, log))
            stack.callback(holding.cancel)
            gate = Gate(
                reader=reader,
                policy=policy_of(reader, configuration.site),
                organization_key=enrolled.organization_key,
                replica=replica,
                recorder=Recorder(reader, journal, own_uses, log, link.journaled),
                own_uses=own_uses,
                used_steps=used_steps,
                rescans=Rescans(reader.rescan_s),
                confirmer=link.confirmations,
                door=door,
                signals=signals[reader.name],
                turns=Turns(reader.name, signals[reader.name], clock, log),
                clock=clock,
                trust=trust,
                log=log,
                new_id=new_id,
            )
            stack.push_async_callback(_stop_reader, scanner, *_start_reader(gate, scanner, log))
        await _all_tried(scanners)

        log("started", edge=enrolled.edge, readers=[reader.name for reader in configuration.readers])
        await stop.wait()
        log("stopping")
    log("stopped")


def new_id() -> bytes:
    """16 random bytes: the id of a check-in, a journal, a question."""
    return secrets.token_bytes(16)


def _version() -> str:
    """Of this software, as it was installed; "unknown" where it runs from its sources alone."""
    try:
        return metadata.version("doorward")[:64]
    except metadata.PackageNotFoundError:
        return "unknown"


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def _claim(state_dir: Path) -> int:
    """A descriptor that holds the state folder for this process alone, until it is closed or the process ends."""
    try:
        state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise StartError(f"the state folder {str(state_dir)!r} cannot be used: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise StartError(f"{str(state_dir)!r}: another edge runs on it; stop that one first") from error
    return descriptor


async def _show_metrics(telemetry: TelemetryReport, port: int, log: Log) -> Callable[[], Awaitable[None]]:
    """Returns what ends it. MetricsError: the port cannot be had."""
    endpoint = MetricsEndpoint(telemetry.exposition)
    log("metrics", port=await endpoint.start(port))
    return endpoint.stop


def _start_reader(gate: Gate, scanner: SerialReader, log: Log) -> tuple[asyncio.Task[None], asyncio.Task[None]]:
    """Two tasks: one keeps the port open, one takes its scans through the gate."""
    name = gate.reader.name
    reading = _supervised(f"port of reader {name}", scanner.run, log)
    serving = _supervised(f"gate of reader {name}", lambda: gate.serve(scanner.frames()), log)
    return asyncio.create_task(reading), asyncio.create_task(serving)


async def _all_tried(scanners: list[SerialReader]) -> None:
    """Wait a little for the ports that can be opened; one whose driver hangs holds up no other reader."""
    tried = [asyncio.create_task(scanner.tried.wait()) for scanner in scanners]
    _, late = await asyncio.wait(tried, timeout=FIRST_OPEN_S)
    for task in late:
        task.cancel()


async def _stop_reader(scanner: SerialReader, reading: asyncio.Task[None], serving: asyncio.Task[None]) -> None:
    """No more bytes; what was scanned before is decided and recorded."""
    reading.cancel()
    scanner.close()
    await asyncio.wait({reading, serving}, timeout=LAST_SCANS_S)
    serving.cancel()


async def _stop_keeping(trust: EdgeTrust, keeping: asyncio.Task[None]) -> None:
    """What is known of time and replica is written once more."""
    trust.stop()
    await asyncio.wait({keeping}, timeout=LAST_WRITE_S)
    keeping.cancel()


async def _supervised(what: str, work: Callable[[], Awaitable[None]], log: Log) -> None:
    """Do `work`; when it fails, say so and do it again. A fault of one reader stops no other."""
    while True:
        try:
            return await work()
        except Exception as error:  # noqa: BLE001 - the supervisor
            _log_failure(what, error, log)
        await asyncio.sleep(RESTART_S)


def _log_failure(what: str, error: BaseException | None, log: Log) -> None:
    """What failed and where, without the error's text, which may quote what was scanned."""
    stack = [] if error is None else traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in stack]
    log("failed", what=what, error=type(error).__name__, places=places)
