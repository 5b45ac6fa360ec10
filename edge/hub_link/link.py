"""The edge's link to its hub: what the broker says goes into the core's machines, what they ask for is done here.

Decides nothing about cards, and nothing of a scan waits for it. Pages are applied by a task of its own, one after
another; a failure there is logged and tried again, and the link goes on.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from msgspec.structs import replace

from contract.facts import Position
from contract.messages import PAGE_ROWS_MAX, Ack, CheckIns, Confirm, Confirmed, Head, Page, Pull
from contract.topics import UP_CHECKINS, UP_CONFIRM, UP_PRESENCE, UP_PULL, up
from edge.core import sync_events as sync
from edge.core.outbox import Outbox, SendBatch
from edge.core.own_uses import OwnUses
from edge.core.presence import PresenceNews
from edge.core.replica_sync import ReplicaSync
from edge.hub_link.ack_notes import AckNotes
from edge.hub_link.confirmations import Confirmations
from edge.hub_link.connection import Connection, Heard, Lost, NoBroker
from edge.hub_link.drops import Drops
from edge.hub_link.presence import PresenceReport
from edge.hub_link.replica_deeds import ReplicaDeeds
from edge.hub_link.session import Session
from edge.ports import Clock, Journal, Log, ReplicaWriter, TrustSource

_TICK_S: Final = 1.0
_RESTART_S: Final = 1.0
_RECOUNT_EVERY_S: Final = 24 * 3600.0


class HubLink:
    """`journaled` says that a new row stands in the journal, `confirmations` asks the hub; all else goes by itself
    between start and stop."""

    def __init__(  # noqa: PLR0913, PLR0917 (what it links: wired once, in edge/app.py)
        self,
        edge: str,
        feed: str,
        host: str,
        port: int,
        replica: ReplicaWriter,
        journal: Journal,
        own_uses: OwnUses,
        trust: TrustSource,
        presence: PresenceReport,
        clock: Clock,
        log: Log,
        new_id: Callable[[], bytes],
    ) -> None:
        self._edge = edge
        self._feed = feed
        self._address = (host, port)
        self._replica = replica
        self._journal = journal
        self._own_uses = own_uses
        self._trust = trust
        self._presence = presence
        self._presence_news = PresenceNews()
        self._clock = clock
        self._log = log
        self._new_id = new_id
        self._ack_notes = AckNotes(journal)
        self._drops = Drops(log)
        self._session = Session(edge, feed, (host, port), log)
        self._deeds = ReplicaDeeds(feed, replica, journal, own_uses, log)
        self.confirmations = Confirmations(self._ask, lambda: self._session.online, new_id, self._drop)
        self._batches: list[SendBatch] = []
        self._new_rows = False
        self._to_send = asyncio.Event()
        self._to_renew = asyncio.Event()
        self._to_recount = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Own uses are known and the work goes on in tasks when this returns; no broker is waited for."""
        position = self._whole_of_feed()
        self._sync = ReplicaSync(self._feed, position, self._replica.digest(), self._new_id)
        acked = self._journal.acked
        last = await self._journal.last_sequence()
        self._outbox = Outbox(0 if acked is None else min(acked.upto, last), last)
        self._trust.contact.journal_stands(self._outbox.acked, last)
        self._trust.note_sync(None, position, self._sync.state)
        if acked is not None:
            self._own_uses.acked(acked)
        await self._deeds.recall_own_uses(position)
        self._tell_what_stands(position)
        self._connection = Connection(self._edge, self._feed, self._hear, self._clock)
        self._say_presence(self._clock.monotonic_s())
        work = (self._do_deeds, self._send_rows, self._renew_journal, self._tick, self._recount)
        whole_work = (*work, self._ack_notes.keep_writing)
        self._tasks = [asyncio.create_task(self._supervised(each)) for each in whole_work]
        self._connection.start(*self._address)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._presence_news.left()
        if self._session.online:
            gone = self._presence.as_it_stands(self._whole_of_feed(), self._outbox, online=False)
            await self._connection.say_last(up(self._edge, UP_PRESENCE), gone)
        await self._connection.stop()
        await self._ack_notes.write()

    def journaled(self) -> None:
        self._new_rows = True
        self._to_send.set()

    # What is heard

    def _hear(self, heard: Heard) -> None:
        at_s = self._clock.monotonic_s()
        match heard:
            case sync.Dropped():
                self._drop(heard)
            case NoBroker():
                self._session.no_broker(heard.why, at_s)
            case sync.Connected() | Lost():
                self._note_connection(heard, at_s)
            case Ack():
                self._session.answered("checkins")
                self._hear_ack(heard)
            case Head():
                self._tell(heard)
                self._send(self._outbox.hear_hub(at_s))
            case Confirmed():
                self.confirmations.hear(heard)
            case _:
                if isinstance(heard, Page):
                    self._session.answered("pull")
                self._tell(heard)

    def _note_connection(self, heard: sync.Connected | Lost, at_s: float) -> None:
        if isinstance(heard, Lost):
            self._session.disconnected(heard.why, heard.crowded)
            self._trust.contact.disconnected()
            self.confirmations.disconnected()
            self._outbox.disconnected()
            self._batches.clear()
            self._tell(sync.Disconnected())
            return
        self._session.connected()
        self._trust.contact.connected()
        self._presence_news.connected()
        self._say_presence(at_s)
        self._send(self._outbox.connected(at_s))
        self._tell(heard)

    def _hear_ack(self, ack: Ack) -> None:
        if ack.journal != self._journal.id:
            self._drop(sync.Dropped("ack", "of another journal"))
            return
        if self._outbox.is_beyond(ack.upto) and not self._to_renew.is_set():
            self._log("journal_rolled_back", last=self._outbox.last, hub_has=ack.upto)
            self._to_renew.set()
        if self._to_renew.is_set():
            return  # what it says is of rows that this journal does not hold
        self._own_uses.acked(ack)
        self._send(self._outbox.acknowledged(ack.upto, self._clock.monotonic_s()))
        self._trust.contact.acked(self._outbox.acked)
        self._log("acked", upto=ack.upto)
        self._ack_notes.note(ack)

    def _drop(self, dropped: sync.Dropped) -> None:
        self._drops.count(dropped, self._clock.monotonic_s())

    # What the machines ask for

    def _ask(self, confirm: Confirm) -> None:
        self._connection.publish(up(self._edge, UP_CONFIRM), confirm)

    def _tell(self, event: sync.Event) -> None:
        for action in self._sync.handle(event, self._clock.monotonic_s()):
            match action:
                case sync.SendPull():
                    pull = Pull(self._feed, action.epoch, action.after, PAGE_ROWS_MAX, action.nonce, action.began)
                    self._connection.publish(up(self._edge, UP_PULL), pull)
                case sync.NewEpoch():
                    self._send(self._outbox.new_epoch(self._clock.monotonic_s()))
                case sync.Dropped():
                    self._drop(action)
                case sync.Mismatch():
                    where = action.position
                    self._log("digest_mismatch", feed=where.feed, epoch=where.epoch, sequence=where.sequence)
                case _:
                    self._deeds.ask(action)
        self._trust.note_sync(self._sync.take_answer(), self._sync.position, self._sync.state)

    def _say_presence(self, at_s: float) -> None:
        stands = self._presence.as_it_stands(self._whole_of_feed(), self._outbox, online=True)
        topic = up(self._edge, UP_PRESENCE)
        self._connection.will(topic, replace(stands, online=False))
        if self._session.online and self._presence_news.is_due(stands, at_s):
            self._connection.publish(topic, stands, retain=True)
            self._presence_news.said(stands, at_s)

    def _send(self, batches: list[SendBatch]) -> None:
        self._batches.extend(batches)
        if batches:
            self._to_send.set()

    # The work: each a task, begun again if it fails

    async def _do_deeds(self) -> None:
        while True:
            event = await self._deeds.next_done()
            if isinstance(event, sync.Finished) and event.exact:
                self._to_recount.set()
            if event is not None:
                self._tell(event)

    async def _send_rows(self) -> None:
        self.journaled()  # what was to be sent when this failed is asked for anew
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            if self._new_rows:
                self._new_rows = False
                last = await self._journal.last_sequence()
                self._trust.contact.journaled(last, self._clock.monotonic_s())
                self._send(self._outbox.journaled(last, self._clock.monotonic_s()))
            batches, self._batches = self._batches, []
            for batch in batches:
                rows = await self._journal.rows_after(batch.after, batch.upto - batch.after)
                if rows and self._session.online:
                    checkins = CheckIns(self._journal.id, rows)
                    self._connection.publish(up(self._edge, UP_CHECKINS), checkins)

    async def _renew_journal(self) -> None:
        while True:
            await self._to_renew.wait()
            await self._journal.renew()
            self._ack_notes.forget()
            self._trust.contact.acked(0)
            self._own_uses.forget_acks()
            await self._deeds.recall_own_uses(None)
            self._to_renew.clear()
            self._batches.clear()
            self._send(self._outbox.journal_renewed(self._clock.monotonic_s()))

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._connection.keep_running()
            if self._sync.position is not None and self._replica.position() is None:
                self._log("replica_lost", set_aside=self._replica.set_aside)
                self._tell(sync.ReplicaLost())
            self._tell(sync.Tick())
            at_s = self._clock.monotonic_s()
            self._send(self._outbox.tick(at_s))
            self._session.note_awaited("pull", self._sync.awaits_page, at_s)
            self._session.note_awaited("checkins", self._outbox.awaits_ack, at_s)
            self._say_presence(at_s)

    async def _recount(self) -> None:
        """At start, daily, and once a fresh replica, proven as it was loaded, is on disk."""
        while True:
            self._to_recount.clear()
            if not await self._replica.is_exact():
                self._tell(sync.ReplicaInexact())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._to_recount.wait(), _RECOUNT_EVERY_S)

    async def _supervised(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 (the link never dies)
                self._log("link_failed", what=work.__name__, why=str(error))
                await asyncio.sleep(_RESTART_S)

    # What stands at the start

    def _whole_of_feed(self) -> Position | None:
        """The whole replica's position, if it is one of the feed that this edge follows now."""
        position = self._replica.position()
        return position if position is not None and position.feed == self._feed else None

    def _tell_what_stands(self, position: Position | None) -> None:
        for name in (self._journal.set_aside, self._replica.set_aside):
            if name is not None:
                self._log("damaged", set_aside=name)
        if position is not None:
            self._own_uses.passed(position)
            self._log("replica", feed=position.feed, epoch=position.epoch, sequence=position.sequence)
