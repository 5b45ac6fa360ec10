"""The journal on its way to the hub: rows are sent as the outbox says, and the hub's acks are its alone to give.

Own uses, contact and the journal's note of the last ack follow. Decides nothing about rows.
"""

import asyncio
from collections.abc import Awaitable, Callable

from contract.facts import Position
from contract.messages import Ack, CheckIns
from contract.topics import UP_CHECKINS
from edge.core.floors import Floors
from edge.core.outbox import Outbox, SendBatch
from edge.core.own_uses import OwnUses
from edge.core.sync_events import Dropped
from edge.hub_link.ack_notes import AckNotes
from edge.hub_link.session import Session
from edge.hub_link.voice import Say
from edge.journal_port import Journal
from edge.ports import Clock, Log, TrustSource


class CheckInsUp:
    """Between `start` and the end, `send_rows`, `renew_journal` and `ack_notes.keep_writing` run as tasks."""

    def __init__(  # noqa: PLR0913, PLR0917 (wired once, in link.py)
        self,
        journal: Journal,
        own_uses: OwnUses,
        trust: TrustSource,
        floors: Floors,
        recall_own_uses: Callable[[Position | None], Awaitable[None]],
        session: Session,
        say: Say,
        drop: Callable[[Dropped], None],
        clock: Clock,
        log: Log,
    ) -> None:
        self._journal = journal
        self._own_uses = own_uses
        self._contact = trust.contact
        self._floors = floors
        self._recall_own_uses = recall_own_uses
        self._session = session
        self._say = say
        self._drop = drop
        self._clock = clock
        self._log = log
        self.ack_notes = AckNotes(journal)
        self.outbox = Outbox(0, 0)
        self._batches: list[SendBatch] = []
        self._new_rows = False
        self._to_send = asyncio.Event()
        self._to_renew = asyncio.Event()

    async def start(self) -> None:
        acked = self._journal.acked
        last = await self._journal.last_sequence()
        self.outbox = Outbox(0 if acked is None else min(acked.upto, last), last)
        self.outbox.journal_begins(self._journal.first)
        self._contact.journal_stands(self.outbox.acked, last)
        if acked is not None:
            self._own_uses.acked(acked)

    def journaled(self) -> None:
        self._new_rows = True
        self._to_send.set()

    def connected(self, at_s: float) -> None:
        self._send(self.outbox.connected(at_s))

    def disconnected(self) -> None:
        self.outbox.disconnected()
        self._batches.clear()

    def new_epoch(self) -> None:
        self._send(self.outbox.new_epoch(self._clock.monotonic_s()))

    def hear_hub(self, at_s: float) -> None:
        """The hub has said its head."""
        self._send(self.outbox.hear_hub(at_s))

    def tick(self, at_s: float) -> None:
        self.outbox.journal_begins(self._journal.first)
        self._send(self.outbox.tick(at_s))
        self._session.note_awaited("checkins", self.outbox.awaits_ack, at_s)

    def hear_ack(self, ack: Ack) -> None:
        if ack.journal != self._journal.id:
            self._drop(Dropped("ack", "of another journal"))
            return
        dropped = self._floors.judge(ack)
        if dropped is not None:
            self._drop(dropped)
            return
        self._session.answered("checkins")
        if self.outbox.is_beyond(ack.upto) and not self._to_renew.is_set():
            self._log("journal_rolled_back", last=self.outbox.last, hub_has=ack.upto)
            self._to_renew.set()
        if not self._to_renew.is_set():  # else it speaks of rows that this journal does not hold
            self._take(ack)

    def _take(self, ack: Ack) -> None:
        self._own_uses.acked(ack)
        self.outbox.journal_begins(self._journal.first)
        self._send(self.outbox.acknowledged(ack.upto, self._clock.monotonic_s()))
        self._contact.acked(self.outbox.acked)
        self._log("acked", upto=ack.upto)
        self.ack_notes.note(ack)

    def _send(self, batches: list[SendBatch]) -> None:
        self._batches.extend(batches)
        if batches:
            self._to_send.set()

    async def send_rows(self) -> None:
        self.journaled()  # what was to be sent when this failed is asked for anew
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            if self._new_rows:
                self._new_rows = False
                await self._note_new_rows()
            batches, self._batches = self._batches, []
            for batch in batches:
                await self._send_batch(batch)

    async def _note_new_rows(self) -> None:
        last = await self._journal.last_sequence()
        self._contact.journaled(last, self._clock.monotonic_s())
        self._send(self.outbox.journaled(last, self._clock.monotonic_s()))

    async def _send_batch(self, batch: SendBatch) -> None:
        rows = await self._journal.rows_after(batch.after, batch.upto - batch.after)
        # Where rows have just left the journal, others have come behind those that were meant.
        rows = [row for row in rows if row.sequence <= batch.upto]
        if rows and self._session.online:
            self._say(UP_CHECKINS, CheckIns(self._journal.id, rows, self._journal.first, self._journal.begins))

    async def renew_journal(self) -> None:
        while True:
            await self._to_renew.wait()
            await self._journal.renew()
            await self.follow_journal()
            self._to_renew.clear()

    async def follow_journal(self) -> None:
        """The journal has another id than it had, or other rows."""
        self.ack_notes.forget()
        acked, last = self._journal.acked, await self._journal.last_sequence()
        self._own_uses.forget_acks()
        if acked is not None:
            self._own_uses.acked(acked)
        await self._recall_own_uses(None)
        self._batches.clear()
        at_s = self._clock.monotonic_s()
        self._send(self.outbox.journal_renewed(at_s, last, 0 if acked is None else acked.upto))
        self.outbox.journal_begins(self._journal.first)
        self._contact.journal_stands(self.outbox.acked, last)
