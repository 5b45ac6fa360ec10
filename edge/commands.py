"""The hub's commands, each done once or not at all: its number is on disk before anything is done.

What a command comes to is in edge/core/commands.py.
"""

import asyncio
from typing import Final, Protocol

from contract.high_water import COMMAND, Mark
from contract.instants import to_us
from contract.orders import Answered, Command, CommandKind, CommandWhy
from edge.core.commands import Standing, judge
from edge.ports import HubVoice, Log, Marks, Trust

HUB: Final = "hub"


class ReadersToCommand(Protocol):
    """Which readers there are, and what can be asked of one."""

    def standings(self) -> dict[str, Standing]: ...

    def unlock_once(self, name: str) -> None: ...

    def identify(self, name: str) -> None: ...


class Commands:
    """`hear` returns at once, `keep` does what was heard."""

    def __init__(self, readers: ReadersToCommand, voice: HubVoice, marks: Marks, trust: Trust, log: Log) -> None:
        self._readers = readers
        self._voice = voice
        self._marks = marks
        self._trust = trust
        self._log = log
        self._waiting: asyncio.Queue[Command] = asyncio.Queue()

    @property
    def heard(self) -> Mark:
        """The number of the last one."""
        return self._marks.mark(HUB, COMMAND) or Mark(0, 0)

    def hear(self, command: Command) -> bool:
        """Whether it counts: its number is above all that were heard."""
        mark = Mark(command.epoch, command.number)
        if not self._marks.accepts(HUB, COMMAND, mark):
            return False
        self._marks.reach(HUB, COMMAND, mark)
        self._waiting.put_nowait(command)
        return True

    async def keep(self) -> None:
        """Do what waits, in order, and answer each; for ever."""
        while True:
            await self._obey(await self._waiting.get())

    async def _obey(self, command: Command) -> None:
        try:
            await self._marks.keep_reached(HUB, COMMAND, Mark(command.epoch, command.number))
            why = self._done(command)
        except OSError:
            why = CommandWhy.FAILED
        what = {"what": command.kind, "number": command.number, "reader": command.reader}
        self._log("command", **what, why=why)
        at_us = to_us(self._trust.now())
        self._voice.answer(Answered(epoch=command.epoch, number=command.number, at_us=at_us, why=why))

    def _done(self, command: Command) -> CommandWhy | None:
        """Do it, without waiting for anything."""
        judged = judge(command, self._readers.standings(), self._trust.clock_state(), self._trust.now())
        if isinstance(judged, CommandWhy):
            return judged
        unlocks = command.kind is CommandKind.UNLOCK_ONCE
        for name in judged.readers:
            (self._readers.unlock_once if unlocks else self._readers.identify)(name)
        if command.kind is CommandKind.RESYNC:
            self._voice.resync()
        return None
