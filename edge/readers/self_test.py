"""Whether a configuration could be applied here: its ports open, its pins can be claimed.

Nothing that runs changes by it; an output that nobody had is driven from then on, at the level at which it is off.
What the running readers have open or claimed is theirs, and no test of another's. Knows nothing of how a
configuration is applied.
"""

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from contract.configuration import Configuration, place_of
from contract.door_configuration import INPUT_FIELDS
from contract.reader_configuration import Reader
from edge.core.configuration_events import Fault
from edge.hardware.boards import BoardError
from edge.hardware.pins import HardwareError, Pins
from edge.hardware.wiring import active_level, wiring_of
from edge.ports import Log
from edge.readers.running_reader import RunningReader
from edge.scanners.choice import node_of, try_open
from edge.scanners.device_reader import CannotOpen
from edge.scanners.profiles import ProfileError, settings_for

OPEN_S: Final = 5.0
"""A device that fails can hold up its open for longer than anybody waits."""


def faults_of_profiles(configuration: Configuration) -> Iterator[Fault]:
    """Readers whose profile is not there, cannot be read, or is of another kind of scanner."""
    for index, reader in enumerate(configuration.readers):
        try:
            settings_for(reader)
        except ProfileError as error:
            yield Fault(str(error), place_of(index, reader, "profile"))


async def fault_of_ports(configuration: Configuration, running: Iterable[RunningReader]) -> Fault | None:
    """The first port that another reader has too, by whatever name, or that cannot be opened, but for those that
    are open and those that a reader is left with.

    Every profile is there (`faults_of_profiles`)."""
    running = list(running)
    left = {(each.name, each.reader.device) for each in running}
    opened = {node_of(each.reader.device) for each in running if each.is_open}
    had: dict[Path, Reader] = {}
    for index, reader in enumerate(configuration.readers):
        node = node_of(reader.device)
        if (other := had.setdefault(node, reader)) is not reader:
            same = f"{reader.device} is the scanner of reader {other.name} too: {other.device}"
            return Fault(same, place_of(index, reader, "device"))
        if (reader.name, reader.device) in left or node in opened:
            continue
        try:
            await asyncio.wait_for(asyncio.to_thread(try_open, settings_for(reader)), OPEN_S)
        except TimeoutError:
            return Fault(f"{reader.device} did not open within {OPEN_S:g} s", place_of(index, reader, "device"))
        except CannotOpen as error:
            return Fault(str(error), place_of(index, reader, "device"))
    return None


def fault_of_wiring(configuration: Configuration, log: Log) -> Fault | None:
    """The first pin that its board cannot serve, or a board that is not known; what deserves a look is logged."""
    try:
        concerns = list(wiring_of(configuration).concerns(configuration))
    except BoardError as error:
        return Fault(str(error), f"hardware.{error.field}")
    for concern in concerns:
        if concern.is_fault:
            return Fault(concern.text, concern.place)
        log("wiring", place=concern.place, what=concern.text)
    return None


def fault_of_pins(configuration: Configuration, pins: Pins, claimed: frozenset[int]) -> Fault | None:
    """The first pin that cannot be claimed, but for those that are `claimed`."""
    for index, reader in enumerate(configuration.readers):
        for field, number in reader.pins.items():
            try:
                if number not in claimed:
                    _try_claim(pins, number, field, reader)
            except HardwareError as error:
                return Fault(str(error), place_of(index, reader, field))
    return None


def _try_claim(pins: Pins, number: int, field: str, reader: Reader) -> None:
    """As what it is: nothing is driven where a contact may lie to ground."""
    if field in INPUT_FIELDS:
        pins.input(number, field, reader.name).close()
    else:
        pins.try_claim(number, field, reader.name, active_level(reader, field))
