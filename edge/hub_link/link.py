"""The edge's link to its hub, put together: what is heard goes to who it is for, and all of it ends as it began.

Decides nothing about cards, and nothing of a scan waits for it. Its work goes on in tasks; one that fails is
logged and begun again, and the link goes on.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from msgspec import Struct

from contract.high_water import HEAD, POSITION
from contract.messages import Ack, Confirm, Confirmed, Head
from contract.orders import Answered, Command, Desired, Modes, Reported, Telemetry
from contract.topics import UP_CONFIRM, UP_PRESENCE
from edge.core import sync_events as sync
from edge.core.floors import Floors
from edge.core.own_uses import OwnUses
from edge.core.said import Said
from edge.hub_link.checkins_up import CheckInsUp
from edge.hub_link.confirmations import Confirmations
from edge.hub_link.connection import BrokerAddress, Connection
from edge.hub_link.drops import Drops
from edge.hub_link.feed_down import FeedDown
from edge.hub_link.link_time import LinkTime
from edge.hub_link.mail import Mail
from edge.hub_link.presence import PresenceReport
from edge.hub_link.replica_deeds import ReplicaDeeds
from edge.hub_link.seals import Seals
from edge.hub_link.session import Session
from edge.hub_link.transport import Heard, HubKey, HubKeyNotKept, NoBroker, Order, SessionLost, Transport
from edge.hub_link.voice import Voice
from edge.journal_port import Journal
from edge.ports import Clock, Log, Marks, Orders, ReplicaWriter, TrustSource
from edge.supervision import supervised

_TICK_S: Final = 1.0
_CANCEL_AGAIN_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Who:
    """Who speaks, and how: what outlives a link whose broker or feed was changed."""

    edge: str
    seals: Seals
    said: Said
    marks: Marks


class HubLink:
    """`journaled` says that a new row stands in the journal, `confirmations` asks the hub; implements
    ports.HubVoice. All else goes by itself between start and stop."""

    def __init__(  # noqa: PLR0913, PLR0917 (what it links: wired once, in edge/app.py)
        self,
        who: Who,
        feed: str,
        address: BrokerAddress,
        replica: ReplicaWriter,
        journal: Journal,
        own_uses: OwnUses,
        trust: TrustSource,
        presence: PresenceReport,
        orders: Orders | None,
        clock: Clock,
        log: Log,
        new_id: Callable[[], bytes],
        connected: Callable[[], None] = lambda: None,
    ) -> None:
        """On the event loop. `connected` is called each time that the broker can be reached."""
        self._replica = replica
        self._journal = journal
        self._own_uses = own_uses
        self._trust = trust
        self._orders = orders
        self._clock = clock
        self._log = log
        self._connected = connected
        self._drops = Drops(log)
        self._time = LinkTime(trust)
        self._session = Session(who.edge, feed, (address.host, address.port), log)
        self._mail = Mail(who.edge, feed, who.seals, who.said, self._time)
        floors = Floors(feed, who.marks.mark(feed, HEAD), who.marks.mark(feed, POSITION), journal.acked)
        deeds = ReplicaDeeds(feed, replica, journal, own_uses, log)
        self._up = CheckInsUp(
            journal,
            own_uses,
            trust,
            floors,
            deeds.recall_own_uses,
            self._session,
            self._say,
            self._drop,
            clock,
            log,
        )
        self._down = FeedDown(
            feed,
            replica,
            self._time,
            who.marks,
            floors,
            deeds,
            self._session,
            self._say,
            self._drop,
            self._up.new_epoch,
            clock,
            log,
            new_id,
        )
        self._voice = Voice(
            presence,
            who.said,
            self._mail,
            self._session,
            self._say,
            self._down.whole,
            lambda: self._up.outbox,
        )
        self.confirmations = Confirmations(self._ask, lambda: self._session.online, new_id, self._drop)
        self._transport: Transport = Connection(who.edge, address, self._mail, self._hear, self._time, clock)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Own uses are known and the work goes on in tasks when this returns; no broker is waited for."""
        await self._up.start()
        await self._down.start()
        self._tell_what_stands()
        self._voice.tell_presence(self._clock.monotonic_s())
        up, down = self._up, self._down
        work = (
            down.do_deeds,
            up.send_rows,
            up.renew_journal,
            self._tick,
            down.recount,
            up.ack_notes.keep_writing,
        )
        self._tasks = [asyncio.create_task(supervised(f"link: {each.__name__}", each, self._log)) for each in work]
        self._transport.start()

    async def stop(self) -> None:
        """Waits for the page that is being applied, a few seconds at most."""
        await self._down.finish()
        await _cancel(self._tasks)
        word = self._voice.leave()
        if self._session.online:
            topic = self._mail.address(UP_PRESENCE)
            await self._transport.say_last(topic, self._mail.sealed(topic, word))
        await self._transport.stop()
        await self._up.ack_notes.write()

    def journaled(self) -> None:
        self._up.journaled()

    async def follow_journal(self) -> None:
        """The journal has another id than it had, or other rows."""
        await self._up.follow_journal()

    def report(self, reported: Reported) -> None:
        self._voice.report(reported)

    def answer(self, answered: Answered) -> None:
        self._voice.answer(answered)

    def say_telemetry(self, telemetry: Telemetry) -> None:
        """Not sent without a connection."""
        self._voice.tell_telemetry(telemetry)

    def resync(self) -> None:
        self._down.tell(sync.Resync())

    def dropped(self) -> dict[str, int]:
        """How many messages did not count since the start, by the word that says why."""
        return dict(self._drops.counts)

    # What is heard

    def _hear(self, heard: Heard) -> None:
        at_s = self._clock.monotonic_s()
        match heard:
            case sync.Dropped():
                self._drop(heard)
            case sync.Connected():
                self._note_connected(at_s)
            case SessionLost():
                self._note_lost(heard)
            case NoBroker() | HubKey() | HubKeyNotKept():
                self._note(heard, at_s)
            case Ack():
                self._up.hear_ack(heard)
            case Confirmed():
                self.confirmations.hear(heard)
            case Desired() | Modes() | Command():
                self._hand_on(heard)
            case _:
                if self._down.hear(heard) and isinstance(heard, Head):
                    self._up.hear_hub(at_s)

    def _note_connected(self, at_s: float) -> None:
        self._session.connected()
        self._trust.contact.connected()
        self._voice.connected(at_s)
        self._up.connected(at_s)
        self._connected()
        self._down.tell(sync.Connected())

    def _note_lost(self, lost: SessionLost) -> None:
        self._session.disconnected(lost.why, lost.crowded)
        self._trust.contact.disconnected()
        self.confirmations.disconnected()
        self._up.disconnected()
        self._down.tell(sync.Disconnected())

    def _note(self, heard: NoBroker | HubKey | HubKeyNotKept, at_s: float) -> None:
        match heard:
            case NoBroker():
                self._session.no_broker(heard.why, at_s, heard.hint)
            case HubKey():
                trusted = heard.trusted
                self._log("hub_key", generation=trusted.generation, key=trusted.current.id.hex())
            case HubKeyNotKept():
                self._log("hub_key_not_kept", why=heard.why)

    def _hand_on(self, order: Order) -> None:
        if self._orders is None:
            self._drop(sync.Dropped(type(order).__name__.lower(), "nobody takes orders here"))
            return
        match order:
            case Desired():
                self._orders.desired(order)
            case Modes():
                self._orders.modes(order)
            case Command():
                self._orders.command(order)

    def _drop(self, dropped: sync.Dropped) -> None:
        self._drops.count(dropped, self._clock.monotonic_s())

    # What is said

    def _ask(self, confirm: Confirm) -> None:
        self._say(UP_CONFIRM, confirm)

    def _say(self, what: str, message: Struct, *, retain: bool = False) -> None:
        topic = self._mail.address(what)
        self._transport.publish(topic, self._mail.sealed(topic, message), retain)

    # The work: each a task, begun again if it fails

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            self._time.note()
            self._transport.keep_running()
            at_s = self._clock.monotonic_s()
            self._down.tick(at_s)
            self._up.tick(at_s)
            self._drops.tick(at_s)
            self._voice.tell_presence(at_s)

    def _tell_what_stands(self) -> None:
        for name in (self._journal.set_aside, self._replica.set_aside):
            if name is not None:
                self._log("damaged", set_aside=name)
        position = self._down.whole()
        if position is not None:
            self._own_uses.passed(position)
            self._log("replica", feed=position.feed, epoch=position.epoch, sequence=position.sequence)


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        # Again: asyncio.wait_for, until Python 3.12, loses a cancellation that meets what it waits for.
        _, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN_S)
