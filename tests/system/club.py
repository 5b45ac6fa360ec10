"""The real processes of a club for fault tests: a broker, the hub's worker, an edge on pseudo-terminals.

Each can be stopped, killed and started again by itself. What stands on disk is read from the files themselves.
"""

import json
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg

from contract.feed import moved_digest, row_digest
from contract.messages import CheckIn, decode
from demo.club import EDGE_CONFIG
from demo.processes import Event, Process, free_port, run_to_end, wait_until_listening
from demo.scanner import Scanner
from tests.brokers import Broker
from tests.prepared_hub import prepare_hub

EDGE = "clubhouse"
BENEFIT_LIMIT = 100_000
_SETTLE_S = 60.0


class Hub:
    """Broker and worker, and the hub's commands and database."""

    def __init__(
        self, folder: Path, broker: str = "mosquitto", database_url: str = "", data: Path | None = None
    ) -> None:
        """`broker` is one of tests.brokers.KINDS; `database_url` "": SQLite, among its data, which begin as a copy
        of `data` or, None, as `init` leaves them."""
        self.folder = folder
        self._broker = Broker(folder / "broker", broker)
        self.port = self._broker.port
        self.env = {
            "DOORWARD_DATA": str(folder / "hub"),
            "DOORWARD_BROKER": f"mqtt://127.0.0.1:{self.port}",
            "DATABASE_URL": database_url,
        }
        self._running: dict[str, Process] = {}
        self._starts = 0
        if database_url:
            self.hub("init")
        elif data:
            shutil.copytree(data, folder / "hub")
        else:
            prepare_hub(folder / "hub")

    def hub(self, *arguments: str) -> str:
        return run_to_end([sys.executable, "-m", "hub", *arguments], self.env, self.folder / "hub.log")

    def start_broker(self) -> None:
        self._broker.start()

    def start_worker(self) -> None:
        worker = self.start_process("worker", [sys.executable, "-m", "hub", "worker"], self.env)
        worker.wait_for(lambda event: event.get("event") == "worker_ready", "connection to the broker")

    def start_web(self) -> str:
        """The hub's pages; their address."""
        port = free_port()
        self.env["DOORWARD_URL"] = address = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "hub", "web", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
        wait_until_listening(port, self.start_process("web", command, self.env))
        return address

    def session_of(self, role: str) -> str:
        """The key of a session of somebody who has that role."""
        command = [sys.executable, "-m", "tests.system.admin_session", role]
        return run_to_end(command, self.env, self.folder / "session.log").strip()

    def end(self, name: str, kill: bool = False) -> None:
        """`name`: "broker", "worker" or an edge's."""
        process = self._broker if name == "broker" else self._running.pop(name)
        process.kill() if kill else process.stop()

    def close(self) -> None:
        for name in list(self._running):
            self.end(name)
        self._broker.stop()

    def start_process(self, name: str, command: list[str], env: dict[str, str]) -> Process:
        self._starts += 1
        logs = self.folder / "log" / f"{self._starts:03}"
        logs.mkdir(parents=True)
        self._running[name] = process = Process(name, command, env, logs)
        return process

    def enrol(self, *edges: str) -> None:
        """Each gets a state folder under its name, as enrolment leaves it."""
        folders = [argument for edge in edges for argument in (edge, str(self.folder / edge))]
        run_to_end([sys.executable, "-m", "tests.system.enrol", *folders], self.env, self.folder / "enrol.log")

    def start_edge_process(self, name: str, config: Path) -> Process:
        command = [
            sys.executable,
            "-m",
            "edge",
            "run",
            "--state",
            str(self.folder / name),
            "--config",
            str(config),
        ]
        return self.start_process(name, command, {})

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    # A backup of the hub, taken and put back while its worker is stopped

    def back_up_hub(self) -> None:
        _copy_database(self._hub_db, self.folder / "backup.db")

    def restore_hub(self) -> None:
        _copy_database(self.folder / "backup.db", self._hub_db)

    # What stands on disk

    def at_hub(self) -> list[bytes]:
        return [bytes(id) for (id,) in self.rows("SELECT checkin_id FROM checkins_checkin")]

    def hub_digest(self) -> int:
        return int.from_bytes(self.rows("SELECT digest FROM feed_feed")[0][0], "big")

    def rows(self, statement: str) -> list[tuple]:
        """Of the hub's database."""
        if url := self.env["DATABASE_URL"]:
            with psycopg.connect(url) as connection:
                return connection.execute(statement).fetchall()
        return rows_of(self._hub_db, statement)

    @property
    def _hub_db(self) -> Path:
        return self.folder / "hub" / "hub.db"


class Club(Hub):
    """The hub, and one edge with a door and a counter."""

    def __init__(
        self,
        folder: Path,
        members: int = 5,
        seconds: float = 3_600,
        broker: str = "mosquitto",
        database_url: str = "",
    ) -> None:
        super().__init__(folder, broker, database_url)
        seed = [sys.executable, "-m", "tests.system.seed", str(members), str(seconds), str(BENEFIT_LIMIT)]
        self.seeded = json.loads(run_to_end(seed, self.env, folder / "seed.log"))
        self.scanners = {name: Scanner(folder / f"{name}.tty") for name in ("door", "counter")}
        self.enrol(EDGE)
        self.config = self.write("edge.toml", EDGE_CONFIG.format(folder=folder))

    @property
    def edge(self) -> Process:
        return self._running[EDGE]

    def start_edge(self) -> Process:
        edge = self.start_edge_process(EDGE, self.config)
        edge.wait_for(lambda event: event.get("event") == "started", "start")
        return edge

    def start_all(self) -> None:
        self.start_broker()
        self.start_worker()
        self.start_edge().wait_for(lambda event: event.get("event") == "replica", "whole replica")

    def close(self) -> None:
        super().close()
        for scanner in self.scanners.values():
            scanner.close()

    def scan(self, reader: str, code: str) -> Event:
        """One scan, and what the edge says of it."""
        edge = self.edge
        seen = edge.event_count()
        self.scanners[reader].scan(code.encode())
        return edge.wait_for(
            lambda event: event.get("event") == "scan" and event["reader"] == reader, "scan", after=seen
        )

    def code_of(self, slug: str) -> str:
        return next(str(card["code"]) for card in self.seeded["cards"] if card["slug"] == slug)

    # What stands on disk

    def journaled(self) -> list[CheckIn]:
        rows = rows_of(self.folder / EDGE / "journal.db", "SELECT body FROM checkin ORDER BY sequence")
        return [decode(body, CheckIn) for (body,) in rows]

    def uses_in_feed(self) -> int:
        return int(self.rows("SELECT count(*) FROM feed_feedrow WHERE kind = 6 AND body IS NOT NULL")[0][0])

    def newest_membership_of(self, name: str) -> int:
        statement = "SELECT m.id FROM members_membership m JOIN members_customer c ON c.id = m.customer_id"
        return int(self.rows(f"{statement} WHERE c.name = '{name}'")[-1][0])

    def replica_digests(self) -> tuple[int, int]:
        """The one that the edge keeps, and the one counted from the rows on its disk."""
        newest = max((self.folder / EDGE).glob("replica.*.db"), key=lambda path: int(path.name.split(".")[1]))
        rows = rows_of(newest, "SELECT kind, key, ref, body FROM feed_row")
        kept = int.from_bytes(rows_of(newest, "SELECT digest FROM meta")[0][0], "big")
        return kept, moved_digest(0, (), [row_digest(*row) for row in rows])

    def settle(self) -> None:
        """Wait until the hub has all that is journaled and the replica stands where the hub does."""
        wait_until(lambda: len(self.at_hub()) >= len(self.journaled()), "all check-ins at the hub")
        wait_until(lambda: self.replica_digests()[0] == self.hub_digest(), "the replica to be where the hub is")


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


def wait_until(true: Callable[[], bool], what: str, seconds: float = _SETTLE_S) -> None:
    ends_s = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends_s, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.1)


def rows_of(path: Path, statement: str) -> list[tuple]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
