"""Counters with an edge each, real processes all: what one redeems, the other has to know."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from demo.processes import Event, Process, run_to_end
from demo.scanner import Scanner
from tests.system.club import Hub

EDGES = ("bar", "terrace")
_CONFIG = """\
site = "clubhouse"

[hardware]
pin_factory = "mock"

[[readers]]
name = "counter"
kind = "counter"
permission = "{permission}"
device = "{folder}/{name}.tty"
undo_permission = "undo"
confirm_seconds = 5.0
"""


class Counter:
    """One edge with one counter."""

    def __init__(self, hub: Hub, name: str, permission: str, partner: str = "") -> None:
        self.name = name
        self._hub = hub
        self._scanner = Scanner(hub.folder / f"{name}.tty")
        self._config = hub.folder / f"{name}.toml"
        text = _CONFIG.format(name=name, folder=hub.folder, permission=permission)
        self._config.write_text(text + (f'partner = "{partner}"\n' if partner else ""))
        self.process = self._start()

    def scan(self, code: str) -> Event:
        seen = self.process.event_count()
        self._scanner.scan(code.encode())
        return self.process.wait_for(lambda event: event.get("event") == "scan", "scan", after=seen)

    def close(self) -> None:
        self._scanner.close()

    def _start(self) -> Process:
        process = self._hub.start_edge_process(self.name, self._config)
        process.wait_for(lambda event: event.get("event") == "replica", "whole replica")
        return process


class Counters:
    def __init__(self, folder: Path, permission: str, members: int, terrace_feed: str = "") -> None:
        """`terrace_feed`: the terrace follows this one, which is nobody's yet."""
        self.hub = Hub(folder)
        edges = [*EDGES[:1], f"{EDGES[1]}@{terrace_feed}"]
        seed = [sys.executable, "-m", "tests.system.seed_counters", str(members), permission, *edges]
        self.seeded = json.loads(run_to_end(seed, self.hub.env, folder / "seed.log"))
        self.hub.enrol(*EDGES)
        self.hub.start_broker()
        self.hub.start_worker()
        self.bar, self.terrace = (Counter(self.hub, name, permission) for name in EDGES)

    def scan_at_both(self, code: str) -> list[Event]:
        """At once, as nearly as two threads can."""
        with ThreadPoolExecutor(2) as both:
            return list(both.map(lambda counter: counter.scan(code), (self.bar, self.terrace)))

    def until(self, reason: str, code: str, counter: Counter, seconds: float = 30) -> Event:
        """Scan until `reason` is the answer, for what has to travel; the answer."""
        ends_s = time.monotonic() + seconds
        while (scan := counter.scan(code))["reason"] != reason:
            assert time.monotonic() < ends_s, f"{scan['reason']}, and never {reason}"
            time.sleep(0.05)
        return scan

    def close(self) -> None:
        self.hub.close()
        for counter in (self.bar, self.terrace):
            counter.close()
