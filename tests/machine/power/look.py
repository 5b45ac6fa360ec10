"""What is found in the edge's folder after a power cut, by the edge's own code, held against what was promised."""

import asyncio
import itertools
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from contract.messages import CheckIn, Lost, decode_journaled
from edge.core.saved_marks import SavedMarks
from edge.storage.errors import StorageError
from edge.storage.journal import SqliteJournal
from edge.storage.replica import Replica
from edge.storage.small_file import SmallFile
from tests.machine.power.load import CHANGED, FILLED, JOURNAL_ID, Told, digests

NOT_EXACT: Final = "the replica's rows are not those of its digest"
_ANOTHER_ID: Final = b"made after a cut"
_ROWS_MAX: Final = 1_000_000


class Found(NamedTuple):
    """`lost`: check-ins that had been acknowledged and are not there. `faults`: whatever else is not as it was
    promised. `is_empty`: no replica decides, and the hub has to fill one; `behind`: rows that the hub sends again,
    of those that the replica had told of."""

    lost: int
    faults: tuple[str, ...]
    is_empty: bool
    behind: int


def look(folder: Path, told: Told) -> Found:
    try:
        return asyncio.run(_look(folder, told))
    except StorageError as error:
        return not_found(told, str(error))


def not_found(told: Told, why: str) -> Found:
    return Found(max(0, told.checkins), (why,), True, 0)


async def _look(folder: Path, told: Told) -> Found:
    journal = await SqliteJournal.open(folder / "journal.db", lambda: _ANOTHER_ID)
    replica = await Replica.open(folder)
    try:
        lost, faults = await _of_journal(journal, told)
        faults += await _of_replica(replica, told) + _of_small_file(folder, told)
        position = replica.position()
        is_same = position is not None and position.epoch == told.epoch
        behind = max(0, told.sequence - position.sequence) if position is not None and is_same else 0
        return Found(lost, tuple(faults), position is None, behind)
    finally:
        await replica.close()
        await journal.close()


async def _of_journal(journal: SqliteJournal, told: Told) -> tuple[int, list[str]]:
    """How many are lost, and what else is wrong."""
    if journal.is_broken:
        return max(0, told.checkins), [f"the journal does not open: {journal.fault}"]
    faults = []
    if journal.damage is not None:
        faults.append(f"the journal was set aside: {journal.damage}")
    if told.checkins >= 0 and journal.id != JOURNAL_ID:
        faults.append("the journal is another one")
    rows = [decode_journaled(row.body) for row in await journal.rows_after(0, _ROWS_MAX)]
    if any(isinstance(row, Lost) for row in rows):
        faults.append("the journal says itself that check-ins were lost")
    numbers = [int.from_bytes(row.id, "big") for row in rows if isinstance(row, CheckIn)]
    if len(set(numbers)) < len(numbers):
        faults.append("a check-in stands there twice")
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        faults.append("a check-in is missing in between")
    if len(numbers) > told.checkins + 1:
        faults.append("a check-in is there that nobody made")
    if journal.acked is not None and journal.acked.upto > len(numbers):
        faults.append("the hub's ack is of a check-in that is not there")
    return len(set(range(1, told.checkins + 1)) - set(numbers)), faults


async def _of_replica(replica: Replica, told: Told) -> list[str]:
    """One that was not whole yet may be torn, and is set aside then: the one that was whole has to be there."""
    position = replica.position()
    if position is None:
        return ["a replica that was whole is gone"] if told.epoch else []
    faults = []
    if not await replica.is_exact():
        faults.append(NOT_EXACT)
    if not FILLED <= position.sequence <= FILLED + CHANGED:
        faults.append(f"the replica stands at {position.sequence}, where it never stood")
    elif replica.digest() != _states(position.epoch)[position.sequence]:
        faults.append("the replica's digest is that of no state that it was told")
    if position.epoch not in (told.epoch, told.epoch + 1):
        faults.append(f"the replica is of epoch {position.epoch}, after {told.epoch} was whole")
    return faults


def _of_small_file(folder: Path, told: Told) -> list[str]:
    file = SmallFile(folder / "marks.json", SavedMarks)
    found = file.read()
    if file.set_aside is not None:
        return ["a small file is damaged"]
    start = 0 if found is None else found.start
    return [] if start in (told.start, told.start + 1) else [f"a small file says {start}, after {told.start}"]


@cache
def _states(epoch: int) -> list[int]:
    return list(itertools.islice(digests(epoch), FILLED + CHANGED + 1))
