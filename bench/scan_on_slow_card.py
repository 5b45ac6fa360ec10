"""F3: F1's door on an SD card, whose fsync takes 4 to 10 ms and now and then stalls; and what a scan writes there.

Beside it the same edge on this machine's own disk, in the same folder, one after the other.
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.large_club import enrol, fill_replica, run_arguments, write_config
from bench.report import Table, spread
from bench.scan_to_relay import Written, matched, paced, read_instants, scan
from bench.slow_card_edge import FSYNC_S, STALL_S, STALLS
from demo.processes import Process
from demo.scanner import Scanner

_PACE_S = 0.060
_WARM_UP = 20


@dataclass(frozen=True)
class _Measured:
    """Milliseconds of each scan; bytes that the edge gave to the disk for one."""

    all_ms: list[float]
    bytes_a_scan: float


def measure(folder: Path, cards: int, scans: int, say: Callable[[str], None]) -> Table:
    say(f"F3: filling a replica with {cards:,} cards ...")
    enrol(folder)
    config = write_config(folder)
    asyncio.run(fill_replica(folder, cards))
    say(f"F3: twice {scans:,} scans, {_PACE_S * 1000:.0f} ms apart ...")
    card = _one(folder, config, "bench.slow_card_edge", cards, scans)
    disk = _one(folder, config, "bench.timed_edge", cards, scans)
    return _table(cards, scans, card, disk)


def _one(folder: Path, config: Path, module: str, cards: int, scans: int) -> _Measured:
    scanner = Scanner(folder / "door.tty")
    instants_path = folder / "relay-instants"
    edge = Process(
        "edge", [sys.executable, "-m", module, str(instants_path), *run_arguments(folder, config)], {}, folder
    )
    draw = random.Random(1)  # the same cards in every run
    written: list[Written] = []

    def scan_paced(count: int) -> None:
        for _ in range(count):
            paced(lambda: written.append(scan(scanner, draw.randint(1, cards))), _PACE_S)

    try:
        edge.wait_for(lambda event: event.get("event") == "started", "start")
        scan_paced(_WARM_UP)
        before = _bytes_written(edge.pid)
        scan_paced(scans)
        time.sleep(2 * STALL_S)
        bytes_a_scan = (_bytes_written(edge.pid) - before) / scans
    finally:
        edge.stop()
        scanner.close()
    all_ms = [ms for _, ms in matched(written, read_instants(instants_path))][_WARM_UP:]
    return _Measured(all_ms, bytes_a_scan)


def _bytes_written(process: int) -> int:
    """proc(5), io: what it caused to be sent to the storage layer."""
    for line in Path(f"/proc/{process}/io").read_text().splitlines():
        name, _, value = line.partition(": ")
        if name == "write_bytes":
            return int(value)
    raise LookupError("the kernel does not count what processes write")


def _table(cards: int, scans: int, card: _Measured, disk: _Measured) -> Table:
    table = Table(
        "F3: last byte of a scan to relay, on an SD card",
        "door p99 under 50 ms, never over 100 ms",
        ("", "p50", "p99", "max", "bytes written a scan"),
        [
            ("edge, an SD card's fsync under the journal", *spread(card.all_ms), f"{card.bytes_a_scan:,.0f}"),
            ("edge, this machine's disk", *spread(disk.all_ms), f"{disk.bytes_a_scan:,.0f}"),
        ],
    )
    shortest_ms, longest_ms = (round(each * 1000) for each in FSYNC_S)
    table.remarks = [
        f"A commit takes {shortest_ms} to {longest_ms} ms longer, 1 in {1 / STALLS:.0f} {STALL_S * 1000:.0f} ms: "
        "a door waits for its commit for 40 ms at most, then it opens, and the commit finishes behind it.",
        f"{scans - len(card.all_ms)} of {scans:,} scans were dropped on the card; {cards:,} cards.",
        "Bytes are those of the edge's main process by the kernel's count (write_bytes in /proc/PID/io), "
        "checkpoints of the journal's WAL among them; what the file system adds for its own journal is not.",
    ]
    return table
