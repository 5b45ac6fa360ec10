"""What a command of the hub comes to: done at which readers, or why not. Pure.

A command is done once or not at all, so a reader in a lockdown refuses one that is for all readers too, and so
does one whose interlock keeps it shut. The first that applies:

  | case                                                       | unlock once    | identify       | resync  |
  |------------------------------------------------------------|----------------|----------------|---------|
  | `reader` is none of the edge's                             | unknown_reader | unknown_reader |         |
  | no door, or no lamp, among those it is for                 | no_door        | no_lamp        |         |
  | the clock is unknown, so nothing can be said of its expiry | clock_unknown  |                |         |
  | it has expired                                             | expired        | expired        | expired |
  | a door it is for is in a lockdown                          | lockdown       |                |         |
  | the door that one it is for is interlocked with is open    | interlocked    |                |         |
  | else                                                       | done           | done           | done    |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contract.ask import Posture
from contract.instants import from_us
from contract.orders import Command, CommandKind, CommandWhy
from contract.reader_configuration import Reader, ReaderKind
from contract.trust import ClockState


@dataclass(frozen=True, slots=True)
class Standing:
    """A reader as it is now. `interlocked`: the door that it is interlocked with is open."""

    reader: Reader
    posture: Posture
    interlocked: bool = False

    @property
    def is_door(self) -> bool:
        return self.reader.kind is ReaderKind.DOOR

    @property
    def has_lamp(self) -> bool:
        lamps = (self.reader.granted_lamp_pin, self.reader.caution_lamp_pin, self.reader.denied_lamp_pin)
        return any(pin is not None for pin in lamps)


@dataclass(frozen=True, slots=True)
class Done:
    """To be done now, at these readers; none for a resync."""

    readers: tuple[str, ...]


def judge(command: Command, readers: Mapping[str, Standing], clock: ClockState, at: datetime) -> Done | CommandWhy:
    """The table above, at an aware instant."""
    if command.kind is CommandKind.RESYNC:
        return CommandWhy.EXPIRED if _is_over(command, at) else Done(())
    if command.reader is not None and command.reader not in readers:
        return CommandWhy.UNKNOWN_READER
    asked = [each for name, each in readers.items() if command.reader in (None, name)]
    if command.kind is CommandKind.IDENTIFY:
        return _done(
            asked=[each for each in asked if each.has_lamp], none=CommandWhy.NO_LAMP, command=command, at=at
        )
    doors = [each for each in asked if each.is_door]
    if doors and clock is ClockState.UNKNOWN:
        return CommandWhy.CLOCK_UNKNOWN
    done = _done(asked=doors, none=CommandWhy.NO_DOOR, command=command, at=at)
    if isinstance(done, Done) and any(door.posture is Posture.LOCKDOWN for door in doors):
        return CommandWhy.LOCKDOWN
    if isinstance(done, Done) and any(door.interlocked for door in doors):
        return CommandWhy.INTERLOCKED
    return done


def _done(*, asked: list[Standing], none: CommandWhy, command: Command, at: datetime) -> Done | CommandWhy:
    if not asked:
        return none
    if _is_over(command, at):
        return CommandWhy.EXPIRED
    return Done(tuple(each.reader.name for each in asked))


def _is_over(command: Command, at: datetime) -> bool:
    return at >= from_us(command.expires_us)
