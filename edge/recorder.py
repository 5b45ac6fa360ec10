"""Check-ins and voids on their way to the disk: who waits for them, and what a disk that fails means.

A recorder is one reader's. It decides about nobody: edge/gate.py hands over what was decided.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from contract.decision import Decision, cannot_record
from contract.messages import CheckIn
from contract.reader_configuration import Reader, ReaderKind
from edge.core.losses import Losses
from edge.core.own_uses import OwnUses
from edge.core.undo import void_at
from edge.journal_port import CannotRecord, Journal
from edge.ports import Log

COMMIT_WAIT_S: Final = 0.040
"""A healthy SD card commits in 4 to 10 ms; nobody should stand before a door for one that stalls."""
RECORDINGS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Recorder:
    """`journaled` is called whenever a new row stands in the journal; `losses` counts those that cannot."""

    reader: Reader
    journal: Journal
    own_uses: OwnUses
    log: Log
    journaled: Callable[[], None]
    losses: Losses = field(default_factory=Losses)
    _recordings: set[asyncio.Task[int | None]] = field(default_factory=set)

    async def keep(self, decision: Decision, checkin: CheckIn) -> tuple[Decision, int | None]:
        """What to show, and the journal's sequence where it is known by then.

        A redemption at a counter waits until it is on disk, and is none if it cannot be kept. A door opens, and
        the commit finishes behind it.
        """
        recording = asyncio.create_task(self._record(checkin))
        self._recordings.add(recording)
        recording.add_done_callback(self._recordings.discard)
        redeems = decision.counted and self.reader.kind is ReaderKind.COUNTER
        await asyncio.wait({recording}, timeout=None if redeems else COMMIT_WAIT_S)
        sequence = recording.result() if recording.done() else None
        if redeems and sequence is None:
            self.own_uses.remove(checkin.id)
            return cannot_record(decision), None
        return decision, sequence

    async def undo(self, at: datetime, undoing: CheckIn | None = None, only: bytes | None = None) -> bytes | None:
        """The id of the redemption that was undone at `at`, which stands on disk then; None: there was none.

        `undoing` is the check-in of whoever undoes it, if a card does; `only`: the one redemption that is meant.
        """
        try:
            void = void_at(await self.journal.newest_own_rows(), self.reader.name, at)
            if void is None or only not in (None, void.voids):
                return None
            sequence = await self.journal.append(void)
        except CannotRecord as error:
            self.log("lost", reader=self.reader.name, id=undoing and undoing.id.hex(), why=str(error))
            return None
        self.own_uses.add(void, sequence)
        self.journaled()
        self.log("voided", reader=self.reader.name, id=void.voids.hex(), journal_sequence=sequence)
        return void.voids

    @property
    def is_recording(self) -> bool:
        """Whether a check-in is on its way to the disk."""
        return bool(self._recordings)

    async def finish(self) -> None:
        """Until every check-in is kept or known to be lost."""
        if self._recordings:
            # Whoever tires of waiting stops none of them.
            await asyncio.wait(self._recordings)

    async def _record(self, checkin: CheckIn) -> int | None:
        """The sequence it got in the journal; None, and a line in the log, if it could not be kept."""
        try:
            if len(self._recordings) > RECORDINGS_MAX:
                raise CannotRecord("too many check-ins wait for the disk")
            sequence = await self.journal.append(checkin)
        except CannotRecord as error:
            self.log("lost", reader=self.reader.name, id=checkin.id.hex(), why=str(error))
            self.losses.note(error.why, checkin.at_us)
            return None
        self.own_uses.journaled(checkin.id, sequence)
        self.journaled()
        return sequence
