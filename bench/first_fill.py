"""F5: a new edge from nothing to a whole replica, from a hub's database through mosquitto, beside the floor.

The floor is sqlite3 alone: executemany of the same rows by sequence into the same table, the index built at the
end, then a sync to disk. The edge also receives, decodes and proves the digest.
"""

import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from msgspec.structs import astuple

from bench.large_club import rows_of, run_arguments, write_config
from bench.report import Table
from bench.running_hub import RunningHub, running_hub
from demo.processes import Process
from edge.storage import feed_tables

_TIMES = 3
_GOAL = 0.5


def measure(folder: Path, cards: int, say: Callable[[str], None]) -> Table:
    say(f"F5: filling a hub with {cards:,} cards (some minutes) ...")
    rows = [astuple(row) for row in rows_of(cards)]
    edge_s, floor_s = [], []
    with running_hub(folder, "bench.fill_hub", str(cards)) as hub:
        for number in range(_TIMES):
            floor_s.append(_floor(folder / f"floor-{number}.db", rows))
            edge_s.append(_fill_edge(hub, number))
            say(f"F5: {number + 1} of {_TIMES}: {edge_s[-1]:.1f} s, floor {floor_s[-1]:.1f} s")
    return _table(cards, len(rows), edge_s, floor_s)


def _fill_edge(hub: RunningHub, number: int) -> float:
    """Seconds from the start of the edge's process until its replica is whole."""
    edge_folder = hub.folder / f"edge-{number}"
    edge_folder.mkdir()
    config = write_config(edge_folder)
    hub.enrol("clubhouse", edge_folder / "edge")
    begun_s = time.monotonic()
    command = [sys.executable, "-m", "edge", *run_arguments(edge_folder, config)]
    edge = Process("edge", command, {}, edge_folder)
    try:
        edge.wait_for(lambda event: event.get("event") == "replica", "whole replica", seconds=600)
        return time.monotonic() - begun_s
    finally:
        edge.stop()


def _floor(path: Path, rows: list[tuple[object, ...]]) -> float:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(feed_tables.CREATE)
    begun_s = time.monotonic()
    remaining = iter(rows)
    while some := list(islice(remaining, 1_000)):
        connection.execute("BEGIN")
        connection.executemany(feed_tables.INSERT_ROW, some)
        connection.execute("COMMIT")
    connection.execute(feed_tables.CREATE_INDEX)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return time.monotonic() - begun_s


def _table(cards: int, rows: int, edge_s: list[float], floor_s: list[float]) -> Table:
    edge, floor = statistics.median(edge_s), statistics.median(floor_s)
    verdict = "met" if floor / edge >= _GOAL else "missed"
    table = Table(
        "F5: a new edge from zero, hub to edge through mosquitto",
        "at least half of the floor's rows a second",
        ("", "seconds (median)", "min", "max", "rows/s", "cards/s"),
        [
            (
                name,
                f"{mid:.1f}",
                f"{min(all_s):.1f}",
                f"{max(all_s):.1f}",
                f"{rows / mid:,.0f}",
                f"{cards / mid:,.0f}",
            )
            for name, mid, all_s in (("edge", edge, edge_s), ("floor: executemany, index", floor, floor_s))
        ],
    )
    table.remarks = [
        f"The edge reaches {floor / edge:.2f} of the floor: the goal is {verdict}.",
        f"{cards:,} cards, {rows:,} rows, {_TIMES} times in turn with the floor; from the start of the edge's "
        "process to a replica that is whole, its digest proven. Hub, broker and edge share this machine's cores.",
    ]
    return table
