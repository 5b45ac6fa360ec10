"""The worker: takes what edges sent, answers it, and tells edges when their feed has moved.

`Worker.handle` is one turn, a plain function that takes messages; `Worker.run` repeats it until it is told to
stop. A database that is gone is waited for, with the turn's messages in hand; nothing is acked before it is
committed. Must not know paho: what is sent goes through `publish`.
"""

import random
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Protocol

from django.db import DataError, Error, IntegrityError, connection

from contract.messages import encode
from contract.topics import DOWN_ACK, DOWN_CONFIRMED, DOWN_PAGE, down
from hub.checkins import operations, queries
from hub.checkins.hourly import tidy
from hub.checkins.journal_rows import Batch
from hub.decisions.confirming import confirm
from hub.feed.history import HISTORY_DAYS, prune_history
from hub.feed.operations import begin_epoch
from hub.feed.queries import UnknownFeed
from hub.fleet.operations import UnknownEdge, note_presence
from hub.reservations.operations import drop_lapsed
from hub.sync.heads import Heads, Outgoing
from hub.sync.inbox import Inbox, Incoming
from hub.sync.log import Log
from hub.sync.pages import page_for
from hub.sync.requests import ConfirmRequest, DroppedMessage, PresenceNotice, PullRequest, Request, parse_request
from hub.sync.strange_readers import Scanned, StrangeReaders

HEADS_EVERY_S = 0.02
"""How often feeds are looked at while nothing comes in: half of it is what a change waits on average."""
PRUNE_EVERY_S = 3_600.0
TURN_BYTES_MAX = 512 * 1024
"""About 2,000 check-ins or some thousand pulls: a commit is worth its cost, and an ack does not wait long."""
QUESTIONS_MAX = 50
"""Of one edge in one turn: its readers make fewer scans while a turn lasts."""
QUESTION_WAITS_S_MAX = 10.0
"""No reader waits longer for an answer (`confirm_seconds`)."""
_BACK_OFF_S = (0.1, 10.0)


class Broker(Protocol):
    """What the worker needs of the connection to the broker."""

    def connected(self) -> bool: ...

    def publish(self, message: Outgoing) -> None:
        """Sent, or lost where there is no connection."""
        ...


@dataclass(frozen=True, slots=True)
class Clocks:
    now: Callable[[], datetime]
    monotonic_s: Callable[[], float]


class Worker:
    def __init__(self, inbox: Inbox, broker: Broker, log: Log, clocks: Clocks) -> None:
        self._inbox = inbox
        self._broker = broker
        self._log = log
        self._clocks = clocks
        self._heads = Heads()
        self._strange_readers = StrangeReaders()
        self._was_connected = False
        self._prune_due_s = clocks.monotonic_s()
        self._pruning: Iterator[int] | None = None

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; the turn that has begun is finished first."""
        while not stopping.is_set():
            messages = self._inbox.take(TURN_BYTES_MAX, HEADS_EVERY_S)
            if messages:
                self._supervise(stopping, partial(self.handle, messages))
            self._supervise(stopping, self.tell_heads)
            self._supervise(stopping, self.prune)
        connection.close()

    def handle(self, messages: Sequence[Incoming]) -> None:
        """Answer `messages`: first the questions that somebody stands and waits for, then acks for check-ins, once
        committed, and pages for pulls. Broken ones are dropped.

        What the edges that ask have journaled goes before their questions: it may free what is asked about.

        django.db.Error: the database is gone; the same messages may be handled again.
        """
        requests = self._parsed(messages)
        edges = queries.edges_by_name({request.edge for request in requests})
        batches, confirms, pulls = [], [], []
        notices: dict[str, PresenceNotice] = {}
        for request in requests:
            if request.edge not in edges:
                self._log.dropped("unknown_edge", "no edge of this hub has this name", request.edge)
            elif isinstance(request, Batch):
                batches.append(request)
            elif isinstance(request, ConfirmRequest):
                confirms.append(request)
            elif isinstance(request, PresenceNotice):
                notices[request.edge] = request
            elif request.pull.feed != edges[request.edge].feed:
                self._log.dropped("wrong_feed", "the edge follows another feed", request.edge)
            else:
                pulls.append(request)
        asking = {question.edge for question in confirms}
        self._ingest([batch for batch in batches if batch.edge in asking])
        for question in self._in_time(confirms):
            self._confirm(question, edges[question.edge])
        self._ingest([batch for batch in batches if batch.edge not in asking])
        for pull in pulls:
            self._answer(pull)
        for notice in notices.values():
            self._note(notice)

    def _parsed(self, messages: Sequence[Incoming]) -> list[Request]:
        requests = []
        for message in messages:
            try:
                requests.append(parse_request(message))
            except DroppedMessage as dropped:
                self._log.dropped(dropped.why, str(dropped), dropped.edge)
        return requests

    def _in_time(self, questions: Sequence[ConfirmRequest]) -> Iterator[ConfirmRequest]:
        """Those whose edges may still be waiting, and of each edge no more than it has scans in a turn."""
        asked: Counter[str] = Counter()
        for question in questions:
            asked[question.edge] += 1
            if asked[question.edge] > QUESTIONS_MAX:
                self._log.dropped("too_many_questions", f"above {QUESTIONS_MAX} in a turn", question.edge)
            elif self._clocks.monotonic_s() - question.arrived_s > QUESTION_WAITS_S_MAX:
                self._log.dropped("late_question", "nobody waits for its answer any more", question.edge)
            else:
                yield question

    def _confirm(self, request: ConfirmRequest, edge: queries.KnownEdge) -> None:
        try:
            answered = confirm(edge, request.confirm, self._clocks.now())
        except (DataError, IntegrityError) as error:
            self._log.dropped("database_refused", type(error).__name__, request.edge)
            return
        if answered.refused is not None:
            self._log.dropped(answered.refused.why, str(answered.refused), request.edge)
        self._broker.publish(Outgoing(down(request.edge, DOWN_CONFIRMED), encode(answered.confirmed)))

    def _ingest(self, batches: list[Batch]) -> None:
        if not batches:
            return
        try:
            done = operations.ingest(batches, self._clocks.now())
        except (DataError, IntegrityError) as error:
            self._ingest_apart(batches, error)
            return
        for edge, ack in done.acks:
            self._broker.publish(Outgoing(down(edge, DOWN_ACK), encode(ack)))
        if done.refused:
            self._log.event("refused_rows", count=done.refused)
        for edge, checkin_id in done.conflicts:
            self._log.event("conflicting_checkin", edge=edge, checkin=checkin_id.hex())
        if done.over_limit:
            self._log.event("over_limit", count=done.over_limit)
        scanned = [Scanned(*each) for each in done.scanned]
        for strange in self._strange_readers.among(scanned, self._clocks.monotonic_s()):
            self._log.event("unknown_reader", **strange.scanned._asdict(), text=strange.text)

    def _ingest_apart(self, batches: list[Batch], error: Error) -> None:
        """What the database will not take from one edge must hold no other edge up."""
        if len(batches) > 1:
            for batch in batches:
                self._ingest([batch])
        else:
            self._log.dropped("database_refused", type(error).__name__, batches[0].edge)

    def _answer(self, request: PullRequest) -> None:
        try:
            page = page_for(request.pull, self._clocks.now())
        except UnknownFeed:
            self._log.dropped("unknown_feed", "no feed has this name", request.edge)
        else:
            if request.pull.epoch == page.epoch and request.pull.after > page.head:
                self._begin_epoch(request, page.epoch)
                page = page_for(request.pull, self._clocks.now())
            self._broker.publish(Outgoing(down(request.edge, DOWN_PAGE), encode(page)))

    def _note(self, notice: PresenceNotice) -> None:
        try:
            note_presence(notice.edge, notice.presence, self._clocks.now())
        except UnknownEdge as error:
            self._log.dropped("unknown_edge", str(error), notice.edge)
        except (DataError, IntegrityError) as error:
            self._log.dropped("database_refused", type(error).__name__, notice.edge)

    def _begin_epoch(self, request: PullRequest, ended: int) -> None:
        """An edge has more than the hub ever said: the hub was put back from a backup."""
        now_ms = int(self._clocks.now().timestamp() * 1_000)
        if begin_epoch(request.pull.feed, ended, now_ms):
            self._log.event("epoch_begun", edge=request.edge, feed=request.pull.feed)

    def tell_heads(self) -> None:
        """Publish what feeds have become since the last call, if there is a broker."""
        connected = self._broker.connected()
        if connected and not self._was_connected:
            self._heads.say_again()
        self._was_connected = connected
        if connected:
            for message in self._heads.due(self._clocks.now(), self._clocks.monotonic_s()):
                self._broker.publish(message)

    def prune(self) -> None:
        """Drop what lapsed and what nobody asks about any more: hourly, and a step a turn while there is more."""
        monotonic_s = self._clocks.monotonic_s()
        if monotonic_s < self._prune_due_s:
            return
        step = next(self._pruning or self._begin_pruning(), None)
        if step is None:
            self._pruning = None
            self._prune_due_s = monotonic_s + PRUNE_EVERY_S

    def _begin_pruning(self) -> Iterator[int]:
        at = self._clocks.now()
        self._pruning = chain(iter(lambda: drop_lapsed(at), 0), tidy(at), _prune_histories(at))
        return self._pruning

    def _supervise(self, stopping: threading.Event, turn: Callable[[], None]) -> None:
        """Run `turn`, again and again with growing, jittered pauses while the database is gone.

        Whatever else goes wrong costs this turn alone: edges send again what was not acked or answered.
        """
        shortest, longest = _BACK_OFF_S
        pause_s = shortest
        while True:
            try:
                return turn()
            except Error as error:
                self._log.event("database_gone", error=type(error).__name__, retry_s=round(pause_s, 1))
                connection.close()
                again = True
            except Exception as error:  # noqa: BLE001 - the supervisor of the worker's turns
                self._log.event("turn_failed", error=type(error).__name__, where=_place_of(error))
                again = False
            stopped = stopping.wait(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            if stopped or not again:
                return None
            pause_s = min(longest, pause_s * 2)


def _prune_histories(at: datetime) -> Iterator[int]:
    while dropped := prune_history(at - timedelta(days=HISTORY_DAYS)):
        yield dropped


def _place_of(error: Exception) -> str:
    """The file and line that raised it: its text may quote what edges sent."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
