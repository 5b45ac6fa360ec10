"""F6: from the commit of a change at the hub until an edge decides by it, beside a round trip of MQTT.

The hub's database, its worker, mosquitto and the edge are processes of their own, as they are installed; what is
changed is whether a membership has ended. Instants are CLOCK_MONOTONIC, which is one clock for all of them.
"""

import random
import statistics
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.large_club import run_arguments, write_config
from bench.light_edge import name_of
from bench.report import Table, percentile, spread
from bench.round_trip import RoundTrips
from bench.running_hub import RunningHub, running_hub
from demo.scanner import Scanner

_PEOPLE = 2_000
_GOAL_MS = 100
_SINGLE = ("300", "0.2")
_BURSTS = ("49", "0", "1", "1.5") * 12
_SETTLE_S = 2.0

Instants = list[tuple[int, int]]
"""Sequence and CLOCK_MONOTONIC in nanoseconds, both rising."""


def measure(folder: Path, say: Callable[[str], None]) -> Table:
    random.seed(1)
    say(f"F6: a hub with {_PEOPLE:,} people ...")
    with running_hub(folder, "bench.fill_fleet", "1", str(_PEOPLE)) as hub:
        hub.enrol(name_of(0), folder / "edge")
        scanner, instants = Scanner(folder / "door.tty"), folder / "instants"
        config = write_config(folder)
        edge = hub.start("edge", "bench.watching_edge", str(instants), *run_arguments(folder, config))
        try:
            edge.wait_for(lambda event: event.get("event") == "replica", "whole replica")
            time.sleep(_SETTLE_S)
            trips = RoundTrips(hub.broker.port)
            say("F6: changes one by one ...")
            single, single_trips_ms = _commit(hub, _SINGLE), trips.take()
            say("F6: changes in bursts ...")
            bursts, burst_trips_ms = _commit(hub, _BURSTS), trips.take()
            trips.close()
        finally:
            edge.stop()
            scanner.close()
    seen = _read(instants.read_text())
    return _table(
        {
            "one change at a time": (_latencies_ms(single, seen), single_trips_ms),
            "50 changes as fast as they commit": (_latencies_ms(bursts, seen), burst_trips_ms),
        }
    )


def _commit(hub: RunningHub, figures: Sequence[str]) -> Instants:
    committed = _read(hub.run("changes", "bench.commit_changes", str(hub.filled.membership), *figures))
    time.sleep(_SETTLE_S)
    return committed


def _read(lines: str) -> Instants:
    return [(int(sequence), int(ns)) for sequence, ns in map(str.split, lines.splitlines())]


def _latencies_ms(committed: Instants, seen: Instants) -> list[float]:
    """Of each commit until the first look-up that saw its sequence, or a later one."""
    sequences = [sequence for sequence, _ in seen]
    return [(seen[bisect_left(sequences, sequence)][1] - ns) / 1e6 for sequence, ns in committed]


def _table(measured: dict[str, tuple[list[float], list[float]]]) -> Table:
    table = Table(
        "F6: a commit at the hub to another decision at the edge",
        f"p99 under {_GOAL_MS} ms",
        ("", "p50", "p99", "max", "p50 of the floor's"),
    )
    for name, (latencies_ms, trips_ms) in measured.items():
        ratio = statistics.median(latencies_ms) / statistics.median(trips_ms)
        table.rows.append((f"{name} ({len(latencies_ms)})", *spread(latencies_ms), f"{ratio:.1f} x"))
        table.rows.append((f"floor: MQTT round trips meanwhile ({len(trips_ms)})", *spread(trips_ms), ""))
    worst_ms = max(percentile(latencies_ms, 0.99) for latencies_ms, _ in measured.values())
    table.remarks = [
        f"The worse p99 is {worst_ms:.1f} ms: the goal is {'met' if worst_ms < _GOAL_MS else 'missed'}.",
        "From the return of the commit (SQLite) to the answer of a look-up through the connection by which scans "
        "are decided. The worker looks at its feeds every 20 ms: 10 ms of a change on average.",
        "A round trip is from this process to mosquitto and back, QoS 1, 300 bytes. A change is committed, read, "
        "sealed, published, unsealed, written to the replica's disk and looked up.",
    ]
    return table
