"""What has to hold of journals: what an edge kept is at the hub, once and as it was written, or known to be lost.

Judged by the files of edges, by what their journals said to be on disk, and by the hub's tables. Where bytes of a
journal were flipped, what cannot be read of it any more has to be told; what was kept since is held to everything.
"""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract.messages import CheckIn, Lost, MessageError, Void, decode_journaled
from hub.checkins import content
from hub.checkins.models import CheckIn as Row
from hub.checkins.models import EarlyVoid, LostRange, RefusedRow
from tests.simulation.readers import DOORS

if TYPE_CHECKING:
    from tests.simulation.edge import EdgeMachine
    from tests.simulation.world import World

Journal = list[tuple[int, CheckIn | Void | Lost]]
AtHub = dict[bytes, Row]
_OF_DAMAGE = ("journal.db.damaged", "left_the_journal")


def read(path: Path, statement: str) -> list[Any]:
    """Of a file that an edge may be writing; what cannot be read now says nothing."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchall()
    except sqlite3.Error:
        return []
    finally:
        connection.close()


def journal_of(edge: "EdgeMachine") -> Journal:
    """From its file, as it is on disk."""
    rows = read(edge.state_dir / "journal.db", "SELECT sequence, body FROM checkin ORDER BY sequence")
    return [(sequence, row) for sequence, body in rows if (row := _decoded(edge, body)) is not None]


def _decoded(edge: "EdgeMachine", body: bytes) -> CheckIn | Void | Lost | None:
    """None: its bytes were flipped."""
    try:
        return decode_journaled(body)
    except MessageError:
        if edge.damaged:
            return None
        raise


def judge(world: "World", journals: dict[str, Journal]) -> list[str]:
    at_hub = {bytes(row.checkin_id): row for row in Row.objects.select_related("edge")}
    found = []
    for edge in world.edges:
        found += _journaled_but_not_there(edge, journals[edge.name], at_hub)
        found += _kept_but_not_there(world, edge, at_hub)
        refused = RefusedRow.objects.filter(edge__name=edge.name).count()
        if refused and not edge.damaged:
            found.append(f"the hub refused {refused} rows of {edge.name}")
        if not edge.damaged:
            found += _lost_but_not_told(edge, journals[edge.name])
    return [*found, *_shown_but_not_kept(world, journals)]


def _journaled_but_not_there(edge: "EdgeMachine", journal: Journal, at_hub: AtHub) -> list[str]:
    early = {bytes(row.checkin_id) for row in EarlyVoid.objects.all()}
    found = []
    for sequence, row in journal:
        if isinstance(row, Void):
            standing = at_hub.get(row.voids)
            is_known = row.voids in edge.kept or not edge.damaged
            if is_known and (standing is None or standing.voided_at is None) and row.voids not in early:
                found.append(f"void {sequence} of {edge.name} has no effect at the hub")
        elif isinstance(row, CheckIn) and (row.id in edge.kept or not edge.damaged):
            if row.id not in at_hub:
                found.append(f"check-in {sequence} of {edge.name} is not at the hub")
            elif not _may_be_flipped(edge, row.id) and content.message_of(at_hub[row.id]) != row:
                found.append(f"check-in {sequence} of {edge.name} stands at the hub with other content")
    return found


def _may_be_flipped(edge: "EdgeMachine", checkin_id: bytes) -> bool:
    if edge.damaged_at_s is None:
        return False
    kept = edge.kept.get(checkin_id)
    return kept is None or kept[0] <= edge.damaged_at_s


def _kept_but_not_there(world: "World", edge: "EdgeMachine", at_hub: AtHub) -> list[str]:
    """What the journal ever said to be on disk."""
    missing = 0
    found = []
    for checkin_id, (at_s, row) in edge.kept.items():
        if edge.was_torn(at_s):
            continue
        if checkin_id in at_hub:
            if not _may_be_flipped(edge, checkin_id) and content.message_of(at_hub[checkin_id]) != row:
                found.append(f"what {edge.name} kept at {at_s:.3f} s stands at the hub with other content")
        elif checkin_id in edge.last_when_damaged:
            world.trace.counts["check-ins lost as if by a power cut"] += 1
        elif _may_be_flipped(edge, checkin_id):
            missing += 1
        else:
            found.append(f"what {edge.name} kept at {at_s:.3f} s is not at the hub")
    world.trace.counts["check-ins kept"] += len(edge.kept)
    world.trace.counts["check-ins lost to flipped bytes"] += missing
    told = _told(world, edge, at_hub)
    if missing > told:
        found.append(f"{missing} check-ins of {edge.name}'s damaged journals are missing, {told} are told of")
    return found


def _told(world: "World", edge: "EdgeMachine", at_hub: AtHub) -> int:
    """How many of its rows are known to be lost: by a row of its journal, at worst by its log; by rows that the
    hub refused, and by such as nobody had kept under that id.

    A hub that was put back from a backup since has lost what only the damaged file still holds.
    """
    if world.hub.restored_at_s is not None and world.hub.restored_at_s > (edge.damaged_at_s or 0.0):
        return len(edge.kept)
    ranges = [each for each in LostRange.objects.filter(edge__name=edge.name) if each.why.startswith(_OF_DAMAGE)]
    logged = [said["lost"] for name, said in world.trace.damage_told if name == edge.name]
    if None in logged or any(each.count is None for each in ranges):
        return len(edge.kept)
    by_rows = sum(each.count or 0 for each in ranges)
    of_edge = (checkin_id for checkin_id, row in at_hub.items() if row.edge.name == edge.name)
    strange = sum(1 for checkin_id in of_edge if checkin_id not in edge.kept)
    return max(by_rows, sum(logged)) + strange + RefusedRow.objects.filter(edge__name=edge.name).count()


def _lost_but_not_told(edge: "EdgeMachine", journal: Journal) -> list[str]:
    """What the journal tells of rows that could not be kept, the hub has in the same words."""
    there = {bytes(each.lost_id): each for each in LostRange.objects.exclude(lost_id=None)}
    found = []
    for sequence, row in journal:
        if isinstance(row, Lost):
            told = there.get(row.lost)
            if told is None or (told.count or 0, told.why, told.edge.name) != (row.count, row.why, edge.name):
                found.append(f"row {sequence} of {edge.name} tells of {row.count} lost, the hub of {told}")
    return found


def _shown_but_not_kept(world: "World", journals: dict[str, Journal]) -> list[str]:
    """A redemption is on disk before the light turns green."""
    in_files = {row.id.hex() for journal in journals.values() for _, row in journal if isinstance(row, CheckIn)}
    machines = {edge.name: edge for edge in world.edges}
    found = []
    for name, fields in world.trace.scans:
        if fields["outcome"] != "granted" or fields["reader"] in DOORS or fields["id"] in in_files:
            continue
        edge = machines[name]
        kept = edge.kept.get(bytes.fromhex(fields["id"]))
        if kept is None or not (edge.was_torn(kept[0]) or _may_be_flipped(edge, bytes.fromhex(fields["id"]))):
            found.append(f"a redemption at {name}/{fields['reader']} was shown and is in no journal")
    return found
