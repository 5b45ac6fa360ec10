"""The base of every error that the edge's storage raises; the errors themselves stand where they are raised."""

import errno
import sqlite3
from typing import Final

DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_PRIMARY_CODE = 0xFF
_OF_THE_SYSTEM: Final = {errno.ENOSPC: "disk_full", errno.EROFS: "read_only"}


_WORDS: Final = {
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_FULL: "disk_full",
    sqlite3.SQLITE_READONLY: "read_only",
}


class StorageError(Exception):
    """A file of the edge could not be read or written; the text says which and why."""


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that the file itself is broken, rather than the disk full or busy."""
    if isinstance(error, UnicodeDecodeError):
        return True  # what SQLite says of a broken schema quotes its bytes, and Python cannot read them
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & _PRIMARY_CODE in DAMAGE


def damaged(verdict: str) -> sqlite3.DatabaseError:
    """As SQLite says it itself, of what it does not notice."""
    error = sqlite3.DatabaseError(verdict)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def word_of(error: Exception) -> str:
    """What is wrong with a file, in a word that stays the same."""
    if isinstance(error, OSError):
        return _OF_THE_SYSTEM.get(error.errno or 0, "disk_error")
    code = getattr(error, "sqlite_errorcode", None) or 0
    return _WORDS.get(code & _PRIMARY_CODE, "disk_error")
