"""Outputs at rest, by somebody who has not claimed them: after an edge that ended without its own word.

A Raspberry Pi's kernel keeps the level of an output whose process is gone, so a relay that was on stays on. Needs
lgpio alone, no gpiozero, so that it has ended before anybody could notice. Never touches an input, or a pin that
somebody holds.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from contract.configuration import Configuration
from contract.door_configuration import INPUT_FIELDS, OUTPUT_FIELDS, Level
from edge.hardware.gpio_chips import DEV, chip_number, load_lgpio
from edge.hardware.wiring import active_level

_INACTIVE: Final = {Level.HIGH: 0, Level.LOW: 1}


def levels_at_rest(configuration: Configuration) -> dict[int, int]:
    """The level, 0 or 1, of each output (BCM) that is off. What the boards say is filled in."""
    return {
        reader.pins[field]: _INACTIVE[active_level(reader, field)]
        for reader in configuration.readers
        for field in OUTPUT_FIELDS
        if field in reader.pins
    }


def inputs_of(configuration: Configuration) -> frozenset[int]:
    return frozenset(
        reader.pins[field] for reader in configuration.readers for field in INPUT_FIELDS if field in reader.pins
    )


def set_levels(levels: Mapping[int, int], chip: str | None, dev: Path = DEV) -> list[str]:
    """Each pin is made an output with its level and let go. Returns what could not be done, in words.

    HardwareError: no pin can be had at all. `chip`: its label; None: that of a Raspberry Pi's header.
    """
    lgpio = load_lgpio()
    handle = lgpio.gpiochip_open(chip_number(chip, lgpio, dev))
    try:
        return list(_failures(levels.items(), lgpio, handle))
    finally:
        lgpio.gpiochip_close(handle)


def _failures(levels: Iterable[tuple[int, int]], lgpio: Any, handle: int) -> Iterable[str]:
    for pin, level in levels:
        try:
            lgpio.gpio_claim_output(handle, pin, level)
        except lgpio.error as error:
            yield f"GPIO {pin}: {error}"
