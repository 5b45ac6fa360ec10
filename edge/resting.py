"""`doorward-edge rest`: all outputs of the configuration that stands to the level at which they are off.

Run by systemd once an edge has ended, however it did (ExecStopPost). Needs no enrolment, no network and no event
loop, and imports none of them: it is over in a moment. Knows nothing of doors: what a lock does without its relay
is a matter of wiring.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from contract.configuration import (
    Configuration,
    ConfigurationError,
    PinFactory,
    parse_configuration,
    read_document,
)
from contract.orders import Desired
from edge.core.saved_orders import SavedOrders
from edge.hardware.letting_go import set_levels
from edge.hardware.lgpio_library import HardwareError
from edge.hardware.resting import inputs_of, levels_at_rest, number_of, outputs_left_as_they_are
from edge.hardware.wiring import fill_in_what_is_known
from edge.journal_stream import is_journal
from edge.storage.orders_file import OrdersFile
from edge.storage.state_folder import default_state_dir

EXIT_NOT_AT_REST: Final = 1
"""Something could not be set, or read; everything else is at rest."""
_STDOUT: Final = 1


def words_of(parser: argparse.ArgumentParser) -> None:
    """What the command may be given."""
    default = default_state_dir()
    parser.add_argument(
        "--state", type=Path, default=default, metavar="DIR", help=f"the edge's own files; {default} if left out"
    )
    parser.add_argument("--config", type=Path, metavar="edge.toml", help="the file that the edge was run with")


def main(arguments: Sequence[str]) -> int:
    """Returns the exit code: 0, or EXIT_NOT_AT_REST; says on stderr what is not at rest."""
    parser = argparse.ArgumentParser(prog="doorward-edge rest")
    words_of(parser)
    asked = parser.parse_args(arguments)
    rest = Rest()
    for configuration in rest.configurations(asked.state, asked.config):
        rest.note(configuration)
    rest.carry_out()
    if not rest.problems and not is_journal(_STDOUT, os.environ):
        # Whoever asked by hand may have named a wrong folder; systemd's journal has JSON on this way.
        sys.stdout.write(f"doorward-edge: {rest.done(asked.state)}\n")
    for problem in rest.problems:
        sys.stderr.write(f"doorward-edge: not at rest: {problem}\n")
    return EXIT_NOT_AT_REST if rest.problems else 0


class Rest:
    """What is to be set, by chip, and what was in the way of it, in words."""

    def __init__(self) -> None:
        self._levels: dict[int, dict[int, int]] = {}
        self._noted = 0
        self.problems: Final[list[str]] = []

    def configurations(self, state_dir: Path, own: Path | None) -> Iterator[Configuration]:
        """Those whose outputs may be on. The one that stands comes last; while it is tried, the one before it
        counts as well. The edge's own does where the hub's is missing or cannot be read."""
        if own is None and not state_dir.is_dir():
            self.problems.append(f"there is no folder {state_dir}: --state names the edge's own")
        orders = (OrdersFile(state_dir).read() or SavedOrders()).configuration
        good, stands = list(self._desired(orders.good)), list(self._desired(orders.stands))
        if own is not None and not (stands and (good or not orders.trying)):
            yield from self._read(lambda: parse_configuration(own.read_text("utf-8")))
        yield from (*good, *stands)

    def note(self, configuration: Configuration) -> None:
        """A pin that several configurations name is as the last of them says."""
        self._noted += 1
        if configuration.hardware.pin_factory is PinFactory.MOCK:
            return
        configuration, unknown = fill_in_what_is_known(configuration)
        self.problems.extend(f"hardware.{error.field}: {error}" for error in unknown)
        self.problems.extend(outputs_left_as_they_are(configuration))
        try:
            # By its number: two labels, or none, may name one chip.
            chip = number_of(configuration.hardware.chip)
        except HardwareError as error:
            self.problems.append(str(error))
            return
        levels = self._levels.setdefault(chip, {})
        levels.update(levels_at_rest(configuration))
        for pin in inputs_of(configuration):
            levels.pop(pin, None)

    def carry_out(self) -> None:
        for chip, levels in self._levels.items():
            self.problems.extend(f"GPIO {pin}: {why}" for pin, why in set_levels(levels, chip).items())

    def done(self, state_dir: Path) -> str:
        """What was set where there were no problems, in words."""
        pins = sorted(pin for levels in self._levels.values() for pin in levels)
        if pins:
            return f"at rest: GPIO {', '.join(map(str, pins))}"
        why = "its configuration has no output at a pin" if self._noted else "it holds no configuration"
        return f"nothing was set: {state_dir}: {why}"

    def _desired(self, desired: Desired | None) -> Iterator[Configuration]:
        if desired is not None:
            yield from self._read(lambda: read_document(desired.document))

    def _read(self, read: Callable[[], Configuration]) -> Iterator[Configuration]:
        try:
            yield read()
        except (OSError, UnicodeDecodeError, ConfigurationError) as error:
            self.problems.append(f"a configuration cannot be read: {error}")
