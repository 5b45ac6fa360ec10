"""What has to hold in every world once it has come to rest.

Judged from outside: files of the edges, tables of the hub, what was shown to people. Rules that are a model of
their own (who was over a limit) are written here once more, as slowly and plainly as can be.
"""

from typing import TYPE_CHECKING, Any

from contract.effects import counts
from contract.feed import CHECKIN_ID_BYTES, Kind
from contract.messages import CheckIn
from hub.checkins.models import CheckIn as Row
from hub.checkins.models import JournalPosition
from hub.decisions.replaying import replay
from hub.feed import queries as feed
from hub.feed.models import FeedRow
from hub.feed.operations import EVERYONE
from tests.simulation import journals_held, numbers_held, orders_held, over_limit
from tests.simulation.journals_held import Journal, journal_of, read
from tests.simulation.readers import DOORS

if TYPE_CHECKING:
    from tests.simulation.edge import EdgeMachine
    from tests.simulation.world import World

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
        found += [f"{edge.name} has not told of {count} lost rows" for count in edge.untold.values() if count > 0]
    return [*found, *orders_held.unrest(world)]


def standing_of(edge: "EdgeMachine") -> tuple[int, int, bytes] | None:
    """Epoch, sequence and digest of the replica that its files hold."""
    found = []
    for path in edge.state_dir.glob("replica.*.db"):
        rows = read(path, "SELECT epoch, sequence, digest FROM meta WHERE complete")
        found += [(int(path.name.split(".")[1]), *row) for row in rows]
    return max(found)[1:] if found else None


def journal_stands(edge: "EdgeMachine") -> tuple[bytes, int]:
    path = edge.state_dir / "journal.db"
    [(journal_id, last)] = read(path, "SELECT id, (SELECT coalesce(max(sequence), 0) FROM checkin) FROM journal")
    return journal_id, last


# Once it rests


def judge(world: "World") -> None:
    journals = {edge.name: journal_of(edge) for edge in world.edges}
    for fault in (
        *journals_held.judge(world, journals),
        *_uses_not_as_check_ins(),
        *_decided_from_the_past(world, journals),
        *_not_as_facts_say(world),
        *orders_held.judge(world),
        *numbers_held.forged_check_ins(),
        *over_limit.wrongly_marked(world.club.limits_changed),
        *over_limit.beyond_a_yes(world.club.limits_changed, world.hub.restored_at_ms is not None),
    ):
        world.trace.fault(fault)
    for edge in world.edges:
        edge.look_at_marks()
        edge.look_at_doors()
        if not (edge.damaged or edge.torn_s):
            restored = world.hub.restored_at_s is not None
            for fault in over_limit.beyond_own(edge, journals[edge.name], world.club, restored):
                world.trace.fault(fault)
        for fault in _inexact(edge):
            world.trace.fault(fault)


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


def _decided_from_the_past(world: "World", journals: dict[str, Journal]) -> list[str]:
    """The position that decisions are made from only rises, but for an edge whose marks were taken from it."""
    found = []
    machines = {edge.name: edge for edge in world.edges}
    for edge, journal in journals.items():
        kept = machines[edge].kept
        before = (0, 0)
        for sequence, row in journal:
            if isinstance(row, CheckIn) and machines[edge].damaged and kept.get(row.id, (0.0, None))[1] != row:
                continue  # its bytes were flipped
            if isinstance(row, CheckIn) and row.epoch is not None and row.sequence is not None:
                at = (row.epoch, row.sequence)
                if at < before and edge not in world.faults.marks_damaged:
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
    unknown = {edge for edge, said in world.trace.scans if said["reader"] in DOORS and _is_lost(world, edge, said)}
    for row in Row.objects.order_by("number").select_related("edge"):
        again = None if _of_a_lost_epoch(world, row) else replay(row)
        if again is None or again.lost is not None or again.missing or again.decision is None:
            world.trace.counts["replays that cannot be"] += 1
            continue
        world.trace.counts["replays"] += 1
        if again.differences and not again.by_hub:
            if row.edge.name in unknown and _is_about_a_passage(again.differences):
                world.trace.counts["replays without a passage that was lost"] += 1
                continue
            where = f"{row.edge.name}/{row.reader} {row.sequence} at {row.feed_epoch} {row.feed_sequence}"
            if row.outcome == "granted":
                found.append(f"{where}: {'; '.join(again.differences)}")
            else:
                world.trace.counts["replays of denials that differ"] += 1
    return found


def _is_lost(world: "World", edge: str, said: dict[str, Any]) -> bool:
    """Of somebody who went through a door while the disk took nothing: the edge knows, and nobody else."""
    machine = next(each for each in world.edges if each.name == edge)
    return said["outcome"] == "granted" and bytes.fromhex(said["id"]) not in machine.kept


def _is_about_a_passage(differences: tuple[str, ...]) -> bool:
    return any("inside" in each for each in differences)


def _of_a_lost_epoch(world: "World", row: Row) -> bool:
    restored_ms = world.hub.restored_at_ms
    return restored_ms is not None and (row.feed_epoch is None or row.feed_epoch < restored_ms)


def _inexact(edge: "EdgeMachine") -> list[str]:
    """Row by row, from disk."""
    path = max(edge.state_dir.glob("replica.*.db"), key=lambda each: int(each.name.split(".")[1]))
    at_edge = set(read(path, "SELECT kind, key, ref, body FROM feed_row"))
    live = FeedRow.objects.filter(body__isnull=False, feed__name=EVERYONE)
    at_hub = {
        (kind, bytes(key), bytes(ref), bytes(body))
        for kind, key, ref, body in live.values_list("kind", "key", "ref", "body")
    }
    return [] if at_edge == at_hub else [f"{edge.name}'s rows are not the hub's: {len(at_edge ^ at_hub)} differ"]
