"""The readers that run, and how another configuration comes to be theirs: by difference, whole or not at all.

In this order, so that pins and ports can move from one reader to another: those that go are stopped, and each of
the others ends the scan that it decides, while all go on; ports that change are closed, pins that change are
freed; then pins are claimed, and last everything follows in one step between two scans. Where a pin cannot be had
after all, what was there before is put back in the same way. Whether a configuration should be applied is not
known here.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import Final

from contract.ask import Posture
from contract.configuration import Configuration, PinFactory, place_of
from contract.orders import DoorReport, Modes
from contract.reader_configuration import Reader
from edge.core.commands import Standing
from edge.core.configuration_events import Fault
from edge.core.door_posture import mode_of
from edge.hardware.boards import BoardError
from edge.hardware.dead_man_switch import DeadManSwitch
from edge.hardware.door_drive import DoorDrive
from edge.hardware.pins import HardwareError, Pins, open_pins
from edge.hardware.resting import levels_at_rest
from edge.hardware.wiring import fill_in
from edge.readers.running_reader import RunningReader, Shared
from edge.readers.self_test import fault_of_pins, fault_of_ports, fault_of_wiring, faults_of_profiles

FIRST_OPEN_S: Final = 2.0
AT_REST_S: Final = 30.0
"""How long an instant is waited for at which no reader that changes decides a scan. Then each is stopped after the
other, and a door may stand still while a counter asks the hub."""


class _CannotChange(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.why)
        self.fault = fault


class ReaderSet:
    """`apply` and `self_test` one at a time; all else returns at once."""

    def __init__(
        self,
        shared: Shared,
        dead_man: DeadManSwitch,
        open_pins: Callable[[PinFactory, str | None], Pins] = open_pins,
    ) -> None:
        self._shared = shared
        self._dead_man = dead_man
        self._open_pins = open_pins
        self._configuration: Configuration | None = None
        self._pins: tuple[tuple[PinFactory, str | None], Pins] | None = None
        self._running: dict[str, RunningReader] = {}
        self.ports: Final[list[RunningReader]] = []
        """Those that run, always, in the order of the configuration."""
        self._modes: Modes | None = None

    def standings(self) -> dict[str, Standing]:
        return {name: reader.standing() for name, reader in self._running.items()}

    def set_modes(self, modes: Modes) -> None:
        """Every door is held or released before this returns."""
        self._modes = modes
        self._set_all({name: each.reader for name, each in self._running.items()})

    def screen_port(self) -> int | None:
        """Where counters have their pages; None: nowhere."""
        screen = None if self._configuration is None else self._configuration.screen
        return None if screen is None else screen.port

    def unlock_once(self, name: str) -> None:
        self._running[name].signals.unlock_once()

    def identify(self, name: str) -> None:
        self._running[name].signals.identify()

    def doors(self) -> list[DoorReport]:
        """Those of which something is sensed, in the order of the configuration."""
        return [report for reader in self._running.values() if (report := reader.door_report()) is not None]

    async def self_test(self, configuration: Configuration) -> Fault | None:
        """Why it could not be applied here, as far as that shows beforehand."""
        if (fault := next(faults_of_profiles(configuration), None)) is not None:
            return fault
        if (fault := await asyncio.to_thread(fault_of_wiring, configuration, self._shared.log)) is not None:
            return fault
        configuration = fill_in(configuration)
        kind = _pins_of(configuration)
        try:
            if self._pins is not None and self._pins[0] == kind:
                fault = fault_of_pins(configuration, self._pins[1], self._claimed())
            else:
                fault = self._fault_of_factory(configuration, kind)
        except HardwareError as error:
            return Fault(str(error), "hardware.pin_factory")
        return fault or await fault_of_ports(configuration, self._running.values())

    async def apply(self, configuration: Configuration | None) -> Fault | None:
        """Change to it; after a fault everything is as it was, or `broken` says that it is not.

        A profile that is gone, as after an upgrade, is no fault: it would close every door.
        """
        if configuration is not None:
            for lost in faults_of_profiles(configuration):
                self._shared.log("profile_not_used", place=lost.field, why=lost.why)
            try:
                configuration = fill_in(configuration)
            except BoardError as error:
                return Fault(str(error), f"hardware.{error.field}")
        before, names = self._configuration, set(self._running)
        await self._end(configuration)
        async with AsyncExitStack() as stack:
            await self._hold(self._changing(configuration), stack)
            try:
                await self._change(configuration)
            except _CannotChange as error:
                return await self._put_back(before, error.fault)
        await self._tried(names)
        return None

    async def close(self) -> None:
        """As at shutdown."""
        await self.apply(None)

    async def _put_back(self, before: Configuration | None, fault: Fault) -> Fault:
        try:
            await self._change(before)
        except _CannotChange as error:
            self._shared.log("not_put_back", why=error.fault.why)
            return replace(fault, broken=True)
        return fault

    # By difference

    async def _change(self, new: Configuration | None) -> None:
        wanted = {} if new is None else {reader.name: reader for reader in new.readers}
        site = None if new is None else new.site
        await self._end(new)
        changed = [each for each in self._running.values() if _differs(each, wanted[each.name], site)]
        for reader in changed:
            if reader.leaves_port_for(wanted[reader.name]):
                await reader.close_port()
        await self._claim(new, wanted)
        for reader in changed:
            await reader.follow(wanted[reader.name], site)
        self._set_all(wanted)
        for name in wanted:
            self._running[name] = reader = self._running.pop(name)
            if not reader.has_port:
                reader.open_port()
        self._configuration = new
        self.ports[:] = self._running.values()

    async def _end(self, new: Configuration | None) -> None:
        """Those that go. Modes reach each as long as it handles a scan."""
        wanted = set() if new is None else {reader.name for reader in new.readers}
        await asyncio.gather(*(self._stop(name) for name in self._running if name not in wanted))

    async def _stop(self, name: str) -> None:
        await self._running[name].stop()
        del self._running[name]

    async def _hold(self, readers: list[RunningReader], stack: AsyncExitStack) -> None:
        """Each between two scans of it, as long as `stack` does; none stands still for another that decides."""
        held = None
        with suppress(TimeoutError):
            async with asyncio.timeout(AT_REST_S):
                held = await _last_to_rest(readers)
        if held is not None:
            stack.callback(held.changing.release)
        for reader in readers:
            if reader is not held:
                await stack.enter_async_context(reader.changing)

    async def _claim(self, new: Configuration | None, wanted: dict[str, Reader]) -> None:
        """All pins of `wanted`, and readers for those that are new."""
        self._free(new, wanted)
        if new is None:
            await self._dead_man.hold(None, {})
            return
        try:
            pins = self._factory(_pins_of(new))
        except HardwareError as error:
            raise _CannotChange(Fault(str(error), "hardware.pin_factory")) from error
        # All that is still claimed is among these: nothing is on that the switch has not heard of.
        await self._dead_man.hold(pins.chip, levels_at_rest(new))
        for index, (name, reader) in enumerate(wanted.items()):
            try:
                if name in self._running:
                    self._running[name].signals.claim(reader, pins)
                else:
                    self._start(reader, new.site, pins, wanted)
            except HardwareError as error:
                raise _CannotChange(Fault(str(error), place_of(index, reader, error.field))) from error

    def _free(self, new: Configuration | None, wanted: dict[str, Reader]) -> None:
        other_pins = self._pins is not None and (new is None or _pins_of(new) != self._pins[0])
        for name, reader in self._running.items():
            reader.signals.free({} if other_pins else wanted[name].pins)
        if other_pins and self._pins is not None:
            self._pins[1].close()
            self._pins = None

    def _factory(self, kind: tuple[PinFactory, str | None]) -> Pins:
        if self._pins is None:
            self._pins = (kind, self._open_pins(*kind))
        return self._pins[1]

    def _start(self, reader: Reader, site: str | None, pins: Pins, readers: Mapping[str, Reader]) -> None:
        running = RunningReader(reader, site, self._mode_of(reader, readers), pins, self._shared)
        running.signals.door.partner_is_open = self._may_be_open
        running.signals.door_of = self._door_of
        self._running[reader.name] = running
        running.start()

    def _may_be_open(self, name: str) -> bool:
        return name in self._running and self._running[name].signals.door.may_be_open

    def _door_of(self, name: str) -> DoorDrive | None:
        return self._running[name].signals.door if name in self._running else None

    def _changing(self, new: Configuration | None) -> list[RunningReader]:
        """Those whose scans wait for the change; those that go finish theirs."""
        if new is None:
            return []
        wanted = {reader.name: reader for reader in new.readers}
        before = None if self._configuration is None else self._configuration.hardware
        return [
            reader
            for name, reader in self._running.items()
            if name in wanted and (before != new.hardware or _differs(reader, wanted[name], new.site))
        ]

    def _set_all(self, readers: Mapping[str, Reader]) -> None:
        """To their modes. One that changes with the door that it opens may be no one that follows."""
        for each in self._running.values():
            each.set_mode(self._mode_of(each.reader, readers))

    def _mode_of(self, reader: Reader, readers: Mapping[str, Reader]) -> Posture | None:
        return mode_of(reader, None if reader.door is None else readers.get(reader.door), self._modes)

    def _claimed(self) -> frozenset[int]:
        return frozenset[int]().union(*(each.signals.pins for each in self._running.values()))

    def _fault_of_factory(self, configuration: Configuration, kind: tuple[PinFactory, str | None]) -> Fault | None:
        # A chip that is named now may be the one that was found before.
        claimed = self._claimed() if self._pins is not None and self._pins[0][0] is kind[0] else frozenset()
        pins = self._open_pins(*kind)
        try:
            return fault_of_pins(configuration, pins, claimed)
        finally:
            pins.close()

    async def _tried(self, names: set[str]) -> None:
        """Wait a little for new ports that can be opened; one whose driver hangs holds up no other reader."""
        tried = [asyncio.create_task(each.tried()) for name, each in self._running.items() if name not in names]
        if tried:
            _, late = await asyncio.wait(tried, timeout=FIRST_OPEN_S)
            for task in late:
                task.cancel()


async def _last_to_rest(readers: list[RunningReader]) -> RunningReader | None:
    """None of them decides a scan when this returns. The one that was waited for last is held already."""
    while busy := next((reader for reader in readers if reader.is_deciding), None):
        await busy.changing.acquire()
        if not any(reader.is_deciding for reader in readers if reader is not busy):
            return busy
        busy.changing.release()
        await asyncio.sleep(0)  # the scan that waited behind takes its turn
    return None


def _pins_of(configuration: Configuration) -> tuple[PinFactory, str | None]:
    """What they are opened by."""
    return configuration.hardware.pin_factory, configuration.hardware.chip


def _differs(running: RunningReader, reader: Reader, site: str | None) -> bool:
    return (running.reader, running.site) != (reader, site)
