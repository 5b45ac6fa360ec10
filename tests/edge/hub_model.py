"""A hub in memory: a feed with its digest, pages, live rows, and check-ins that it takes without gaps.

It is written from docs and contract/, not from the hub, so that edges are tested against the contract.
"""

import copy
from dataclasses import dataclass, field
from itertools import takewhile

from contract.feed import Change, Row, digest_bytes, moved_digest, row_digest
from contract.instants import from_us
from contract.limits import Use
from contract.messages import Ack, CheckIn, CheckIns, Head, Live, Page, Pull, decode
from contract.rows import use_change

FEED = "everyone"


@dataclass
class HubModel:
    epoch: int = 1_000
    sequence: int = 0
    page_rows: int = 1_000
    horizon: int = 0
    rows: dict[tuple[int, bytes], Row] = field(default_factory=dict)
    upto: dict[bytes, int] = field(default_factory=dict)
    taken: list[tuple[bytes, int, bytes]] = field(default_factory=list)
    """Journal, sequence and id of every check-in, in the order of ingest."""
    ids: set[bytes] = field(default_factory=set)
    moved: int = 0
    at_us: int = 0

    def change(self, *changes: Change) -> Live:
        """One commit, and the live rows that tell of it."""
        after = self.sequence
        for each in changes:
            self.sequence += 1
            row = Row(self.sequence, int(each.kind), each.key, each.ref, each.body)
            old = self.rows.pop((row.kind, row.key), None)
            self.moved = moved_digest(self.moved, digests(old), digests(row))
            self.rows[row.kind, row.key] = row
        return Live(FEED, self.epoch, after, self.sequence, self.digest(), self._after(after))

    def head(self) -> Head:
        """Later than the one before."""
        self.at_us += 1
        return Head(FEED, self.epoch, self.sequence, self.digest(), self.at_us)

    def answer(self, pull: Pull) -> Page:
        knows = self.horizon <= max(pull.after, pull.began) and pull.after <= self.sequence
        after = pull.after if knows else 0
        rows = self._after(after)[: min(pull.limit, self.page_rows)]
        upto = rows[-1].sequence if rows else self.sequence
        if pull.epoch not in (0, self.epoch):
            after, rows, upto = pull.after, [], min(pull.after, self.sequence)
        digest = self.digest() if upto == self.sequence else None
        return Page(FEED, self.epoch, after, upto, self.sequence, pull.nonce, rows, digest)

    def forget(self, horizon: int) -> None:
        """Tombstones up to `horizon` leave."""
        gone = [key for key, row in self.rows.items() if row.body is None and row.sequence <= horizon]
        for key in gone:
            self.horizon = max(self.horizon, self.rows.pop(key).sequence)

    def ingest(self, batch: CheckIns) -> tuple[Ack, Live | None]:
        """The answer to a batch, and the rows of its counted check-ins."""
        changes = []
        for row in batch.rows:
            if row.sequence != self.upto.get(batch.journal, 0) + 1:
                continue
            self.upto[batch.journal] = row.sequence
            checkin = decode(row.body, CheckIn)
            if checkin.id in self.ids:
                continue
            self.ids.add(checkin.id)
            self.taken.append((batch.journal, row.sequence, checkin.id))
            if checkin.counted:
                changes.append(use_row(checkin))
        live = self.change(*changes) if changes else None
        return Ack(batch.journal, self.upto.get(batch.journal, 0), self.epoch, self.sequence), live

    def backup(self) -> "HubModel":
        return copy.deepcopy(self)

    def restored(self) -> "HubModel":
        """What a hub is after this backup was restored: its rows and check-ins, in a new epoch."""
        again = self.backup()
        again.epoch += 1
        return again

    def digest(self) -> bytes:
        return digest_bytes(self.moved)

    def digest_number(self) -> int:
        """Counted from all rows."""
        return moved_digest(0, (), (digest for row in self.rows.values() for digest in digests(row)))

    def _after(self, sequence: int) -> list[Row]:
        """Rows stand in the order of their sequence, since a changed one is put at the end."""
        newer = takewhile(lambda row: row.sequence > sequence, reversed(self.rows.values()))
        return list(newer)[::-1]


def digests(row: Row | None) -> list[int]:
    return [] if row is None or row.body is None else [row_digest(row.kind, row.key, row.ref, row.body)]


def use_row(checkin: CheckIn) -> Change:
    assert checkin.customer is not None
    assert checkin.membership is not None
    use = Use(checkin.id, checkin.customer, checkin.membership, checkin.permission, from_us(checkin.at_us))
    return use_change(use)
