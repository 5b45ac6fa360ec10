"""Outputs at rest, by somebody who has not claimed them: after an edge that ended without its own word.

A Raspberry Pi's kernel keeps the level of an output whose process is gone, so a relay that was on stays on. Needs
lgpio alone, no gpiozero, so that it has ended before anybody could notice. Never touches an input, or a pin that
somebody holds.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from contract.configuration import Configuration
from contract.door_configuration import INPUT_FIELDS, OUTPUT_FIELDS, Level
from contract.reader_configuration import Reader
from edge.hardware.gpio_chips import DEV, chip_number, load_lgpio
from edge.hardware.wiring import active_level, has_known_level

_INACTIVE: Final = {Level.HIGH: 0, Level.LOW: 1}


def levels_at_rest(configuration: Configuration) -> dict[int, int]:
    """The level, 0 or 1, of each output (BCM) that is off. What the boards say is filled in, where it is known:
    an output whose level is not is left out (`outputs_left_as_they_are`)."""
    return {
        reader.pins[field]: _INACTIVE[active_level(reader, field)]
        for reader, field in _outputs(configuration)
        if has_known_level(configuration, reader, field)
    }


def outputs_left_as_they_are(configuration: Configuration) -> list[str]:
    """Each output whose level at rest nobody knows, in words: driven the wrong way it would go on."""
    return [
        f"{reader.name}.{field}, GPIO {reader.pins[field]}: left as it is, as its level at rest is not known"
        for reader, field in _outputs(configuration)
        if not has_known_level(configuration, reader, field)
    ]


def inputs_of(configuration: Configuration) -> frozenset[int]:
    return frozenset(
        reader.pins[field] for reader in configuration.readers for field in INPUT_FIELDS if field in reader.pins
    )


def number_of(chip: str | None, dev: Path = DEV) -> int:
    """Of the chip with this label; None: that of a Raspberry Pi's header. HardwareError: it cannot be had."""
    return chip_number(chip, load_lgpio(), dev)


def set_levels(levels: Mapping[int, int], chip: int) -> list[str]:
    """Each pin of the chip is made an output with its level and let go. Returns what could not be done."""
    lgpio = load_lgpio()
    handle = lgpio.gpiochip_open(chip)
    try:
        return list(_failures(levels.items(), lgpio, handle))
    finally:
        lgpio.gpiochip_close(handle)


def _outputs(configuration: Configuration) -> Iterator[tuple[Reader, str]]:
    for reader in configuration.readers:
        yield from ((reader, field) for field in OUTPUT_FIELDS if field in reader.pins)


def _failures(levels: Iterable[tuple[int, int]], lgpio: Any, handle: int) -> Iterable[str]:
    for pin, level in levels:
        try:
            lgpio.gpio_claim_output(handle, pin, level)
        except lgpio.error as error:
            yield f"GPIO {pin}: {error}"
