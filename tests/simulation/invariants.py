"""What has to hold in every world once it has come to rest.

Judged from outside: files of the edges, tables of the hub, what was shown to people. Rules that are a model of
their own (who was over a limit) are written here once more, as slowly and plainly as can be.
"""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract.effects import counts
from contract.feed import CHECKIN_ID_BYTES, Kind
from contract.messages import CheckIn, Lost, MessageError, Void, decode_journaled
from hub.checkins import content
from hub.checkins.models import CheckIn as Row
from hub.checkins.models import EarlyVoid, JournalPosition, RefusedRow
from hub.decisions.replaying import replay
from hub.feed import queries as feed
from hub.feed.models import FeedRow
from hub.feed.operations import EVERYONE
from tests.simulation import over_limit
from tests.simulation.club import DOORS

if TYPE_CHECKING:
    from tests.simulation.edge import EdgeMachine
    from tests.simulation.world import World

Journal = list[tuple[int, CheckIn | Void | Lost]]


# Whether it rests


def unrest(world: "World") -> list[str]:
    """What is not done yet; nothing: everybody knows everything."""
    head = feed.head(EVERYONE)
    found = []
    for edge in world.edges:
        if not edge.scanners:
            found.append(f"{edge.name} serves no reader")
            continue
        standing = standing_of(edge)
        if standing is None or standing[:2] != (head.epoch, head.sequence):
            found.append(f"{edge.name} stands at {standing and standing[:2]}, the feed at {head[1:3]}")
        elif standing[2] != head.digest:
            found.append(f"{edge.name} has another digest")
        journal_id, last = journal_stands(edge)
        acked = JournalPosition.objects.filter(edge__name=edge.name, journal=journal_id).first()
        if last and (acked is None or acked.upto != last):
            found.append(f"{edge.name} has journaled {last} rows, the hub has {acked and acked.upto}")
    return found


def standing_of(edge: "EdgeMachine") -> tuple[int, int, bytes] | None:
    """Epoch, sequence and digest of the replica that its files hold."""
    found = []
    for path in edge.state_dir.glob("replica.*.db"):
        rows = _read(path, "SELECT epoch, sequence, digest FROM meta WHERE complete")
        found += [(int(path.name.split(".")[1]), *row) for row in rows]
    return max(found)[1:] if found else None


def journal_stands(edge: "EdgeMachine") -> tuple[bytes, int]:
    path = edge.state_dir / "journal.db"
    [(journal_id, last)] = _read(path, "SELECT id, (SELECT coalesce(max(sequence), 0) FROM checkin) FROM journal")
    return journal_id, last


def _read(path: Path, statement: str) -> list[Any]:
    """Of a file that an edge may be writing; what cannot be read now says nothing."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchall()
    except sqlite3.Error:
        return []
    finally:
        connection.close()


# Once it rests


def judge(world: "World") -> None:
    journals = {edge.name: journal_of(edge) for edge in world.edges}
    for fault in (
        *_lost_or_doubled(journals, {edge.name for edge in world.edges if edge.damaged}),
        *_uses_not_as_check_ins(),
        *_shown_but_not_journaled(world, journals),
        *_decided_from_the_past(world, journals),
        *_not_as_facts_say(world),
        *over_limit.wrongly_marked(world.club.limits_changed),
        *over_limit.beyond_a_yes(world.club.limits_changed, world.hub.restored_at_ms is not None),
    ):
        world.trace.fault(fault)
    for edge in world.edges:
        for fault in _inexact(edge):
            world.trace.fault(fault)


def journal_of(edge: "EdgeMachine") -> Journal:
    """From its file, as it is on disk."""
    rows = _read(edge.state_dir / "journal.db", "SELECT sequence, body FROM checkin ORDER BY sequence")
    return [(sequence, row) for sequence, body in rows if (row := _decoded(edge, body)) is not None]


def _decoded(edge: "EdgeMachine", body: bytes) -> CheckIn | Void | Lost | None:
    """None: of a damaged file, and damaged itself."""
    try:
        return decode_journaled(body)
    except MessageError:
        if edge.damaged:
            return None
        raise


def _lost_or_doubled(journals: dict[str, Journal], damaged: set[str]) -> list[str]:
    """Of a journal whose file was damaged, rows may say something else than what was written."""
    at_hub: dict[bytes, Row] = {bytes(row.checkin_id): row for row in Row.objects.select_related("edge")}
    refused = {bytes(row.body) for row in RefusedRow.objects.all()}
    early = {bytes(row.checkin_id) for row in EarlyVoid.objects.all()}
    found = []
    for edge, journal in journals.items():
        for sequence, row in journal:
            if isinstance(row, Void):
                standing = at_hub.get(row.voids)
                if (standing is None or standing.voided_at is None) and row.voids not in early:
                    found.append(f"void {sequence} of {edge} has no effect at the hub")
            elif isinstance(row, Lost) or edge in damaged:
                continue
            elif row.id not in at_hub:
                found.append(f"check-in {sequence} of {edge} is not at the hub")
            elif content.message_of(at_hub[row.id]) != row:
                found.append(f"check-in {sequence} of {edge} stands at the hub with other content")
    if refused and not damaged:
        found.append(f"the hub refused {len(refused)} rows")
    return found


def _uses_not_as_check_ins() -> list[str]:
    """Each counted check-in that stands is one use of the feed, unless its customer is gone; nothing else is."""
    found = []
    head = feed.head(EVERYONE)
    if head.digest != feed.digest_from_rows(EVERYONE):
        found.append("the feed's digest is not that of its rows")
    in_feed = [bytes(key)[-CHECKIN_ID_BYTES:] for key in feed.live_bodies(EVERYONE, Kind.USE)]
    here = over_limit.customers()
    rows = [row for row in Row.objects.filter(customer__in=here) if row.membership_id is not None]
    marked = {bytes(row.checkin_id) for row in rows if row.is_use}
    if len(in_feed) != len(set(in_feed)) or set(in_feed) != marked:
        found.append("the feed's uses are not those that check-ins are marked with")
    counting = {
        bytes(row.checkin_id) for row in rows if row.voided_at is None and counts(row.outcome, row.counted)
    }
    if counting != marked:
        found.append(f"{len(counting ^ marked)} check-ins count and are no use, or the other way round")
    return found


def _shown_but_not_journaled(world: "World", journals: dict[str, Journal]) -> list[str]:
    """A redemption is on disk before the light turns green."""
    kept = {row.id.hex() for journal in journals.values() for _, row in journal if isinstance(row, CheckIn)}
    return [
        f"a redemption at {edge}/{fields['reader']} was shown and is in no journal"
        for edge, fields in world.trace.scans
        if fields["outcome"] == "granted" and fields["reader"] not in DOORS
        if edge not in world.faults.journals_damaged and fields["id"] not in kept
    ]


def _decided_from_the_past(world: "World", journals: dict[str, Journal]) -> list[str]:
    """The position that decisions are made from only rises, but for an edge whose marks were taken from it."""
    found = []
    excused = world.faults.marks_damaged | world.faults.journals_damaged
    for edge, journal in journals.items():
        before = (0, 0)
        for sequence, row in journal:
            if isinstance(row, CheckIn) and row.epoch is not None and row.sequence is not None:
                at = (row.epoch, row.sequence)
                if at < before and edge not in excused:
                    found.append(f"check-in {sequence} of {edge} was decided at {at}, after one at {before}")
                before = max(before, at)
    return found


def _not_as_facts_say(world: "World") -> list[str]:
    """Each grant decided once more, on the hub's history at the edge's position and what the edge knew.

    Where the hub was put back from a backup, numbers of the feed that it lost came to mean other rows: only what
    was decided in an epoch that has begun since can be told. What was denied may have been so for uses that no
    check-in has room to name, so it is only counted.
    """
    found = []
    for row in Row.objects.order_by("number").select_related("edge"):
        again = None if _of_a_lost_epoch(world, row) else replay(row)
        if again is None or again.lost is not None or again.missing or again.decision is None:
            world.trace.counts["replays that cannot be"] += 1
            continue
        world.trace.counts["replays"] += 1
        if again.differences and not again.by_hub:
            where = f"{row.edge.name}/{row.reader} {row.sequence} at {row.feed_epoch} {row.feed_sequence}"
            if row.outcome == "granted":
                found.append(f"{where}: {'; '.join(again.differences)}")
            else:
                world.trace.counts["replays of denials that differ"] += 1
    return found


def _of_a_lost_epoch(world: "World", row: Row) -> bool:
    restored_ms = world.hub.restored_at_ms
    return restored_ms is not None and (row.feed_epoch is None or row.feed_epoch < restored_ms)


def _inexact(edge: "EdgeMachine") -> list[str]:
    """Row by row, from disk."""
    path = max(edge.state_dir.glob("replica.*.db"), key=lambda each: int(each.name.split(".")[1]))
    at_edge = set(_read(path, "SELECT kind, key, ref, body FROM feed_row"))
    live = FeedRow.objects.filter(body__isnull=False, feed__name=EVERYONE)
    at_hub = {
        (kind, bytes(key), bytes(ref), bytes(body))
        for kind, key, ref, body in live.values_list("kind", "key", "ref", "body")
    }
    return [] if at_edge == at_hub else [f"{edge.name}'s rows are not the hub's: {len(at_edge ^ at_hub)} differ"]
