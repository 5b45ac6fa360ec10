"""Check-ins come in: many journals' rows in one transaction, each exactly once, with the uses they make.

Locks are taken in one order everywhere: journal positions (by edge, then journal), then the feed (by `append`,
feeds by name). Whoever writes domain rows and feed rows takes the feed last, so nobody waits in a circle.
Must not know MQTT; `at` is the caller's.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from contract.errors import ContractError
from contract.feed import Change
from contract.limits import Use
from contract.messages import Ack, CheckIn, JournalRow
from contract.reasons import Outcome
from contract.rows import use_change
from hub.checkins import queries, statements
from hub.checkins.journal_rows import Batch, RefusedCheckIn, next_rows, parse_checkin
from hub.checkins.statements import JournalKey
from hub.feed import operations as feed_operations
from hub.reservations import operations as reservations


@dataclass(slots=True)
class Ingested:
    """What one ingest did. `acks` may be sent: all is committed. Counts are of rows."""

    acks: list[tuple[str, Ack]] = field(default_factory=list)
    committed: int = 0
    refused: int = 0
    repeated: int = 0
    unknown_edges: list[str] = field(default_factory=list)
    """Of each batch that was left out, since no edge of this hub has its name."""
    scanned: set[tuple[str, str, str]] = field(default_factory=set)
    """Edge, reader and permission, as the committed check-ins name them."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One journal row that is taken now, as a check-in."""

    key: JournalKey
    feed: str
    row: JournalRow
    checkin: CheckIn
    at: datetime

    def values(self, received_at: Any) -> tuple[Any, ...]:
        """In the order of CHECKIN_COLUMNS."""
        checkin = self.checkin
        return (
            *(checkin.id, *self.key, self.row.sequence, statements.instant_value(self.at), received_at),
            *(checkin.reader, checkin.outcome, checkin.reason, checkin.detail, checkin.permission, checkin.mode),
            *(checkin.counted, checkin.code_hash, checkin.code_length, checkin.code_classes),
            *(checkin.customer, checkin.membership, checkin.remaining),
            *(checkin.feed, checkin.epoch, checkin.sequence),
        )


@dataclass(frozen=True, slots=True)
class _Refusal:
    """One journal row that is taken now, but can be no check-in."""

    key: JournalKey
    row: JournalRow
    error: str

    def values(self, received_at: Any) -> tuple[Any, ...]:
        return (*self.key, self.row.sequence, self.row.body, self.error, received_at)


def ingest(batches: Sequence[Batch], at: datetime) -> Ingested:
    """Commit what follows in each journal of `batches`, in one transaction, and say how far each one now is.

    Idempotent: rows that stand already are passed over. A row that can be no check-in is kept as refused and
    passed over too. Rows beyond a hole are left for the edge to send again. `at` is when they arrived.
    """
    done = Ingested()
    with transaction.atomic():
        edges = queries.edges_by_name({batch.edge for batch in batches})
        done.unknown_edges = [batch.edge for batch in batches if batch.edge not in edges]
        known = [batch for batch in batches if batch.edge in edges]
        rows = _rows_of_journals(known, edges)
        positions = statements.lock_positions(rows)
        arrivals, refusals = _take(rows, positions, {edge.id: edge.feed for edge in edges.values()}, done)
        received_at = statements.instant_value(at)
        inserted, conflicts = _insert(arrivals, received_at)
        refusals += conflicts
        reservations.settle([each.checkin.id for each in inserted])
        statements.insert_refused([refusal.values(received_at) for refusal in refusals])
        statements.move_positions(positions)
        feeds = _append_uses(inserted, {edge.feed for edge in edges.values()})
    done.committed, done.refused = len(inserted), len(refusals)
    names = {edge.id: edge.name for edge in edges.values()}
    done.scanned = {(names[each.key[0]], each.checkin.reader, each.checkin.permission) for each in inserted}
    done.acks = [
        (edge.name, Ack(journal, positions[edge.id, journal], *feeds[edge.feed]))
        for edge, journal in {(edges[batch.edge], batch.checkins.journal): None for batch in known}
    ]
    return done


def _rows_of_journals(
    batches: Sequence[Batch], edges: dict[str, queries.KnownEdge]
) -> dict[JournalKey, list[JournalRow]]:
    rows: dict[JournalKey, list[JournalRow]] = defaultdict(list)
    for batch in batches:
        rows[edges[batch.edge].id, batch.checkins.journal] += batch.checkins.rows
    return rows


def _take(
    rows: dict[JournalKey, list[JournalRow]],
    positions: dict[JournalKey, int],
    feeds: dict[int, str],
    done: Ingested,
) -> tuple[list[_Arrival], list[_Refusal]]:
    """What is new in each journal, parsed; `positions` move past it."""
    arrivals, refusals = [], []
    for key, sent in rows.items():
        done.repeated += sum(row.sequence <= positions[key] for row in sent)
        for row in next_rows(positions[key], sent):
            positions[key] = row.sequence
            try:
                arrivals.append(_Arrival(key, feeds[key[0]], row, *parse_checkin(row.body)))
            except (ContractError, RefusedCheckIn) as error:
                refusals.append(_Refusal(key, row, str(error)))
    return arrivals, refusals


def _insert(arrivals: list[_Arrival], received_at: Any) -> tuple[list[_Arrival], list[_Refusal]]:
    """The arrivals that are check-ins from now on, and those whose id belongs to a different one.

    An arrival whose id stands already with the same content (a journal that was copied) is neither.
    """
    if statements.insert_checkins([each.values(received_at) for each in arrivals]) == len(arrivals):
        return arrivals, []
    inserted, conflicts = [], []
    stored = queries.checkins_by_id([each.checkin.id for each in arrivals])
    for each in arrivals:
        standing = stored[each.checkin.id]
        if standing.place == (*each.key, each.row.sequence):
            inserted.append(each)
        elif standing.content != each.checkin:
            conflicts.append(_Refusal(each.key, each.row, "its id belongs to another check-in"))
    return inserted, conflicts


def _append_uses(inserted: list[_Arrival], feeds: set[str]) -> dict[str, tuple[int, int]]:
    """Uses of limited benefits become rows of their edge's feed. Where each feed then stands."""
    counting = [each for each in inserted if _counts(each.checkin)]
    # Held before memberships are read, so that none is deleted between that and its use's row.
    for feed in sorted({each.feed for each in counting}):
        feed_operations.hold(feed)
    changes = _use_changes(counting)
    return {
        feed: feed_operations.append(feed, changes[feed]) if feed in changes else queries.feed_position(feed)
        for feed in sorted(feeds)
    }


def _counts(checkin: CheckIn) -> bool:
    return checkin.counted and checkin.outcome == Outcome.GRANTED


def _use_changes(counting: list[_Arrival]) -> dict[str, list[Change]]:
    """By feed. A membership or a customer who is gone has no uses any more."""
    holders = queries.holders({each.checkin.membership for each in counting if each.checkin.membership})
    customers = queries.customers({each.checkin.customer for each in counting if each.checkin.customer})
    changes: dict[str, list[Change]] = defaultdict(list)
    for each in counting:
        membership, customer = each.checkin.membership, each.checkin.customer
        if membership in holders and customer in customers:
            use = Use(each.checkin.id, customer, membership, each.checkin.permission, each.at)
            changes[each.feed].append(use_change(use))
    return changes
