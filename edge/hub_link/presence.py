"""How the edge is, put together for those who watch it. Nothing hangs on it but what people see.

Asks only what is at hand: it waits for nothing, and no scan waits for it. When it is said is core/presence.py's.
"""

from collections.abc import Sequence

from contract.facts import Position
from contract.instants import to_us
from contract.messages import READERS_MAX, Presence, ReaderPresence
from edge.core.outbox import Outbox
from edge.journal_port import Journal
from edge.ports import ReaderPort, Trust


class PresenceReport:
    """`version` is that of the edge's software; of `readers`, as they are each time, the first 100 are told."""

    def __init__(
        self, feed: str, version: str, trust: Trust, journal: Journal, readers: Sequence[ReaderPort]
    ) -> None:
        self._feed = feed
        self._version = version
        self._trust = trust
        self._journal = journal
        self._readers = readers

    def as_it_stands(self, position: Position | None, outbox: Outbox, online: bool) -> Presence:
        """`position`: of the whole replica; None where there is none of the feed that the edge follows.

        `start` and `n` are 0: whoever sends it numbers it.
        """
        return Presence(
            start=0,
            n=0,
            online=online,
            at_us=to_us(self._trust.now()),
            version=self._version,
            clock=self._trust.clock_state(),
            feed=self._feed,
            epoch=None if position is None else position.epoch,
            sequence=None if position is None else position.sequence,
            replica_age_s=None if position is None else self._trust.replica_age_s(),
            journal=self._journal.id,
            last=outbox.last,
            acked=outbox.acked,
            readers=[
                ReaderPresence(name=reader.name, open=reader.is_open) for reader in self._readers[:READERS_MAX]
            ],
            journal_fault=self._journal.fault,
        )
