"""F2: from the last byte of a scan to the relay while the edge loads its whole feed anew and sends its check-ins.

All of it as it is installed: a hub's worker, mosquitto, the edge as a process with a pseudo-terminal and a mock
relay. First the edge loads its feed with nobody scanning, which is the rate that the goal is held against;
then it is scanned with nothing to load, then told to load all of it anew beside the replica that decides, then
scanned with nothing to load again.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.large_club import run_arguments, write_config
from bench.population import ORGANIZATION_KEY
from bench.report import Table, percentile, spread
from bench.running_hub import RunningHub, running_hub
from bench.scan_to_relay import PACE_S, Written, matched, paced, read_instants, scan
from demo.processes import Event, Process
from demo.scanner import Scanner

_IDLE_SCANS = 2_000
_WARM_UP = 100
_LOAD_S_MAX = 1_200.0
_P99_MS = 10.0
_MAX_MS = 50.0
_RATE = 0.5


def measure(folder: Path, cards: int, say: Callable[[str], None]) -> Table:
    say(f"F2: filling a hub with {cards:,} cards (some minutes) ...")
    with _all_but_the_edges() as edges, running_hub(folder, "bench.fill_hub", str(cards)) as hub:
        (folder / "hub" / "keys" / "organization.key").write_text(ORGANIZATION_KEY.hex())
        hub.enrol("clubhouse", folder / "edge")
        return _Run(hub, cards, edges, say).table()


@contextmanager
def _all_but_the_edges() -> Iterator[int]:
    """The first processor is the edge's, this process and those that it starts have the others: in a club the hub
    and its broker are another machine."""
    all_of_them = os.sched_getaffinity(0)
    first = min(all_of_them)
    os.sched_setaffinity(0, all_of_them - {first} or all_of_them)
    try:
        yield first
    finally:
        os.sched_setaffinity(0, all_of_them)


class _Run:
    def __init__(self, hub: RunningHub, cards: int, processor: int, say: Callable[[str], None]) -> None:
        self._hub = hub
        self._folder = hub.folder
        self._cards = cards
        self._processor = processor
        self._say = say
        self._draw = random.Random(2)  # the same cards in every run
        self._written: list[Written] = []

    def table(self) -> Table:
        scanner = Scanner(self._folder / "door.tty")
        instants = self._folder / "relay-instants"
        arguments = run_arguments(self._folder, write_config(self._folder))
        begun_s = time.monotonic()
        program = [sys.executable, "-m", "bench.timed_edge", str(instants), *arguments]
        edge = Process("edge", ["taskset", "--cpu-list", str(self._processor), *program], {}, self._folder)
        try:
            rows = edge.wait_for(_is_whole, "whole replica", _LOAD_S_MAX)["sequence"]
            alone_s = time.monotonic() - begun_s
            self._say(f"F2: loaded with nobody scanning in {alone_s:.1f} s")
            self._scan_until(scanner, lambda: len(self._written) >= _WARM_UP + _IDLE_SCANS)
            quiet = len(self._written)
            beside_s = self._scan_beside(scanner, edge)
            over = len(self._written)
            self._say(f"F2: loaded beside {over - quiet:,} scans in {beside_s:.1f} s")
            self._scan_until(scanner, lambda: len(self._written) >= over + _IDLE_SCANS)
            time.sleep(0.5)
        finally:
            edge.stop()
            scanner.close()
        begun_ns, ended_ns = self._written[quiet].begun_ns, self._written[over].begun_ns
        found = matched(self._written, read_instants(instants))[_WARM_UP:]
        idle = [ms for written, ms in found if not begun_ns <= written.begun_ns < ended_ns]
        beside = [ms for written, ms in found if begun_ns <= written.begun_ns < ended_ns]
        dropped = len(self._written) - _WARM_UP - len(found)
        return _table(self._cards, int(rows), dropped, idle, beside, alone_s, beside_s)

    def _scan_beside(self, scanner: Scanner, edge: Process) -> float:
        """Seconds from the order to load anew until the fresh replica decides."""
        seen = edge.event_count()
        ordered = self._hub.start("order", "hub", "order", "resync", "clubhouse")
        edge.wait_for(lambda event: event.get("event") == "command", "order", after=seen)
        begun_s = time.monotonic()
        self._scan_until(scanner, lambda: any(map(_is_whole, edge.events()[seen:])))
        took_s = time.monotonic() - begun_s
        ordered.stop()
        return took_s

    def _scan_until(self, scanner: Scanner, is_over: Callable[[], bool]) -> None:
        ends_s = time.monotonic() + _LOAD_S_MAX
        while not is_over() and time.monotonic() < ends_s:
            for _ in range(20):
                paced(lambda: self._written.append(scan(scanner, self._draw.randint(1, self._cards))))


def _is_whole(event: Event) -> bool:
    return event.get("event") == "replica"


def _table(  # noqa: PLR0917 (what was measured)
    cards: int, rows: int, dropped: int, idle: list[float], beside: list[float], alone_s: float, beside_s: float
) -> Table:
    p99, worst, rate = percentile(beside, 0.99), max(beside), alone_s / beside_s
    met = p99 < _P99_MS and worst < _MAX_MS and rate >= _RATE
    table = Table(
        "F2: last byte of a scan to relay, while the feed is loaded anew",
        f"p99 under {_P99_MS:.0f} ms, max under {_MAX_MS:.0f} ms; at least half of the rows/s without scans",
        ("", "p50", "p99", "max", "rows/s"),
        [
            ("nothing to load, before and after", *spread(idle), "-"),
            ("while all rows are loaded", *spread(beside), f"{rows / beside_s:,.0f}"),
            ("loaded with nobody scanning", "-", "-", "-", f"{rows / alone_s:,.0f}"),
        ],
    )
    table.remarks = [
        f"The goal is {'met' if met else 'missed'}: p99 {p99:.1f} ms, max {worst:.1f} ms, {rate:.2f} of the rate.",
        f"{cards:,} cards, {rows:,} rows; scans {PACE_S * 1000:.0f} ms apart ({len(idle):,} and {len(beside):,}), "
        f"{dropped} dropped by the reader's queue; every check-in is sent to the hub meanwhile.",
        "The edge's processes have one of this machine's cores; hub, broker and scanner have the others. The rate "
        "without scans includes the start of the edge.",
    ]
    return table
