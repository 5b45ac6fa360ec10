"""The few places where the simulation reaches into libraries, in one block that puts everything back.

SQLite's connections pass through disk.py, aiosqlite's threads work on the loop, paho is a client of the simulated
broker, randomness comes from the seed, nothing sleeps.
"""

import os
import random
import secrets
import sqlite3
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any
from unittest.mock import patch

import aiosqlite.core

import edge.app
import edge.commands
from edge.hub_link import connection
from edge.readers import running_reader, self_test
from hub.feed import epoch_operations
from tests.simulation import disk
from tests.simulation.loop import VirtualLoop, work
from tests.simulation.paho_client import Client
from tests.simulation.parts import Journal, NoMachine, Readers, Scanner, Signals, judge_command, try_open

_HOUR = timedelta(seconds=2)
"""Of a world in which hubs are put back every minute."""


@contextmanager
def replaced(loop: VirtualLoop, rng: Random) -> Iterator[None]:
    """While inside, the world is this loop's."""
    before = random.getstate()
    random.seed(rng.getrandbits(64))
    with (
        patch.object(aiosqlite.core, "SimpleQueue", partial(_Jobs, loop)),
        patch.object(aiosqlite.core, "Thread", _NoThread),
        patch.object(sqlite3, "connect", partial(sqlite3.connect, factory=disk.Connection)),
        patch.object(connection, "BoundedClient", Client),
        patch.object(edge.app, "claim", disk.claim),
        patch.object(edge.app, "Machine", NoMachine),
        patch.object(edge.app, "SqliteJournal", Journal),
        patch.object(edge.app, "ReaderSet", Readers),
        patch.object(edge.app.LoopWatch, "start", lambda _: None),  # a thread that goes by real time
        patch.object(edge.commands, "judge", judge_command),
        patch.object(running_reader, "scanner_of", Scanner),
        patch.object(running_reader, "ReaderSignals", Signals),
        patch.object(self_test, "try_open", try_open),
        patch.object(secrets, "token_bytes", lambda size=32: rng.randbytes(size)),
        patch.object(os, "fsync", disk.fsync),
        patch.object(epoch_operations, "FEED_EVERY", _HOUR),
        patch.object(epoch_operations, "EDGE_EVERY", _HOUR),
        patch.object(time, "sleep", lambda _: None),
    ):
        try:
            yield
        finally:
            random.setstate(before)


def end_silently() -> None:
    """For the whole process: what was killed has nothing to say when Python drops it."""
    aiosqlite.core.Connection.__del__ = lambda self: None
    sys.unraisablehook = lambda _: None


class _Jobs:
    """What aiosqlite puts to its thread: done in order, each after a while."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._waiting: deque[tuple[Any, Callable[[], Any]]] = deque()

    def put_nowait(self, job: tuple[Any, Callable[[], Any]]) -> None:
        self._waiting.append(job)
        if len(self._waiting) == 1:
            self._loop.call_later(self._loop.work_s(), self._next)

    def _next(self) -> None:
        try:
            work(*self._waiting[0])
        finally:
            self._waiting.popleft()
            if self._waiting:
                self._loop.call_later(self._loop.work_s(), self._next)


class _NoThread:
    def __init__(self, target: Callable[..., object], args: tuple[object, ...]) -> None:
        pass

    def start(self) -> None:
        pass
