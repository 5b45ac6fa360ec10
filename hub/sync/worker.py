"""The worker: takes what edges sent, answers it, and tells edges when their feed has moved.

`Worker.handle` is one turn, a plain function that takes messages; `Worker.run` repeats it until it is told to
stop. A database that is gone is waited for, with the turn's messages in hand. What comes in goes through
hub/sync/opening.py and what goes out through hub/sync/outbox.py: nothing counts or leaves without a seal.
Must not know paho.
"""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from django.db import connection

from contract.messages import Presence, encode
from contract.topics import DOWN_PAGE, down
from hub.checkins.journal_rows import Batch
from hub.checkins.queries import KnownEdge
from hub.feed.queries import UnknownFeed
from hub.sync.clocks import Clocks
from hub.sync.epochs import Epochs
from hub.sync.figures import Figures
from hub.sync.heads import Heads
from hub.sync.inbox import Inbox, Incoming
from hub.sync.ingesting import Ingesting
from hub.sync.log import Log
from hub.sync.notices import Notices
from hub.sync.opening import Opening
from hub.sync.orders import Orders
from hub.sync.outbox import Outbox
from hub.sync.outgoing import Broker, Outgoing
from hub.sync.pages import page_for
from hub.sync.pruning import Pruning
from hub.sync.questions import Question, Questions
from hub.sync.requests import CommandAnswer, ConfirmRequest, EdgeNotice, PullRequest
from hub.sync.supervision import supervise

HEADS_EVERY_S = 0.02
"""How often feeds are looked at while nothing comes in: half of it is what a change waits on average."""
TURN_BYTES_MAX = 512 * 1024
"""About 2,000 check-ins or some thousand pulls: a commit is worth its cost, and an ack does not wait long."""


class Worker:
    """`keys`: the folder of the hub's key files. `alive` is called before each step of a turn."""

    def __init__(  # noqa: PLR0913, PLR0917 (what a worker has: wired once, in its command)
        self,
        inbox: Inbox,
        broker: Broker,
        log: Log,
        clocks: Clocks,
        keys: Path,
        alive: Callable[[], None] = lambda: None,
    ) -> None:
        self._alive = alive
        self._inbox = inbox
        self._log = log
        self._clocks = clocks
        self._outbox = Outbox(broker, keys, log)
        self._opening = Opening(log)
        self._questions = Questions(self._outbox.answer, log, clocks)
        self._ingesting = Ingesting(self._outbox.answer, log)
        self._notices = Notices(log)
        self._heads = Heads()
        self._orders = Orders(log)
        self._pruning = Pruning(clocks.monotonic_s())
        self._figures = Figures(clocks.monotonic_s())
        self._epochs = Epochs(log)
        self._greeted = 0

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; the turn that has begun is finished first."""
        while not stopping.is_set():
            messages = self._inbox.take(TURN_BYTES_MAX, HEADS_EVERY_S)
            if messages:
                self._supervise(stopping, partial(self.handle, messages))
            self._supervise(stopping, self.tell_heads)
            self._supervise(stopping, self.tell_orders)
            self._supervise(stopping, self.prune)
        connection.close()

    def handle(self, messages: Sequence[Incoming]) -> None:
        """Answer `messages`: first the questions that somebody stands and waits for, then acks for check-ins, once
        committed, and one page for each edge that pulls: it waits for the answer to its last pull alone. What does
        not count is dropped.

        What the edges that ask have journaled goes before their questions: it may free what is asked about.

        django.db.Error: the database is gone; the same messages may be handled again.
        """
        self._greet()
        batches: list[Batch] = []
        questions: list[Question] = []
        pulls: dict[str, PullRequest] = {}
        notices: list[tuple[EdgeNotice, KnownEdge]] = []
        answers: list[CommandAnswer] = []
        for request, edge in self._opening.open(messages, self._clocks.now()):
            if isinstance(request, Batch):
                batches.append(request)
            elif isinstance(request, ConfirmRequest):
                questions.append((request, edge))
            elif isinstance(request, EdgeNotice):
                notices.append((request, edge))
            elif isinstance(request, CommandAnswer):
                answers.append(request)
            elif self._is_its_feed(request, edge):
                pulls[request.edge] = request
        asking = {question.edge for question, _ in questions}
        self._ingest([batch for batch in batches if batch.edge in asking])
        self._questions.answer(questions)
        self._ingest([batch for batch in batches if batch.edge not in asking])
        for pull in pulls.values():
            self._answer(pull)
        self._note(notices)
        self._orders.take_answers(answers, self._clocks.now())

    def _ingest(self, batches: list[Batch]) -> None:
        self._ingesting.take(batches, self._clocks.now(), self._clocks.monotonic_s())

    def _is_its_feed(self, request: PullRequest, edge: KnownEdge) -> bool:
        if request.pull.feed == edge.feed:
            return True
        self._log.dropped("wrong_feed", "the edge follows another feed", request.edge)
        return False

    def _answer(self, request: PullRequest) -> None:
        try:
            page = page_for(request.pull, self._clocks.now())
        except UnknownFeed:
            self._log.dropped("unknown_feed", "no feed has this name", request.edge)
        else:
            if self._epochs.look_at_pull(request.edge, request.pull, page, self._clocks.now()):
                page = page_for(request.pull, self._clocks.now())
            self._outbox.answer(Outgoing(down(request.edge, DOWN_PAGE), encode(page)))

    def _note(self, notices: Sequence[tuple[EdgeNotice, KnownEdge]]) -> None:
        at = self._clocks.now()
        for notice, edge in notices:
            if isinstance(notice.said, Presence):
                self._epochs.look_at_presence(edge, notice.edge, notice.said, at)
        self._notices.take([notice for notice, _ in notices], at)

    def tell_heads(self) -> None:
        """Publish what feeds have become since the last call, if there is a broker that takes it in."""
        self._greet()
        if self._greeted and not self._outbox.is_behind():
            for message in self._heads.due(self._clocks.now(), self._clocks.monotonic_s()):
                self._outbox.publish(message)

    def tell_orders(self) -> None:
        """Publish what was ordered of edges since the last call, once `tell_heads` has found the broker."""
        if self._greeted and not self._outbox.is_behind():
            for message in self._orders.due(self._clocks.now(), self._clocks.monotonic_s()):
                self._outbox.publish(message)

    def _greet(self) -> None:
        """On a new connection, and with a new key: keys before anything that they seal, and all that the broker
        keeps once more. It waits for a broker that is behind."""
        if self._outbox.follow_keys(self._clocks.monotonic_s()):
            self._greeted = 0
        connected = self._outbox.connected()
        if connected not in (0, self._greeted):
            if self._outbox.is_behind():
                self._greeted = 0
                return
            self._outbox.tell_keys()
            self._heads.say_again()
            self._orders.say_again()
        self._greeted = connected

    def prune(self) -> None:
        self._pruning.step(self._clocks.now(), self._clocks.monotonic_s())
        self._figures.step(self._clocks.monotonic_s())

    def _supervise(self, stopping: threading.Event, turn: Callable[[], None]) -> None:
        def live() -> None:
            # Again with each attempt: a database that is gone is waited for, one that hangs is not.
            self._alive()
            turn()

        supervise(live, stopping, self._log)
