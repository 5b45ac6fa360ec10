"""The hub of one world: its database file, its workers as processes that can end at any commit, backups.

The real worker, domain and feed on a real SQLite database; the connection to the broker is the simulation's. Staff
write in the same database, as the web's process does.
"""

import asyncio
import json
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection

from hub.sync.clocks import Clocks
from hub.sync.inbox import Inbox, Incoming
from hub.sync.log import Log
from hub.sync.mqtt import SUBSCRIPTIONS
from hub.sync.outgoing import Outgoing
from hub.sync.supervision import supervise
from hub.sync.worker import TURN_BYTES_MAX, Worker
from hub.wire_keys.operations import establish
from tests.simulation import django_world
from tests.simulation.broker import Broker, Line
from tests.simulation.clock import TrueTime
from tests.simulation.disk import DISK, Disk
from tests.simulation.loop import Killed, Node, VirtualLoop, context_of
from tests.simulation.paho_client import BROKER, Client
from tests.simulation.trace import Trace

TURN_S = (0.002, 0.04)
"""From a message's arrival to the turn that takes it."""
HEADS_EVERY_S = 1.0


class _Inbox(Inbox):
    """Nobody waits in virtual time; the worker's process is woken instead."""

    def __init__(self, wake: Callable[[], None]) -> None:
        super().__init__()
        self._wake = wake

    def put(self, message: Incoming, urgent: bool = False) -> bool:
        self._wake()
        return super().put(message, urgent)

    def take(self, bytes_max: int, wait_s: float) -> list[Incoming]:
        return super().take(bytes_max, 0.0)


class _Link:
    """The worker's way to the broker: hub/sync/mqtt.py's part, on the loop instead of in a thread."""

    def __init__(self, name: str, inbox: Inbox, time_s: Callable[[], float]) -> None:
        self._inbox = inbox
        self._time_s = time_s
        self._ready = False
        self._sessions = 0
        self._client = Client(client_id=f"doorward-hub-{name}")
        self._client.on_connect = lambda client, *_: client.subscribe(SUBSCRIPTIONS)
        self._client.on_subscribe = lambda *_: self._be(True)
        self._client.on_disconnect = lambda *_: self._be(False)
        self._client.on_message = self._hear
        self._client.reconnect_delay_set(0.7)
        self._client.loop_start()

    def connected(self) -> int:
        return self._sessions if self._ready else 0

    def room(self) -> int:
        return self._client.room()

    def publish(self, message: Outgoing) -> None:
        if self._ready:
            self._client.publish(message.topic, message.payload, 1, message.retained)

    def _be(self, ready: bool) -> None:
        self._ready = ready
        self._sessions += ready

    def _hear(self, _client: Any, _data: Any, message: Any) -> None:
        urgent = message.topic.endswith("/confirm")
        self._inbox.put(Incoming(message.topic, message.payload, self._time_s()), urgent)


class _NoPatience(threading.Event):
    """In place of the event that stops a worker: a turn that the database refuses is given up."""

    def wait(self, timeout: float | None = None) -> bool:
        return True


class HubWorker:
    """One process."""

    def __init__(self, name: str, hub: "Hub") -> None:
        self.name = name
        self.hub = hub
        self.line = Line(delay_s=(0.0005, 0.005))
        self.node: Node | None = None
        self.disk: Disk | None = None
        self._context = Context()

    def start(self) -> None:
        self.node = Node(self.name)
        self.disk = Disk(self.hub.folder, self.hub.rng, self.kill)
        self._context = context_of(self.node)
        self._context.run(DISK.set, self.disk)
        self._context.run(BROKER.set, (self.hub.loop, self.hub.broker, self.line))
        self.hub.loop.call_soon(self._begin, context=self._context)

    def kill(self) -> None:
        if self.node is None:
            return
        self.hub.loop.bury(self.node)
        self.node = self.disk = None
        self.hub.broker.cut(self.line)
        self.hub.trace.note("worker killed", worker=self.name)
        self.hub.on_end(self)

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        loop, true = self.hub.loop, self.hub.true
        woken = asyncio.Event()
        inbox = _Inbox(woken.set)
        log = Log(self, true.now, loop.time)
        for generation in establish(self.hub.keys, true.now()):
            log.event("signing_key_adopted", generation=generation)
        link = _Link(self.name, inbox, loop.time)
        worker = Worker(inbox, link, log, Clocks(true.now, loop.time), self.hub.keys)
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), HEADS_EVERY_S)
            await asyncio.sleep(self.hub.rng.uniform(*TURN_S))
            woken.clear()
            self._turn(worker, inbox.take(TURN_BYTES_MAX, 0.0), log)
            if self.node is None:
                return

    def _turn(self, worker: Worker, messages: list[Incoming], log: Log) -> None:
        """As Worker.run. Whatever was not committed when the process ended is gone with its connection."""
        steps = [worker.tell_heads, worker.tell_orders, worker.prune]
        if messages:
            steps.insert(0, partial(worker.handle, messages))
        try:
            for step in steps:
                supervise(step, _NoPatience(), log)
        except Killed:
            connection.close()

    # As the stream of the worker's log

    def write(self, line: str) -> None:
        self.hub.trace.hub_log(self.name, json.loads(line))

    def flush(self) -> None:
        pass


class Hub:
    def __init__(  # noqa: PLR0917
        self,
        folder: Path,
        loop: VirtualLoop,
        broker: Broker,
        rng: Random,
        true: TrueTime,
        trace: Trace,
        on_end: Callable[[HubWorker], None],
        workers: int,
    ) -> None:
        self.folder = folder
        self.loop = loop
        self.broker = broker
        self.rng = rng
        self.true = true
        self.trace = trace
        self.on_end = on_end
        self.workers = [HubWorker(f"worker-{number}", self) for number in range(1, workers + 1)]
        self.backups: list[Path] = []
        self.restored_at_ms: int | None = None
        self.restored_at_s: float | None = None
        folder.mkdir(parents=True)
        self.keys = folder / "keys"
        self._database = folder / "hub.db"
        django_world.use_copy(self._database)

    def start(self) -> None:
        for worker in self.workers:
            worker.start()

    def kill(self) -> None:
        for worker in self.workers:
            worker.kill()

    def back_up(self) -> None:
        """A copy of all that is committed."""
        connection.close()
        to = self.folder / f"backup-{len(self.backups)}.db"
        with sqlite3.connect(self._database) as now, sqlite3.connect(to) as backup:
            now.backup(backup)
        now.close()
        backup.close()
        self.backups.append(to)
        self.trace.note("backup")

    def restore(self, backup: Path) -> None:
        """The workers end; what was committed since is lost."""
        self.kill()
        connection.close()
        for suffix in ("-wal", "-shm"):
            self._database.with_name(self._database.name + suffix).unlink(missing_ok=True)
        shutil.copy(backup, self._database)
        self.restored_at_s = self.loop.time()
        self.restored_at_ms = int(self.true.now().timestamp() * 1_000)
        self.trace.note("hub restored")
