"""A process's disk: real SQLite files and real small files, on which a process ends at a commit or a disk is full.

Everything goes to real files; only the instants at which something becomes durable pass through here. A kill
leaves the files as they are at that instant, as a process that is ended by the kernel does; the next process gets
a copy of them, without the locks of the dead one.
"""

import errno
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from random import Random
from typing import Any

from tests.simulation.loop import Killed

_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER)\b", re.IGNORECASE)
_COMMITS = re.compile(r"\bCOMMIT\b", re.IGNORECASE)
_PAGES_MAX = 4_294_967_294


class Disk:
    """One process's. `on_kill` is called at the chosen commit point, before or after it."""

    def __init__(self, folder: Path, rng: Random, on_kill: Callable[[], None]) -> None:
        self.folder = folder
        self._rng = rng
        self._on_kill = on_kill
        self._connections: list[Connection] = []
        self._points_left: int | None = None
        self._gone = False
        self._descriptor: int | None = None
        self.full = False
        self.to_the_byte = False

    def kill_in(self, points: int) -> None:
        """The process ends at the commit point after so many others; points lie before and after each commit."""
        self._points_left = points

    def spare(self) -> None:
        self._points_left = None

    def point(self) -> None:
        """Something is about to become durable, or has just become so."""
        self.check()
        if self._points_left is None:
            return
        self._points_left -= 1
        if self._points_left < 0:
            self._on_kill()
            raise Killed

    def check(self) -> None:
        if self._gone:
            raise Killed

    def check_room(self) -> None:
        """As SQLite finds out when it writes into its log."""
        if self.to_the_byte:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
            raise error

    def opened(self, connection: "Connection") -> None:
        self.check()
        self._connections.append(connection)
        if self.full:
            connection.fill()

    def descriptor(self) -> int:
        """Of nothing; it ends with the process, which may have closed it before."""
        self._descriptor = os.open(os.devnull, os.O_RDONLY)
        return self._descriptor

    def fill(self, full: bool, to_the_byte: bool = False) -> None:
        """No page more than there are, and what fits into those still goes; or nothing does (`to_the_byte`)."""
        self.full, self.to_the_byte = full, full and to_the_byte
        for connection in self._connections:
            connection.fill() if full else connection.make_room()

    def leave(self, to: Path | None) -> None:
        """The process is gone: its files are copied as they stand, then its handles end."""
        if to is not None:
            shutil.copytree(self.folder, to, ignore=shutil.ignore_patterns("*-shm"), dirs_exist_ok=True)
        self._gone = True
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
        for connection in self._connections:
            connection.end()
        self._connections.clear()


DISK: ContextVar[Disk | None] = ContextVar("disk", default=None)


class Connection(sqlite3.Connection):
    """Of whatever process opened it. Outside a process it is like any other."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._disk = DISK.get()
        if self._disk is not None:
            self._disk.opened(self)

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if self._disk is None:
            return super().execute(sql, *parameters)
        self._disk.check()
        alone = not self.in_transaction and _WRITES.match(sql) is not None
        if not (alone or _COMMITS.match(sql)):
            return super().execute(sql, *parameters)
        self._disk.point()
        self._disk.check_room()
        cursor = super().execute(sql, *parameters)
        self._disk.point()
        return cursor

    def executescript(self, script: str) -> sqlite3.Cursor:
        if self._disk is None or not _COMMITS.search(script):
            return super().executescript(script)
        self._disk.point()
        cursor = super().executescript(script)
        self._disk.point()
        return cursor

    def commit(self) -> None:
        if self._disk is None:
            return super().commit()
        self._disk.point()
        self._disk.check_room()
        super().commit()
        self._disk.point()
        return None

    def fill(self) -> None:
        with _whatever_state():
            (pages,) = super().execute("PRAGMA page_count").fetchone()
            super().execute(f"PRAGMA max_page_count = {pages}")

    def make_room(self) -> None:
        with _whatever_state():
            super().execute(f"PRAGMA max_page_count = {_PAGES_MAX}")

    def end(self) -> None:
        with _whatever_state():
            super().close()


def claim(_folder: Path) -> int:
    """In place of the lock on a state folder: a descriptor of the process."""
    disk = DISK.get()
    assert disk is not None
    return disk.descriptor()


def fsync(_descriptor: int) -> None:
    """In place of os.fsync: what a power cut would lose is not simulated, what a kill loses is."""
    disk = DISK.get()
    if disk is None:
        return
    if disk.full:
        raise OSError(errno.ENOSPC, "No space left on device")
    disk.point()


@contextmanager
def _whatever_state() -> Iterator[None]:
    with suppress(sqlite3.Error):
        yield
