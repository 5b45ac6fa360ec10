"""The feed on its way to the replica: what the hub says goes into replica sync, what that asks for is done.

Pages are applied by a task of its own, one after another; a failure there is logged and tried again. How far the
replica has come is told to the marks once it is so on disk. Decides nothing about rows.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from contract.facts import Position
from contract.high_water import HEAD, POSITION, Mark
from contract.messages import PAGE_ROWS_MAX, Head, Live, Page, Pull
from contract.topics import UP_PULL
from edge.core import sync_events as sync
from edge.core.floors import Floors
from edge.core.replica_sync import ReplicaSync
from edge.hub_link.link_time import LinkTime
from edge.hub_link.replica_deeds import ReplicaDeeds
from edge.hub_link.session import Session
from edge.hub_link.voice import Say
from edge.ports import Clock, Log, Marks, ReplicaWriter

_RECOUNT_EVERY_S: Final = 24 * 3600.0


class FeedDown:
    """Between `start` and the end, `do_deeds` and `recount` run as tasks. `new_epoch` is told when one begins."""

    def __init__(  # noqa: PLR0913, PLR0917 (wired once, in link.py)
        self,
        feed: str,
        replica: ReplicaWriter,
        time: LinkTime,
        marks: Marks,
        floors: Floors,
        deeds: ReplicaDeeds,
        session: Session,
        say: Say,
        drop: Callable[[sync.Dropped], None],
        new_epoch: Callable[[], None],
        clock: Clock,
        log: Log,
        new_id: Callable[[], bytes],
    ) -> None:
        self._feed = feed
        self._replica = replica
        self._time = time
        self._marks = marks
        self._floors = floors
        self._deeds = deeds
        self._session = session
        self._say = say
        self._drop = drop
        self._new_epoch = new_epoch
        self._clock = clock
        self._log = log
        self._new_id = new_id
        self._to_recount = asyncio.Event()
        self.sync = ReplicaSync(feed, self.whole(), replica.digest(), new_id)

    def whole(self) -> Position | None:
        """The whole replica's position, if it is one of the feed that this edge follows now."""
        position = self._replica.position()
        return position if position is not None and position.feed == self._feed else None

    async def start(self) -> None:
        position = self.whole()
        self._time.note_sync(None, position, self.sync.state)
        stood = self._marks.mark(self._feed, POSITION)
        if position is not None and stood is not None and Mark(position.epoch, position.sequence) < stood:
            self._log("replica_behind", sequence=position.sequence, epoch=position.epoch, stood=list(stood))
        await self._deeds.recall_own_uses(position)
        self._note_stand()

    def hear(self, news: Head | Live | Page) -> bool:
        """Whether it counts."""
        dropped = self._floors.judge(news)
        if dropped is not None:
            self._drop(dropped)
            if isinstance(news, Page):
                self._tell_what_was_reached()
            return False
        if self._floors.epoch:
            self._marks.reach(self._feed, HEAD, Mark(self._floors.epoch, 0))
        if isinstance(news, Page):
            self._session.answered("pull")
        self.tell(news)
        return True

    def tell(self, event: sync.Event) -> None:
        for action in self.sync.handle(event, self._clock.monotonic_s()):
            match action:
                case sync.SendPull():
                    pull = Pull(self._feed, action.epoch, action.after, PAGE_ROWS_MAX, action.nonce, action.began)
                    self._say(UP_PULL, pull)
                case sync.NewEpoch():
                    self._new_epoch()
                case sync.Dropped():
                    self._drop(action)
                case sync.Mismatch():
                    where = action.position
                    self._log("digest_mismatch", feed=where.feed, epoch=where.epoch, sequence=where.sequence)
                case _:
                    self._deeds.ask(action)
        self._time.note_sync(self.sync.take_answer(), self.sync.position, self.sync.state)

    def tick(self, at_s: float) -> None:
        if self.sync.position is not None and self._replica.position() is None:
            self._log("replica_lost", set_aside=self._replica.set_aside)
            self.tell(sync.ReplicaLost())
        self.tell(sync.Tick())
        self._session.note_awaited("pull", self.sync.awaits_page, at_s)

    async def do_deeds(self) -> None:
        while True:
            event = await self._deeds.next_done()
            self._note_stand()
            if isinstance(event, sync.Finished) and event.exact:
                self._to_recount.set()
            if event is not None:
                self.tell(event)

    async def recount(self) -> None:
        """At start, daily, and once a fresh replica, proven as it was loaded, is on disk."""
        while True:
            self._to_recount.clear()
            if not await self._replica.is_exact():
                self.tell(sync.ReplicaInexact())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._to_recount.wait(), _RECOUNT_EVERY_S)

    async def finish(self) -> None:
        """What is being applied stands, and the marks know of it; before `do_deeds` is cancelled."""
        await self._deeds.finish()
        self._note_stand()

    def _tell_what_was_reached(self) -> None:
        """An edge that has lost its replica asks for all of the feed, which does not tell a hub that was put back
        from a backup how far it had been. Its answer is nothing to this edge: another epoch's head is."""
        reached = self._floors.reached
        self._say(UP_PULL, Pull(self._feed, reached.epoch, reached.sequence, 1, self._new_id()))

    def _note_stand(self) -> None:
        position = self.whole()
        if position is not None:
            self._marks.reach(self._feed, POSITION, self._floors.stands(position))
