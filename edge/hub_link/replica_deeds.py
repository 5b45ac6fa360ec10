"""What replica sync asks to be done to the replica, done one after another; own uses follow what it holds then.

A failure is logged and told to the machine, which begins again; nothing here decides what to do next.
"""

import asyncio
import contextlib
from typing import Final

from contract.facts import Position
from edge.core import sync_events as sync
from edge.core.own_uses import OwnUses
from edge.journal_port import Journal
from edge.ports import Log, ReplicaWriter

FINISH_S: Final = 5.0
"""A page takes a fraction of it; what takes longer, as the end of a fresh load may, is broken off."""
Deed = sync.Apply | sync.StartFresh | sync.Load | sync.FinishFresh


class ReplicaDeeds:
    def __init__(self, feed: str, replica: ReplicaWriter, journal: Journal, own_uses: OwnUses, log: Log) -> None:
        self._feed = feed
        self._replica = replica
        self._journal = journal
        self._own_uses = own_uses
        self._log = log
        self._asked: asyncio.Queue[Deed] = asyncio.Queue()
        self._idle = asyncio.Event()
        self._idle.set()
        self._finishing = False

    def ask(self, deed: Deed) -> None:
        if not self._finishing:
            self._asked.put_nowait(deed)

    async def finish(self) -> None:
        """What is under way is done when this returns, or FINISH_S are over; nothing more is begun."""
        self._finishing = True
        self._forget_what_was_asked()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), FINISH_S)

    async def next_done(self) -> sync.Event | None:
        """Do what was asked for first; what the machine is to be told of it."""
        deed = await self._asked.get()
        self._idle.clear()
        try:
            return await self._do(deed)
        except Exception as error:  # noqa: BLE001 (a full disk or a broken file must not end the link)
            self._forget_what_was_asked()
            self._log("replica_failed", what=type(deed).__name__, why=str(error))
            return sync.Failed()
        finally:
            self._idle.set()

    async def recall_own_uses(self, position: Position | None) -> None:
        """From the journal: those that a replica at `position` may not hold."""
        for sequence, row in await self._journal.own_rows_not_known_passed(position):
            self._own_uses.add(row, sequence)

    def note_passed(self) -> None:
        """Own uses that the whole replica holds by now leave."""
        position = self._replica.position()
        if position is not None:
            self._own_uses.passed(position)

    def _forget_what_was_asked(self) -> None:
        while not self._asked.empty():
            self._asked.get_nowait()

    async def _do(self, deed: Deed) -> sync.Event | None:
        match deed:
            case sync.Apply(rows, upto):
                digest = await self._replica.apply(rows, upto)
                self.note_passed()
                self._log("applied", sequence=upto)
                return sync.Applied(upto, digest)
            case sync.StartFresh(epoch, head):
                await self._replica.start_fresh(self._feed, epoch, head)
                return None
            case sync.Load(rows, upto):
                await self._replica.load(rows, upto)
                return sync.Loaded()
            case sync.FinishFresh(position, digest):
                return await self._finish_fresh(position, digest)

    async def _finish_fresh(self, position: Position, digest: int) -> sync.Event:
        # Before it decides: a hub that was restored has lost uses that its old feed had.
        self._own_uses.hold_all()
        await self.recall_own_uses(position)
        try:
            exact = await self._replica.finish_fresh(digest)
        finally:
            self.note_passed()
        if exact:
            self._log("replica", feed=position.feed, epoch=position.epoch, sequence=position.sequence)
        return sync.Finished(exact)
