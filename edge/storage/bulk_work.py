"""The bulk work on replica files, as it is asked for: loading a fresh one, recounting one. Blocking.

Runs in a process of its own (edge/storage/bulk_child.py), which alone has the fresh file open until it is
finished. Knows no pipe and no process.
"""

import sqlite3
from pathlib import Path

from contract.feed import digest_bytes
from edge.storage.bulk_messages import (
    Answer,
    Begin,
    Counted,
    Done,
    End,
    Fault,
    Finish,
    Finished,
    Load,
    Recount,
    Request,
)
from edge.storage.errors import StorageError, is_damage
from edge.storage.replica_file import ReplicaFile, count_on_disk


class BulkWork:
    """One fresh file at most. `answer` takes one request after another."""

    def __init__(self) -> None:
        self._fresh: ReplicaFile | None = None

    def answer(self, request: Request) -> Answer:
        try:
            return self._do(request)
        except (sqlite3.Error, OSError, StorageError) as error:
            return Fault(str(error), is_damage(error))

    def _do(self, request: Request) -> Answer:
        match request:
            case Begin():
                self._fresh = _begun(request)
            case Load(rows, upto):
                self._the_fresh().load(rows, upto)
            case Finish(digest):
                exact = self._the_fresh().finish(int.from_bytes(digest, "big"))
                self._close()
                return Finished(exact)
            case Recount(path):
                kept, counted = count_on_disk(Path(path), lambda: True)
                return Counted(digest_bytes(kept), digest_bytes(counted))
            case End():
                self._close()
        return Done()

    def _the_fresh(self) -> ReplicaFile:
        if self._fresh is None:
            raise StorageError("no fresh replica was begun")
        return self._fresh

    def _close(self) -> None:
        fresh, self._fresh = self._fresh, None
        if fresh is not None:
            fresh.close()


def _begun(begin: Begin) -> ReplicaFile:
    path = Path(begin.path)
    if begin.resume:
        return ReplicaFile.resume(path, begin.head)
    return ReplicaFile.create(path, begin.feed, begin.epoch, begin.head)
