"""The hub's orders, carried out: configurations one step after another, modes at once, commands once.

Implements ports.Orders. The rules are in edge/core (configuration_change.py, commands.py); what is changed is the
readers', the line's and the disk's.
"""

import asyncio
import contextlib
from collections import deque
from typing import Final, Protocol

from msgspec.structs import replace

from contract.configuration import Configuration
from contract.instants import to_us
from contract.orders import Command, Desired, Modes, Refused, Reported, digest_of
from edge.commands import Commands, ReadersToCommand
from edge.core.configuration_change import ConfigurationChange
from edge.core.configuration_events import (
    Action,
    Applied,
    Apply,
    Event,
    Fault,
    HubAnswered,
    Keep,
    Kept,
    Reach,
    SelfTest,
    SelfTested,
    Stands,
    State,
    Tick,
)
from edge.core.floors import stale
from edge.core.saved_orders import ConfigurationOrders, SavedOrders, mark_of
from edge.core.sync_events import Dropped
from edge.hub_link.drops import Drops
from edge.line import Line
from edge.ports import Clock, Log, TrustSource
from edge.supervision import log_failure

_TICK_S: Final = 1.0
_WRITE_AGAIN_S: Final = 5.0


class CannotApply(Exception):
    """The edge's own configuration cannot be applied here; the text says why."""


class OrdersFile(Protocol):
    """Where orders are kept. Blocking: called from threads."""

    @property
    def set_aside(self) -> list[str]: ...

    def read(self) -> SavedOrders | None: ...

    def write(self, orders: SavedOrders) -> None: ...


class Readers(ReadersToCommand, Protocol):
    """What orders change at the readers."""

    def set_modes(self, modes: Modes) -> None: ...

    async def self_test(self, configuration: Configuration) -> Fault | None: ...

    async def apply(self, configuration: Configuration | None) -> Fault | None: ...


class Site(Protocol):
    def follow(self, site: str | None) -> None: ...


class EdgeOrders:
    """`begin`, then `keep` and `keep_modes`, which go on until they are cancelled. On the event loop."""

    def __init__(  # noqa: PLR0913, PLR0917 (what it changes: wired once, in edge/app.py)
        self,
        change: ConfigurationChange,
        reach: Reach,
        orders_epoch: int,
        file: OrdersFile,
        readers: Readers,
        site: Site,
        line: Line,
        commands: Commands,
        trust: TrustSource,
        clock: Clock,
        log: Log,
    ) -> None:
        """`reach` and `orders_epoch` as it was enrolled: what was ordered before that epoch is not for it."""
        self._change = change
        self._reach = reach
        self._orders_epoch = orders_epoch
        self._file = file
        self._readers = readers
        self._site = site
        self._line = line
        self._trust = trust
        self._clock = clock
        self._log = log
        self._drops = Drops(log)
        self._saved = SavedOrders()
        self._writing = asyncio.Lock()
        self._unwritten = asyncio.Event()
        self._modes_written: Modes | None = None
        self._to_do: deque[Action] = deque()
        self._commands = commands
        self._came = asyncio.Event()
        self._looked_s = 0.0
        self._reported: Reported | None = None

    async def begin(self) -> None:
        """Modes first, then what stands. CannotApply: it is the edge's own, and does not fit here."""
        saved = await asyncio.to_thread(self._file.read)
        for name in self._file.set_aside:
            self._log("damaged", set_aside=name)
        self._saved = saved or SavedOrders()
        self._modes_written = self._saved.modes
        if self._saved.modes is not None:
            self._take_modes(self._saved.modes)
        self._to_do.extend(self._change.begin(self._saved.configuration, self._clock.monotonic_s()))
        why = await self._do_all()
        if self._change.state is State.BROKEN and self._change.orders.stands is None:
            raise CannotApply(why)
        self._report()

    async def keep(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._came.wait(), _TICK_S)
            self._came.clear()
            self._look()
            await self._do_all()
            self._report()

    async def keep_modes(self) -> None:
        """On disk, whatever a configuration takes meanwhile; for ever."""
        while True:
            await self._unwritten.wait()
            if await self._write() is not None:
                await asyncio.sleep(_WRITE_AGAIN_S)

    # What the hub says

    def desired(self, desired: Desired) -> None:
        if self._is_meant("desired", desired):
            self._tell(desired)

    def modes(self, modes: Modes) -> None:
        if not self._is_meant("modes", modes):
            return
        mark, reached = mark_of(modes), mark_of(self._saved.modes)
        if mark < reached:
            self._drop(stale("modes"))
        if mark <= reached:
            return
        self._saved = replace(self._saved, modes=modes)
        self._take_modes(modes)
        self._unwritten.set()
        self._came.set()

    def command(self, command: Command) -> None:
        if self._is_meant("command", command) and not self._commands.hear(command):
            self._drop(stale("command"))

    def _is_meant(self, what: str, order: Desired | Modes | Command) -> bool:
        """An empty folder remembers no mark: what was said to an enrolment before could be said to it again."""
        if order.epoch >= self._orders_epoch:
            return True
        self._drop(stale(what))
        return False

    def _drop(self, dropped: Dropped) -> None:
        self._drops.count(dropped, self._clock.monotonic_s())

    def _take_modes(self, modes: Modes) -> None:
        self._readers.set_modes(modes)
        self._log("modes", epoch=modes.epoch, generation=modes.generation)

    # Configurations

    def _look(self) -> None:
        """Once a second: whether the hub has answered what this link asked."""
        if self._clock.monotonic_s() - self._looked_s < _TICK_S:
            return
        self._looked_s = self._clock.monotonic_s()
        asked_s = self._trust.contact.asked_s
        if asked_s is not None and asked_s >= self._line.begun_s:
            self._tell(HubAnswered())
        self._tell(Tick())

    def _tell(self, event: Event) -> None:
        self._to_do.extend(self._change.handle(event, self._clock.monotonic_s()))
        self._came.set()

    async def _do_all(self) -> str:
        """What was asked for, one after another; why the last of it that failed did."""
        why = ""
        while self._to_do:
            action = self._to_do.popleft()
            try:
                fault = await self._do(action)
            except Exception as error:  # noqa: BLE001 (a fault of one configuration must not end the edge)
                log_failure(type(action).__name__, error, self._log)
                fault = Fault(f"it failed: {type(error).__name__}", broken=True)
            why = why if fault is None else fault.why
            self._tell_done(action, fault)
        return why

    def _tell_done(self, action: Action, fault: Fault | None) -> None:
        match action:
            case SelfTest():
                self._tell(SelfTested(fault))
            case Apply():
                self._tell(Applied(fault))
            case Keep():
                self._tell(Kept(fault))

    async def _do(self, action: Action) -> Fault | None:
        match action:
            case SelfTest(configuration):
                return await self._readers.self_test(configuration)
            case Apply(configuration):
                return await self._apply(configuration)
            case Keep(orders):
                return await self._write(orders)
            case Stands(desired, trying):
                epoch, generation = mark_of(desired)
                self._log("configuration", epoch=epoch, generation=generation, trying=trying)
            case Refused():
                where = {"step": action.step, "field": action.field}
                self._log("configuration_refused", generation=action.generation, **where, why=action.why)
            case Dropped():
                self._drop(action)
        return None

    async def _apply(self, configuration: Configuration | None) -> Fault | None:
        reach = self._reach if configuration is None else self._reach.as_configured(configuration)
        if self._line.begun_s == 0:
            # Before the first reader: from its start on it is known what this edge itself has let in.
            await self._line.follow(reach)
        fault = await self._readers.apply(configuration)
        if fault is None:
            self._site.follow(None if configuration is None else configuration.site)
            await self._line.follow(reach)
        return fault

    async def _write(self, configuration: ConfigurationOrders | None = None) -> Fault | None:
        """On disk when this returns, or a Fault: then it is tried again."""
        async with self._writing:
            saved = replace(
                self._saved,
                written=self._saved.written + 1,
                configuration=configuration or self._change.orders,
            )
            self._unwritten.clear()
            try:
                await asyncio.to_thread(self._file.write, saved)
            except OSError as error:
                self._unwritten.set()
                self._log("orders_not_kept", why=error.strerror)
                return Fault(f"it cannot be kept: {error.strerror}")
            self._modes_written = saved.modes
            self._came.set()
            self._saved = replace(self._saved, written=saved.written, configuration=saved.configuration)
            return None

    # What the hub is told

    def _report(self) -> None:
        orders, refused, standing = self._change.orders, self._change.refused, self._change.standing
        epoch, generation = mark_of(standing)
        modes = self._modes_written
        mode_epoch, mode_generation = mark_of(modes)
        command = self._commands.heard
        reported = Reported(
            start=0,
            n=0,
            at_us=0,
            epoch=epoch,
            generation=generation,
            trying=orders.trying,
            document=None if standing is None else digest_of(standing.document),
            refused=refused if mark_of(refused) > (epoch, generation) else None,
            mode_epoch=mode_epoch,
            mode_generation=mode_generation,
            mode_edge=None if modes is None else modes.edge,
            mode_readers=[] if modes is None else modes.readers,
            command_epoch=command.epoch,
            command=command.n,
        )
        if reported != self._reported:
            self._reported = reported
            self._line.report(replace(reported, at_us=to_us(self._trust.now())))
