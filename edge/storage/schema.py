"""Whether the tables of a file are the ones that our statements are for. Blocking.

Where bytes of a schema have changed, SQLite takes it for another one, and finds no damage: whatever needs the
column that has another name by then would fail for ever.
"""

import re
import sqlite3
from collections.abc import Iterable
from typing import Final

from edge.storage.errors import damaged

_PARAMETER: Final = re.compile(r"\?\d*")


def understand(connection: sqlite3.Connection, statements: Iterable[str]) -> None:
    """Have SQLite compile them, triggers included, and run none. sqlite3.Error; one that it does not understand
    means damage: they are right for our tables."""
    for statement in statements:
        try:
            connection.execute(f"EXPLAIN {_PARAMETER.sub('NULL', statement)}").close()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
                raise damaged(str(error)) from error
            raise
