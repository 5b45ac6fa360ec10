"""What a state folder holds of an enrolment before: if of another hub or another edge, it is nothing to a new one.

It is moved into a folder of its own, `earlier-N`, and never deleted. What is to be moved is decided and written
beside the new enrolment before that stands, and done after: a power cut in between loses nothing, and the next
start goes on. Blocking.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from edge.storage.small_file import sync_folder, write_whole

MARK: Final = "set_aside"
"""In the folder of an enrolment: the name of the folder to move to, then on a line each a pattern of files."""
OF_ITS_HUB: Final = ("marks.json", "orders.json", "orders.json.before")
"""What a hub has ordered, and how far it has come."""
OF_ITS_EDGE: Final = (*OF_ITS_HUB, "trust.json", "journal.db*", "replica.*.db*")
"""And what an edge has journaled for it, and copied from it."""
_UNACKED: Final = """
    SELECT count(*) FROM checkin
    WHERE sequence > coalesce((SELECT upto FROM ack ORDER BY number DESC LIMIT 1), 0)
"""


def mark(new: Path, state_dir: Path, patterns: tuple[str, ...]) -> str | None:
    """Decide, in the folder `new` of an enrolment: where to, or None where there is nothing to move. OSError."""
    if not any(path for pattern in patterns for path in state_dir.glob(pattern)):
        return None
    number = 1
    while (state_dir / f"earlier-{number}").exists():
        number += 1
    write_whole(new / MARK, "\n".join((f"earlier-{number}", *patterns)).encode())
    return f"earlier-{number}"


def finish(folder: Path, state_dir: Path) -> None:
    """Move what the enrolment in `folder` has decided, as far as it is not done. OSError."""
    marked = folder / MARK
    if not marked.exists():
        return
    name, *patterns = marked.read_text().split("\n")
    earlier = state_dir / name
    earlier.mkdir(mode=0o700, exist_ok=True)
    for pattern in patterns:
        for path in state_dir.glob(pattern):
            path.rename(earlier / path.name)
    sync_folder(earlier)
    sync_folder(state_dir)
    marked.unlink()


def unacked(state_dir: Path) -> int | None:
    """How many rows of the journal no hub has acknowledged; None: that cannot be read."""
    path = state_dir / "journal.db"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
            return int(journal.execute(_UNACKED).fetchone()[0])
    except sqlite3.Error:
        return None
