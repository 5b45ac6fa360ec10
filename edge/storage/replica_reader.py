"""The connection that decisions read a replica through: its own thread, and it cannot write."""

import aiosqlite


async def open_reader(address: str) -> aiosqlite.Connection:
    """`address`: a URI of SQLite. sqlite3.Error."""
    reader = await aiosqlite.connect(address, uri=True, isolation_level=None)
    await reader.execute_fetchall("PRAGMA query_only = ON")
    return reader
