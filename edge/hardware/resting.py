"""Which outputs a configuration has, and the level of each at rest: for those who set them after an edge that
ended without its own word (letting_go.py). Knows no gpiozero.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from contract.configuration import Configuration
from contract.door_configuration import INPUT_FIELDS, OUTPUT_FIELDS, Level
from contract.reader_configuration import Reader
from edge.hardware.gpio_chips import DEV, chip_number
from edge.hardware.lgpio_library import load_lgpio
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


def _outputs(configuration: Configuration) -> Iterator[tuple[Reader, str]]:
    for reader in configuration.readers:
        yield from ((reader, field) for field in OUTPUT_FIELDS if field in reader.pins)
