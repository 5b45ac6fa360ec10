"""The replica on the guest's disk, read beside the edge: where it stands; and how it was once, put back."""

from typing import Final

from tests.machine.guest import Guest

_REPLICA: Final = """
import contextlib, glob, os, shutil, sqlite3
_KEPT = "/var/tmp/replica.db"
def _replica():
    (path,) = glob.glob("/var/lib/doorward/replica.*.db")
    return path
def _opened():
    return contextlib.closing(sqlite3.connect(f"file:{_replica()}?mode=ro", uri=True))
def _keep():
    with _opened() as replica, contextlib.closing(sqlite3.connect(_KEPT)) as kept:
        replica.backup(kept)
def _put_back():
    for each in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(_replica() + each)
    shutil.copyfile(_KEPT, _replica())
"""


class GuestReplica:
    def __init__(self, guest: Guest) -> None:
        self._guest = guest
        guest.python(_REPLICA)

    def stands_at(self) -> int:
        """The sequence of its feed."""
        (sequence,) = self._guest.python(
            'with _opened() as replica:\n    answer = replica.execute("SELECT sequence FROM meta").fetchone()'
        )
        return int(sequence)

    def keep(self) -> None:
        """As it is now, beside the edge's folder."""
        self._guest.python("_keep()")

    def put_back(self) -> None:
        """As it was kept, in the place of what it has become; no edge runs."""
        self._guest.python("_put_back()")
