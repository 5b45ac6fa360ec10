"""Runs in the guest: the edge's own journal, replica and small files at work in one folder, as fast as they go.

    load.py FOLDER DISK MODE:SECONDS:CHECKINS:EPOCHS ...

Each mode has a folder of its own there, and so long, or until it has so many check-ins and replicas, whichever is
later.
What was acknowledged is told to the disk itself, on a sector behind its file system: the log of the disk's writes
then has, between the writes themselves, what had been promised by then. That write is no flush, and makes none.

`edge` is how the edge does it. The others are how it must not, and show that the cuts find it: `normal` syncs the
journal's log no more (WAL with synchronous=NORMAL); `delete` keeps a rollback journal, whose name comes back after
a cut (DELETE with synchronous=FULL); `hasty` calls a fresh replica whole and syncs none of it; `early` writes down
where the replica stands, and its digest there, in a transaction before the one with the rows.
"""

import asyncio
import itertools
import mmap
import os
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from contract.feed import Row, moved_digest, row_digest
from contract.messages import Ack, CheckIn
from edge.core.saved_marks import SavedMarks
from edge.storage import journal
from edge.storage.journal import SqliteJournal
from edge.storage.replica import Replica
from edge.storage.replica_file import ReplicaFile, Standing
from edge.storage.small_file import SmallFile

MODES: Final = ("edge", "normal", "delete", "hasty", "early")
FILE_SYSTEM_MIB: Final = 48
DISK_MIB: Final = 49
TOLD_AT: Final = FILE_SYSTEM_MIB << 20
FEED: Final = "everyone"
FILLED: Final = 300
"""Rows of a feed as it is loaded; changes follow."""
CHANGED: Final = 1_500
"""So many that the replica's log is moved into its file."""
JOURNAL_ID: Final = b"power" * 3 + b"!"
_PAGE: Final = 100
_APPLIED_MAX: Final = 40
_CHECKPOINT_EVERY: Final = 32
"""Check-ins; the edge does the same after 256, which takes an emulated processor long."""
_SECTOR: Final = 512
_CONNECT, _FINISH, _APPLY = journal._connect, ReplicaFile.finish, ReplicaFile.apply
_BETWEEN_S: Final = 0.05
"""From an early position to its rows."""
_TOLD: Final = struct.Struct(">8s5Q")
_MAGIC: Final = b"doorward"


class Told(NamedTuple):
    """What stands on the disk, as it was promised: `mode` is its number; a count of check-ins; the replica's epoch
    and sequence; the number in the small file. `checkins` -1: not even that there is a journal."""

    mode: int
    checkins: int = -1
    epoch: int = 0
    sequence: int = 0
    start: int = 0

    def packed(self) -> bytes:
        return _TOLD.pack(_MAGIC, self.mode, self.checkins + 1, self.epoch, self.sequence, self.start)

    @classmethod
    def unpacked(cls, raw: bytes) -> "Told":
        _, mode, checkins, epoch, sequence, start = _TOLD.unpack_from(raw)
        return cls(mode, checkins - 1, epoch, sequence, start)


def row(epoch: int, sequence: int) -> Row:
    """The rows that are loaded differ in their keys; then they change, and every seventh change takes one away."""
    number = sequence if sequence <= FILLED else 1 + sequence * 7_919 % FILLED
    gone = sequence > FILLED and sequence % 7 == 0
    body = f"{epoch}.{sequence} ".encode() * 400
    return Row(sequence, 1, b"%032d" % number, b"", None if gone else body)


def digests(epoch: int) -> Iterator[int]:
    """Of the feed at each sequence from 0 on."""
    live: dict[bytes, int] = {}
    digest = 0
    for sequence in itertools.count(1):
        yield digest
        new = row(epoch, sequence)
        removed = [live.pop(new.key)] if new.key in live else []
        if new.body is not None:
            live[new.key] = row_digest(new.kind, new.key, new.ref, new.body)
        digest = moved_digest(digest, removed, [live[new.key]] if new.key in live else [])


def checkin(number: int) -> CheckIn:
    return CheckIn(
        id=number.to_bytes(16, "big"),
        at_us=1_900_000_000_000_000 + number,
        reader="counter",
        outcome="granted",
        reason="granted",
        permission="glass-of-wine",
        mode="redeem",
        counted=True,
        code_hash=b"h" * 32,
        code_length=20,
        code_classes="upper",
        customer=number % 50,
        membership=3,
        step=number,
    )


class Load:
    def __init__(self, folder: Path, disk: Path, mode: str, seconds: float, wanted: Told) -> None:
        """Until it has as many check-ins and epochs as `wanted`, too."""
        self._folder = folder
        self._told = Told(MODES.index(mode))
        self._until = time.monotonic() + seconds
        self._wanted = wanted
        self._disk = os.open(disk, os.O_WRONLY | os.O_DIRECT)
        self._sector = mmap.mmap(-1, _SECTOR)  # O_DIRECT wants it aligned

    async def run(self) -> None:
        self._tell()
        kept = await SqliteJournal.open(self._folder / "journal.db", lambda: JOURNAL_ID)
        self._tell(checkins=0)
        replica = await Replica.open(self._folder)
        await asyncio.gather(self._record(kept), self._follow(replica), self._note(kept))
        await replica.close()
        await kept.close()

    @property
    def _goes_on(self) -> bool:
        told, wanted = self._told, self._wanted
        return time.monotonic() < self._until or told.checkins < wanted.checkins or told.epoch < wanted.epoch

    async def _record(self, kept: SqliteJournal) -> None:
        while self._goes_on:
            number = self._told.checkins + 1
            await kept.append(checkin(number))
            self._tell(checkins=number)

    async def _follow(self, replica: Replica) -> None:
        for epoch in itertools.count(1):
            await replica.start_fresh(FEED, epoch, FILLED)
            for first in range(1, FILLED, _PAGE):
                rows = [row(epoch, sequence) for sequence in range(first, first + _PAGE)]
                await replica.load(rows, rows[-1].sequence)
            if not await replica.finish_fresh(next(itertools.islice(digests(epoch), FILLED, None))):
                raise RuntimeError("a fresh replica is not exact")
            self._tell(epoch=epoch, sequence=FILLED)
            await self._apply(replica, epoch)
            if not self._goes_on:
                return

    async def _apply(self, replica: Replica, epoch: int) -> None:
        sequence = FILLED
        while self._goes_on and sequence < FILLED + CHANGED:
            upto = min(FILLED + CHANGED, sequence + 1 + sequence % _APPLIED_MAX)
            await replica.apply([row(epoch, each) for each in range(sequence + 1, upto + 1)], upto)
            sequence = upto
            self._tell(sequence=sequence)

    async def _note(self, kept: SqliteJournal) -> None:
        """As marks and acks are: a small file, and how far the hub has come."""
        file = SmallFile(self._folder / "marks.json", SavedMarks)
        for start in itertools.count(1):
            if not self._goes_on:
                return
            await asyncio.to_thread(file.write, SavedMarks(start=start))
            self._tell(start=start)
            await kept.acknowledge(Ack(kept.id, self._told.checkins, 1, start))
            await asyncio.sleep(0.2)

    def _tell(self, **changed: int) -> None:
        self._told = self._told._replace(**changed)
        self._sector[: _TOLD.size] = self._told.packed()
        os.pwrite(self._disk, self._sector, TOLD_AT)


def _do_as(mode: str) -> None:
    """As the edge does it, but for how the journal is opened, or how a replica is made whole or followed."""

    async def connect(path: Path, synchronous: str, pages: int) -> Any:
        connection = await _CONNECT(path, "NORMAL" if mode == "normal" else synchronous, pages)
        if mode == "delete":
            await connection.execute_fetchall("PRAGMA journal_mode = DELETE")
        return connection

    def finish(file: ReplicaFile, _: int) -> bool:
        file._build_index()
        file._connection.execute("PRAGMA journal_mode = WAL")
        file._connection.execute("UPDATE meta SET complete = 1")
        return True

    def apply(file: ReplicaFile, rows: list[Row], upto: int) -> Standing:
        execute = file._connection.execute
        execute("PRAGMA synchronous = FULL")  # else both would reach the disk at once, much later
        execute("BEGIN IMMEDIATE")
        moved = file._replace(rows)
        execute("ROLLBACK")
        stands = file._move(*moved, upto)
        time.sleep(_BETWEEN_S)
        execute("BEGIN IMMEDIATE")
        file._replace(rows)
        execute("COMMIT")
        return stands

    journal._connect = connect if mode in {"normal", "delete"} else _CONNECT
    journal._CHECKPOINT_EVERY = _CHECKPOINT_EVERY
    ReplicaFile.finish = finish if mode == "hasty" else _FINISH  # type: ignore[method-assign]
    ReplicaFile.apply = apply if mode == "early" else _APPLY  # type: ignore[method-assign]


def main(folder: Path, disk: Path, *loads: str) -> None:
    for each in loads:
        mode, seconds, checkins, epochs = each.split(":")
        (folder / mode).mkdir()
        os.sync()
        _do_as(mode)
        wanted = Told(MODES.index(mode), int(checkins), int(epochs))
        asyncio.run(Load(folder / mode, disk, mode, float(seconds), wanted).run())
        os.sync()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
