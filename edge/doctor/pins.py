"""Whether the pins of the configuration can be had, or are had by the edge that runs. Claims none."""

from collections.abc import Iterator
from typing import Final

from contract.configuration import Configuration, PinFactory
from edge.doctor.access import may_open
from edge.doctor.findings import Finding, failure, ok, warning
from edge.doctor.patient import Patient
from edge.hardware.lgpio_library import HardwareError
from edge.hardware.lines import HeldLine, held_lines
from edge.hardware.resting import levels_at_rest

_LGPIO: Final = "lg"
"""What lgpio calls itself to the kernel, where nobody says otherwise (lgpio 0.2.2, lgGpiochipOpen)."""
_SWITCH: Final = "edge.dead_man"
_GROUP: Final = 'sudo usermod --append --groups gpio USER, apt install python3-lgpio, or pin_factory = "mock"'


def lines(patient: Patient) -> Iterator[Finding]:
    configuration = patient.configuration
    if configuration is None:
        return
    if configuration.hardware.pin_factory is PinFactory.MOCK:
        yield from _mock(configuration)
        return
    places = _places(configuration)
    try:
        chip, held = held_lines(configuration.hardware.chip, places, patient.places.dev)
    except HardwareError as error:
        why = "no relay, lamp or contact works: the edge does not start with such a configuration"
        yield failure("pins.chip", str(error), why, _GROUP)
        return
    if not may_open(patient, patient.places.dev / chip):
        whose = patient.user.name
        why = "no relay, lamp or contact works"
        yield failure("pins.chip", f"{whose} may not open /dev/{chip}", why, _GROUP.replace("USER", whose))
        return
    yield ok("pins.chip", f"{chip} {configuration.hardware.chip or 'of the header'}, by lgpio")
    for line in held:
        yield _judged(line, places[line.number], patient.running is not None)


def switch(patient: Patient) -> Iterator[Finding]:
    """The dead man's switch of the edge that runs (docs/hardware.md), where there is an output to be left on."""
    configuration = patient.configuration
    if configuration is None or configuration.hardware.pin_factory is PinFactory.MOCK or patient.running is None:
        return
    if not levels_at_rest(configuration):
        return
    stands = patient.running.has_child(_SWITCH)
    if stands:
        yield ok("pins.switch", "a dead man's switch stands by its outputs")
    elif stands is None:
        what = "whether a dead man's switch stands by its outputs cannot be seen"
        yield warning("pins.switch", what, "this user may not look at the edge's process", "ask again with sudo")
    else:
        why = "an edge that is killed may leave a relay on, and its door open, until systemd has set it at rest"
        to_do = (
            "ask again in a minute; if there is none then, journalctl --unit doorward-edge says why (unguarded): "
            "see to that, then sudo systemctl restart doorward-edge"
        )
        yield warning("pins.switch", "no dead man's switch stands by its outputs", why, to_do)


def _mock(configuration: Configuration) -> Iterator[Finding]:
    doors = [reader.name for reader in configuration.readers if reader.relay_pin is not None]
    if doors:
        what = 'pin_factory is "mock": no pin moves'
        why = f"{', '.join(doors)} will not open"
        yield warning("pins.factory", what, why, 'pin_factory = "lgpio" for a real door')
    else:
        yield ok("pins.factory", 'pin_factory is "mock", and no reader has a relay')


def _places(configuration: Configuration) -> dict[int, str]:
    """Of each pin, where the configuration names it."""
    return {
        pin: f"{reader.name}.{field}" for reader in configuration.readers for field, pin in reader.pins.items()
    }


def _judged(line: HeldLine, place: str, runs: bool) -> Finding:
    pin = f"GPIO {line.number}"
    if line.holder is None and not runs:
        return ok("pins.line", f"{pin} is free", place)
    if line.holder is None:
        why = "the edge that runs has another configuration, or could not apply this one"
        to_do = "journalctl --unit doorward-edge says why; start the edge anew"
        return warning("pins.line", f"{pin} is free, though an edge runs", why, to_do, place)
    if runs and line.holder == _LGPIO:
        return ok("pins.line", f"{pin} is held by lgpio, as the edge that runs holds it", place)
    return failure(
        "pins.line",
        f'{pin} is held by "{line.holder}"',
        "what one holds nobody else can have",
        "end that program, or take the overlay that uses the pin out of config.txt (`gpioinfo` shows all), "
        "or take another pin",
        place,
    )
