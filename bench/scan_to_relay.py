"""F1: from the last byte of a scan to the relay, with a large replica, beside the least it could cost.

The edge is its own process; this one is the scanner, a pseudo-terminal. A scan's time runs from just before its
bytes are written to the instant the relay's pin has been set, so it includes the kernel's tty and the wake-up of
the edge. The floor is a loop that does only what no edge can leave out: the same look-up by raw sqlite3, one
commit (WAL, synchronous=FULL) and one pin write. Both run at the same pace, in turn, in the same folder.
"""

import asyncio
import os
import random
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gpiozero import DigitalOutputDevice
from gpiozero.pins.mock import MockFactory

from bench.large_club import enrol, fill_replica, run_arguments, write_config
from bench.population import ORGANIZATION_KEY, code_of
from bench.report import Table, spread
from bench.timed_edge import RELAY_PIN
from contract.card import lookup_hash
from demo.processes import Process
from demo.scanner import Scanner
from edge.storage.feed_tables import LOOK_UP

PACE_S = 0.005
_BLOCKS = 5
_WARM_UP = 100
_JOURNAL_ROW_BYTES = 300
"""A check-in's CBOR is about this long."""


def measure(folder: Path, cards: int, scans: int, say: Callable[[str], None]) -> Table:
    say(f"F1: filling a replica with {cards:,} cards ...")
    enrol(folder)
    config = write_config(folder)
    rows = asyncio.run(fill_replica(folder, cards))
    say(f"F1: {scans:,} scans at {PACE_S * 1000:.0f} ms pace, and as many floors ...")
    edge_ms, floor_ms = _in_turn(folder, config, cards, scans, say)
    return _table(cards, rows, scans, edge_ms, floor_ms)


@dataclass(frozen=True)
class Written:
    """One scan: whose card, and when its bytes were about to be written (CLOCK_MONOTONIC, ns)."""

    customer_id: int
    begun_ns: int


def _in_turn(
    folder: Path, config: Path, cards: int, scans: int, say: Callable[[str], None]
) -> tuple[list[float], list[float]]:
    scanner = Scanner(folder / "door.tty")
    instants_path = folder / "relay-instants"
    command = [sys.executable, "-m", "bench.timed_edge", str(instants_path), *run_arguments(folder, config)]
    edge = Process("edge", command, {}, folder)
    draw = random.Random(1)  # the same cards in every run
    floor = _Floor(folder)
    written: list[Written] = []
    floor_ms: list[float] = []
    try:
        edge.wait_for(lambda event: event.get("event") == "started", "start")
        for _ in range(_WARM_UP):
            paced(lambda: written.append(scan(scanner, draw.randint(1, cards))))
            paced(lambda: floor.once(draw.randint(1, cards)))
        for block in range(_BLOCKS):
            for _ in range(scans // _BLOCKS):
                paced(lambda: written.append(scan(scanner, draw.randint(1, cards))))
            for _ in range(scans // _BLOCKS):
                paced(lambda: floor_ms.append(floor.once(draw.randint(1, cards))))
            say(f"F1: {(block + 1) * scans // _BLOCKS:,} of {scans:,}")
        time.sleep(0.5)
    finally:
        edge.stop()
        scanner.close()
        floor.close()
    found = matched(written, read_instants(instants_path))
    return [ms for _, ms in found][_WARM_UP:], floor_ms


def read_instants(path: Path) -> list[tuple[int, int]]:
    """What bench/timed_edge.py wrote: customers, and when the relay was set for them."""
    return [(int(customer), int(ns)) for customer, ns in map(str.split, path.open())]


def matched(written: list[Written], instants: list[tuple[int, int]]) -> list[tuple[Written, float]]:
    """Each scan that moved the relay with its milliseconds, in order; a scan that was dropped is passed over."""
    found: list[tuple[Written, float]] = []
    remaining = iter(written)
    for customer_id, instant_ns in instants:
        begun = next(each for each in remaining if each.customer_id == customer_id)
        found.append((begun, (instant_ns - begun.begun_ns) / 1e6))
    return found


def scan(scanner: Scanner, customer_id: int) -> Written:
    code = f"HTTPS://CLUB.EXAMPLE/C/{code_of(customer_id)}".encode()
    begun_ns = time.monotonic_ns()
    scanner.scan(code)
    return Written(customer_id, begun_ns)


def paced(work: Callable[[], None]) -> None:
    begins_s = time.monotonic()
    work()
    time.sleep(max(0.0, begins_s + PACE_S - time.monotonic()))


class _Floor:
    """One raw look-up, one commit, one pin write."""

    def __init__(self, folder: Path) -> None:
        replica = max((folder / "edge").glob("replica.*.db"))
        self._replica = sqlite3.connect(f"file:{replica}?mode=ro", uri=True)
        self._journal = sqlite3.connect(folder / "floor.db", isolation_level=None)
        self._journal.execute("PRAGMA journal_mode = WAL")
        self._journal.execute("PRAGMA synchronous = FULL")
        self._journal.execute("CREATE TABLE checkin (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB)")
        self._pin = DigitalOutputDevice(RELAY_PIN, pin_factory=MockFactory())

    def once(self, customer_id: int) -> float:
        """Milliseconds."""
        key = lookup_hash(ORGANIZATION_KEY, code_of(customer_id))
        body = os.urandom(_JOURNAL_ROW_BYTES)
        begun_ns = time.monotonic_ns()
        rows = self._replica.execute(LOOK_UP, (key,)).fetchall()
        self._journal.execute("INSERT INTO checkin (body) VALUES (?)", (body,))
        self._pin.on()
        took_ns = time.monotonic_ns() - begun_ns
        assert len(rows) > 2, "the floor looks up a card that exists"
        return took_ns / 1e6

    def close(self) -> None:
        self._replica.close()
        self._journal.close()
        self._pin.close()


def _table(cards: int, rows: int, scans: int, edge_ms: list[float], floor_ms: list[float]) -> Table:
    edge, floor = spread(edge_ms), spread(floor_ms)
    ratio = sorted(edge_ms)[len(edge_ms) // 2] / sorted(floor_ms)[len(floor_ms) // 2]
    table = Table(
        "F1: last byte of a scan to relay, idle",
        "p99 under 5 ms; p50 under 3 x floor",
        ("", "p50", "p99", "max"),
        [("edge", *edge), ("floor: raw look-up, commit, pin write", *floor)],
    )
    table.remarks = [
        f"p50 is {ratio:.2f} x the floor.",
        f"{scans - len(edge_ms)} of {scans:,} scans were dropped: a reader's queue holds 16, so at this pace a "
        "stall of the machine of more than 80 ms costs some.",
        f"{cards:,} cards ({rows:,} rows); {scans:,} scans, {PACE_S * 1000:.0f} ms apart, in turn with the floor.",
        "The scanner is a pseudo-terminal and the pin gpiozero's mock: a real scanner adds 2 to 50 ms of its own "
        "line, a real pin some microseconds.",
    ]
    return table
