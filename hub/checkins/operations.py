"""Check-ins and voids come in: many journals' rows in one transaction, each once, with what they bring about, and
what is lost for ever, so that nobody waits for it.

Locks are taken in one order everywhere: journal positions (by edge, then journal), new check-ins (whose ids only
copies of a journal share), then all feeds (hub.feed.queries.names). A check-in that stands is changed only while
the feeds are held; whoever holds them waits for nothing else, so nobody waits in a circle.
Must not know MQTT; `at` is the caller's.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import transaction

from contract.errors import ContractError
from contract.messages import Ack, CheckIn, CheckIns, JournalRow, Lost
from hub.checkins import benefits, content, losses, queries, statements, touched
from hub.checkins.consequences import Came, bring_about
from hub.checkins.journal_rows import Batch, RefusedCheckIn, gap_before, holds_from, next_rows, parse_row
from hub.checkins.losses import Gap, LostArrival
from hub.checkins.statements import JournalKey
from hub.checkins.voids import VoidArrival
from hub.reservations import operations as reservations


@dataclass(slots=True)
class Ingested:
    """What one ingest did. `acks` may be sent: all is committed. Counts are of rows."""

    acks: list[tuple[str, Ack]] = field(default_factory=list)
    committed: int = 0
    refused: int = 0
    repeated: int = 0
    voided: int = 0
    lost: int = 0
    """Rows that nobody will see."""
    over_limit: int = 0
    """Check-ins that are over a limit now and were not before."""
    conflicts: list[tuple[str, bytes]] = field(default_factory=list)
    """Edge and check-in id: it stands with other content already."""
    unknown_edges: list[str] = field(default_factory=list)
    """Of each batch that was left out, since no edge of this hub has its name."""
    scanned: set[tuple[str, str, str]] = field(default_factory=set)
    """Edge, reader and permission, as the committed check-ins name them."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One journal row that is taken now, as a check-in."""

    key: JournalKey
    row: JournalRow
    checkin: CheckIn
    at: datetime
    counts_at: datetime
    of_benefit: bool

    def values(self, received_at: Any, plan_id: int | None) -> tuple[Any, ...]:
        """In the order of CHECKIN_COLUMNS."""
        at = statements.instant_value(self.at)
        counts_at = at if self.counts_at is self.at else statements.instant_value(self.counts_at)
        said = content.values(self.checkin, at, counts_at)
        return (*self.key, self.row.sequence, received_at, plan_id, self.of_benefit, *said)


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
        sent = _of_journals(known, edges)
        positions = statements.lock_positions(sent)
        taken = _take(sent, positions, done, at)
        received_at = statements.instant_value(at)
        inserted, conflicts = _insert(taken.arrivals, received_at)
        touched.note(each.at for each in inserted)
        came = [Came(each.checkin, each.counts_at, each.of_benefit) for each in inserted]
        brought = bring_about(came, taken.voids)
        reservations.settle((each.key[0], each.checkin.id) for each in inserted)
        refusals = [*taken.refusals, *(_conflict(each) for each in conflicts)]
        refusals += [_Refusal(each.key, each.row, why) for each, why in brought.refused]
        done.lost = losses.record(taken.gaps, taken.losses, at)
        statements.insert_refused([refusal.values(received_at) for refusal in refusals])
        statements.move_positions(positions)
        feeds = queries.feed_positions(edge.feed for edge in edges.values())
    names = {edge.id: edge.name for edge in edges.values()}
    done.committed, done.refused = len(inserted), len(refusals)
    done.voided, done.over_limit = brought.voided, brought.over_limit
    done.conflicts = [(names[each.key[0]], each.checkin.id) for each in conflicts]
    done.scanned = {(names[each.key[0]], each.checkin.reader, each.checkin.permission) for each in inserted}
    done.acks = [
        (edge.name, Ack(journal, positions[edge.id, journal], *feeds[edge.feed], edge.feed))
        for edge, journal in {(edges[batch.edge], batch.checkins.journal): None for batch in known}
    ]
    return done


def _of_journals(
    batches: Sequence[Batch], edges: dict[str, queries.KnownEdge]
) -> dict[JournalKey, list[CheckIns]]:
    sent: dict[JournalKey, list[CheckIns]] = defaultdict(list)
    for batch in batches:
        sent[edges[batch.edge].id, batch.checkins.journal].append(batch.checkins)
    return sent


@dataclass(slots=True)
class _Taken:
    """The rows that are taken now. `benefits`: permissions that are some."""

    benefits: set[str]
    arrivals: list[_Arrival] = field(default_factory=list)
    voids: list[VoidArrival] = field(default_factory=list)
    refusals: list[_Refusal] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    losses: list[LostArrival] = field(default_factory=list)


def _take(
    sent: dict[JournalKey, list[CheckIns]],
    positions: dict[JournalKey, int],
    done: Ingested,
    received_at: datetime,
) -> _Taken:
    """What is new in each journal, parsed; `positions` move past it."""
    taken = _Taken(benefits.slugs())
    for key, batches in sent.items():
        rows = list(chain.from_iterable(each.rows for each in batches))
        done.repeated += sum(row.sequence <= positions[key] for row in rows)
        _take_following(taken, key, rows, positions, received_at)
        # Whatever was sent before or after it: what has left the journal comes no more.
        newest = max(batches, key=holds_from)
        if (gap := gap_before(positions[key], newest)) is not None:
            taken.gaps.append(Gap(key, *gap))
        positions[key] = max(positions[key], holds_from(newest) - 1)
        _take_following(taken, key, rows, positions, received_at)
    return taken


def _take_following(
    taken: _Taken,
    key: JournalKey,
    rows: Sequence[JournalRow],
    positions: dict[JournalKey, int],
    received_at: datetime,
) -> None:
    for row in next_rows(positions[key], rows):
        positions[key] = row.sequence
        _parse_into(taken, key, row, received_at)


def _parse_into(taken: _Taken, key: JournalKey, row: JournalRow, received_at: datetime) -> None:
    try:
        parsed, at = parse_row(row.body)
    except (ContractError, RefusedCheckIn) as error:
        taken.refusals.append(_Refusal(key, row, str(error)))
        return
    if isinstance(parsed, CheckIn):
        counts_at = content.counts_at(at, received_at, turn=len(taken.arrivals))
        of_benefit = benefits.is_of_benefit(parsed, taken.benefits)
        taken.arrivals.append(_Arrival(key, row, parsed, at, counts_at, of_benefit))
    elif isinstance(parsed, Lost):
        taken.losses.append(LostArrival(key, parsed))
    else:
        taken.voids.append(VoidArrival(key, row.sequence, parsed, at))


def _insert(arrivals: list[_Arrival], received_at: Any) -> tuple[list[_Arrival], list[_Arrival]]:
    """The arrivals that are check-ins from now on, and those whose id belongs to a different one.

    An arrival whose id stands already with the same content (a journal that was copied) is neither.
    """
    held = queries.memberships_by_id({each.checkin.membership for each in arrivals} - {None})
    plans = {membership_id: each.plan_id for membership_id, each in held.items()}
    rows = [each.values(received_at, plans.get(each.checkin.membership)) for each in arrivals]
    if statements.insert_checkins(rows) == len(arrivals):
        return arrivals, []
    inserted, conflicts = [], []
    stored = queries.checkins_by_id([each.checkin.id for each in arrivals])
    for each in arrivals:
        standing = stored[each.checkin.id]
        if standing.place == (*each.key, each.row.sequence):
            inserted.append(each)
        elif standing.content != each.checkin:
            conflicts.append(each)
    return inserted, conflicts


def _conflict(arrival: _Arrival) -> _Refusal:
    return _Refusal(arrival.key, arrival.row, "its id belongs to another check-in")
