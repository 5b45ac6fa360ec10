"""What is known of boards: their pins before this software runs, relay boards and the level that switches them.

Read from firmware_config/boards/*.toml, where each fact names its source and whether somebody has looked it up
there. Owns how these files are read. Whether a configuration fits its boards is edge/hardware/wiring.py's affair.
"""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from msgspec import Meta, Struct, ValidationError, convert

from contract.configuration import Hardware
from contract.door_configuration import Level, Pin
from contract.topics import Slug

MODEL: Final = Path("/proc/device-tree/model")
"""What the firmware calls this computer, with a zero byte at its end."""

Text = Annotated[str, Meta(min_length=1)]


class BoardError(Exception):
    """A board is not known, or its file cannot be read; the text says what to do. `field`: of [hardware]."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field: Final = field


class Fact(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`source`: where it is said. `checked`: whether it was read there, or follows from something else."""

    source: Text
    checked: bool


class Said(Fact, frozen=True):
    """A fact in words."""

    text: Text


class Chip(Fact, frozen=True):
    """The GPIO chip that has the header's pins, by its label (`gpiodetect`)."""

    label: Text


class Pulls(Fact, frozen=True):
    """The pins of the header (BCM), by where they are pulled from power-on until somebody sets them."""

    up: tuple[Pin, ...]
    down: tuple[Pin, ...]


class Shared(Fact, frozen=True):
    """Pins that something else may use: `function` says what."""

    pins: tuple[Pin, ...]
    function: Text


class Channels(Fact, frozen=True):
    """The pins (BCM) of channel 1, 2, …; none: it is wired to whichever pins one likes."""

    pins: tuple[Pin, ...]


class Polarity(Fact, frozen=True):
    """The level of a pin at which its relay is on."""

    active: Level


class Board(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="computer"):
    """`models`: how the names begin that firmware gives to such a computer."""

    name: Slug
    title: Text
    models: tuple[Text, ...]
    chip: Chip
    pulls: Pulls
    shared: tuple[Shared, ...]
    power_loss: Said

    @property
    def pins(self) -> frozenset[int]:
        """Those on its header."""
        return frozenset((*self.pulls.up, *self.pulls.down))

    def level_at_boot(self, pin: int) -> Level:
        return Level.HIGH if pin in self.pulls.up else Level.LOW


class RelayBoard(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="relays"):
    """`boot`: what its relays do until this software runs; `power_loss`: what they do without power."""

    name: Slug
    title: Text
    channels: Channels
    polarity: Polarity
    boot: Said
    power_loss: Said


Boards = Mapping[str, Board | RelayBoard | BoardError]
"""By name. A file that is wrong is what is wrong with it, and no other board's affair."""


@cache
def read_boards(folder: Path) -> Boards:
    """All boards of firmware_config/boards, by name; a file is called as its board.

    Read once, so that a configuration is applied by what it was tested by, and no scan waits for the disk.
    """
    boards: dict[str, Board | RelayBoard | BoardError] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            board = _read(path)
        except BoardError as error:
            boards[path.stem] = error
        else:
            boards[board.name] = board
    return boards


def faults_of(boards: Boards) -> list[BoardError]:
    """What is wrong with files, in their order."""
    return [each for each in boards.values() if isinstance(each, BoardError)]


def computer_of(hardware: Hardware, boards: Boards, model: Path = MODEL) -> Board | None:
    """The computer that the configuration names, else this one, if it is known. BoardError: the name is not."""
    if hardware.board is not None:
        found = boards.get(hardware.board)
        if isinstance(found, Board):
            return found
        known = [each.name for each in boards.values() if isinstance(each, Board)]
        raise _not_had("board", hardware.board, found, known)
    try:
        this = model.read_text("utf-8", "replace")
    except OSError:
        return None
    computers = [each for each in boards.values() if isinstance(each, Board)]
    return next((each for each in computers if this.startswith(each.models)), None)


def relay_board_of(hardware: Hardware, boards: Boards) -> RelayBoard | None:
    """The relay board that the configuration names, if it does. BoardError: the name is not known."""
    if hardware.relay_board is None:
        return None
    found = boards.get(hardware.relay_board)
    if isinstance(found, RelayBoard):
        return found
    known = [each.name for each in boards.values() if isinstance(each, RelayBoard)]
    raise _not_had("relay_board", hardware.relay_board, found, known)


def _read(path: Path) -> Board | RelayBoard:
    try:
        return convert(tomllib.loads(path.read_text("utf-8")), Board | RelayBoard)
    except (OSError, ValueError, ValidationError) as error:
        raise BoardError(f"{path} cannot be used: {error}", "board") from error


def _not_had(field: str, name: str, found: object, known: list[str]) -> BoardError:
    if isinstance(found, BoardError):
        return BoardError(str(found), field)
    near = get_close_matches(name, known, 1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    return BoardError(f'{field} is "{name}"{meant}; known are {", ".join(known)}', field)
