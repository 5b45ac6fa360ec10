"""Check-ins of a turn: committed together, then acked, and what is strange about them told."""

from collections.abc import Callable
from datetime import datetime

from contract.messages import encode
from contract.topics import DOWN_ACK, down
from hub.checkins import operations
from hub.checkins.journal_rows import Batch
from hub.checkins.operations import Ingested
from hub.sync.log import Log
from hub.sync.outgoing import Outgoing
from hub.sync.refused_words import REFUSALS, dropped_if_refused
from hub.sync.strange_readers import Scanned, StrangeReaders


class Ingesting:
    def __init__(self, publish: Callable[[Outgoing], None], log: Log) -> None:
        self._publish = publish
        self._log = log
        self._strange_readers = StrangeReaders()

    def take(self, batches: list[Batch], at: datetime, at_s: float) -> None:
        """Nothing is acked before it is committed. django.db.Error: the database is gone."""
        if len(batches) > 1:
            try:
                self._ingest(batches, at, at_s)
            except REFUSALS:
                # What the database will not take from one edge must hold no other edge up.
                for batch in batches:
                    self.take([batch], at, at_s)
        elif batches:
            with dropped_if_refused(self._log, batches[0].edge):
                self._ingest(batches, at, at_s)

    def _ingest(self, batches: list[Batch], at: datetime, at_s: float) -> None:
        done = operations.ingest(batches, at)
        for edge, ack in done.acks:
            self._publish(Outgoing(down(edge, DOWN_ACK), encode(ack)))
        self._tell(done, at_s)

    def _tell(self, done: Ingested, at_s: float) -> None:
        if done.refused:
            self._log.event("refused_rows", count=done.refused)
        if done.lost:
            self._log.event("lost_rows", count=done.lost)
        for edge, checkin_id in done.conflicts:
            self._log.event("conflicting_checkin", edge=edge, checkin=checkin_id.hex())
        if done.over_limit:
            self._log.event("over_limit", count=done.over_limit)
        scanned = [Scanned(*each) for each in done.scanned]
        for strange in self._strange_readers.among(scanned, at_s):
            self._log.event("unknown_reader", **strange.scanned._asdict(), text=strange.text)
