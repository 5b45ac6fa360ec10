"""The edge, put together: start-up reads as a list, shutdown is that list backwards. Rules live elsewhere."""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from contract.configuration import Broker, Configuration
from contract.high_water import HEAD, POSITION, Mark
from edge.commands import Commands
from edge.core.configuration_change import ConfigurationChange
from edge.core.configuration_events import Reach
from edge.core.losses import Losses
from edge.core.own_uses import OwnUses
from edge.core.said import Said
from edge.core.saved_marks import SavedMarks
from edge.core.used_steps import UsedSteps
from edge.counter.pages import CounterPages
from edge.hardware.dead_man_switch import DeadManSwitch
from edge.hub_link.connection import BrokerAddress
from edge.hub_link.link import HubLink, Who
from edge.hub_link.presence import PresenceReport
from edge.hub_link.seals import Seals
from edge.hub_link.tls import TlsFiles
from edge.journal_care import JournalCare
from edge.life.heart import Heart, Part, Probed
from edge.life.loop_watch import LoopWatch
from edge.life.notify import READY, STOPPING, Systemd
from edge.line import Line
from edge.machine import Machine
from edge.marks import EdgeMarks
from edge.metrics import MetricsEndpoint
from edge.orders import EdgeOrders
from edge.ports import Clock, KernelClock, Log
from edge.readers.reader_set import ReaderSet
from edge.readers.running_reader import Shared
from edge.site_watch import SiteWatch
from edge.storage.enrolment_file import EnrolledEdge, save_trusted
from edge.storage.journal import SqliteJournal
from edge.storage.orders_file import OrdersFile
from edge.storage.replica import Replica
from edge.storage.small_file import SmallFile
from edge.storage.state_folder import claim
from edge.storage.trust_file import SmallTrustFile
from edge.supervision import log_failure, supervised
from edge.telemetry import CountedLog, TelemetryReport
from edge.trust import EdgeTrust
from edge.version import version

SWITCH_INTERVAL_S: Final = 0.0005
"""Rows are checked and hashed in threads while scans are decided. At Python's own 5 ms a commit beside a busy
thread took 5 to 11 ms (p99 50 to 73 ms); at 0.5 ms, 0.9 ms (p99 5 to 10 ms), and the thread lost nothing."""
LAST_WRITE_S: Final = 5.0
NO_CARD: Final = bytes(32)
"""The hash of none: whether the replica answers is asked with it."""


class Kept(Protocol):
    """What goes on until it is stopped, and then ends by itself."""

    async def keep(self) -> None: ...

    def stop(self) -> None: ...


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
    """Serve every reader until SIGTERM or SIGINT. CannotApply, StorageError, MetricsError: it cannot start."""
    log = CountedLog(lines)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: log_failure(context["message"], context.get("exception"), log)
    )
    stop = _stop_on_signals()
    async with AsyncExitStack() as stack:
        state_dir, enrolled = setting.state_dir, setting.enrolled
        stack.callback(os.close, claim(state_dir))

        marks = EdgeMarks(SmallFile(state_dir / "marks.json", SavedMarks), clock, log)
        marks.reach(enrolled.feed, HEAD, Mark(enrolled.epoch, 0))
        _keep_until_stopped(stack, "marks", marks, log)

        trust = EdgeTrust(clock, SmallTrustFile(state_dir / "trust.json"), log)
        _keep_until_stopped(stack, "trust in clock and replica", trust, log)

        journal = await SqliteJournal.open(state_dir / "journal.db", new_id, trust.now)
        stack.push_async_callback(journal.close)
        replica = await Replica.open(state_dir, lambda feed: marks.mark(feed, POSITION))
        stack.push_async_callback(replica.close)
        own_uses, losses = OwnUses(), Losses()
        used_steps = UsedSteps(await journal.used_steps())

        tls = TlsFiles(enrolled.authority, enrolled.tls_certificate, enrolled.tls_key)
        seals = Seals(enrolled.signing_key, enrolled.trusted, partial(save_trusted, state_dir))
        who = Who(enrolled.edge, seals, Said(marks.start), marks)

        def make_link(reach: Reach) -> HubLink:
            address = BrokerAddress(reach.broker.host, reach.broker.port, tls if reach.broker.tls else None)
            presence = PresenceReport(reach.feed, version(), trust, journal, readers.ports)
            return HubLink(
                who,
                reach.feed,
                address,
                replica,
                journal,
                own_uses,
                trust,
                presence,
                orders,
                clock,
                log,
                new_id,
                telemetry.tell_at_once,
            )

        line = Line(make_link, trust.contact, clock)
        telemetry = TelemetryReport(
            log,
            journal,
            lambda: readers.ports,
            Machine(state_dir).as_it_stands,
            trust,
            clock,
            lambda: readers.doors(),  # noqa: PLW0108 (there are no readers yet)
        )
        shared = Shared(
            organization_key=enrolled.organization_key,
            replica=replica,
            journal=journal,
            own_uses=own_uses,
            used_steps=used_steps,
            confirmer=line,
            journaled=line.journaled,
            clock=clock,
            trust=trust,
            log=log,
            new_id=new_id,
            losses=losses,
            doors_changed=telemetry.doors_changed,
        )
        readers = ReaderSet(shared, _dead_man_switch(stack, log))
        watch = SiteWatch(None, replica, log)
        reach = Reach(enrolled.feed, Broker(enrolled.broker_host, enrolled.broker_port, enrolled.broker_tls))
        change = ConfigurationChange(enrolled.edge, reach, setting.own, setting.unreachable_s)
        commands = Commands(readers, line, marks, trust, log)
        orders = EdgeOrders(
            change,
            reach,
            enrolled.orders_epoch,
            OrdersFile(state_dir),
            readers,
            watch,
            line,
            commands,
            trust,
            clock,
            log,
        )
        stack.push_async_callback(line.stop)
        stack.push_async_callback(readers.close)
        await orders.begin()
        _keep(stack, "orders", orders.keep, log)
        _keep(stack, "modes on disk", orders.keep_modes, log)
        _keep(stack, "commands", commands.keep, log)
        care = JournalCare(journal, losses, used_steps, replica, trust, line, log, new_id)
        _keep(stack, "the journal's health", care.keep, log)
        _keep(stack, "the site's name", watch.keep, log)
        _keep(stack, "pages", CounterPages(lambda: readers.ports, readers.screen_port, trust, log).keep, log)

        _keep(stack, "telemetry", partial(telemetry.keep_saying, line.say_telemetry), log)
        await _show_metrics(stack, telemetry, setting.metrics_port, log)

        log("started", edge=enrolled.edge, readers=[reader.name for reader in readers.ports])
        probed = Probed("journal", journal.answer), Probed("replica", lambda: replica.look_up(NO_CARD))
        await _live(lambda: [*probed, *readers.ports], stop, clock, log)
    log("stopped")


def _dead_man_switch(stack: AsyncExitStack, log: Log) -> DeadManSwitch:
    dead_man = DeadManSwitch(log)
    stack.push_async_callback(dead_man.close)
    _keep(stack, "dead man's switch", dead_man.keep, log)
    return dead_man


def _keep(stack: AsyncExitStack, what: str, work: Callable[[], Awaitable[None]], log: Log) -> None:
    """Go on with `work` until the stack unwinds."""
    stack.callback(asyncio.create_task(supervised(what, work, log)).cancel)


def _keep_until_stopped(stack: AsyncExitStack, what: str, kept: Kept, log: Log) -> None:
    """As `_keep`, and what is known is written once more."""
    keeping = asyncio.create_task(supervised(what, kept.keep, log))

    async def stop() -> None:
        kept.stop()
        await asyncio.wait({keeping}, timeout=LAST_WRITE_S)
        keeping.cancel()

    stack.push_async_callback(stop)


async def _live(parts: Callable[[], Sequence[Part]], stop: asyncio.Event, clock: Clock, log: Log) -> None:
    """Say that the edge is ready, and that it lives as long as its parts do, until it is to stop."""
    systemd = Systemd.of(os.environ, os.getpid())
    heart = Heart(systemd, parts, clock, log)
    loop_watch = LoopWatch(lambda: heart.beaten_s, clock, log)
    async with AsyncExitStack() as stack:
        stack.callback(loop_watch.close)
        loop_watch.start()
        _keep(stack, "heart", heart.keep, log)
        systemd.say(READY)
        await stop.wait()
        systemd.say(STOPPING)
    log("stopping")


def new_id() -> bytes:
    """16 random bytes: the id of a check-in, a journal, a question."""
    return secrets.token_bytes(16)


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


async def _show_metrics(stack: AsyncExitStack, telemetry: TelemetryReport, port: int | None, log: Log) -> None:
    """Until the stack unwinds. MetricsError: the port cannot be had."""
    if port is None:
        return
    endpoint = MetricsEndpoint(telemetry.exposition)
    log("metrics", port=await endpoint.start(port))
    stack.push_async_callback(endpoint.stop)
