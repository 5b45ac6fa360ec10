"""How many check-ins of the journal the hub has not acked, as a number on stdout; 0 where there is no journal.

Run by the package's prerm, of the edge's user, after the edge was stopped. Exit code 1: it cannot be told.
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

JOURNAL = Path("/var/lib/doorward/journal.db")
UNSENT = """
SELECT count(*) FROM checkin
WHERE sequence > coalesce((SELECT upto FROM ack ORDER BY number DESC LIMIT 1), 0)
"""


def unsent(path: Path) -> int:
    """sqlite3.Error: a journal that is damaged, or of a form that is not known here."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as connection:
        (number,) = connection.execute(UNSENT).fetchone()
    return int(number)


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{unsent(JOURNAL)}\n")
    except sqlite3.Error as error:
        sys.exit(f"{JOURNAL}: {error}")
