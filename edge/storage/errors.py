"""The base of every error that the edge's storage raises; the errors themselves stand where they are raised."""

import sqlite3

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PRIMARY_CODE = 0xFF


class StorageError(Exception):
    """A file of the edge could not be read or written; the text says which and why."""


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file itself is broken, rather than the disk full or busy."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & _PRIMARY_CODE in DAMAGE
