"""F9: what an edge with a large replica takes of a small machine: memory, and time from nothing to the first door.

The edge has no network. Beside it stand Python processes that do nothing but import: the packages from elsewhere
that an edge uses, and all of the edge's own modules with them.
"""

import asyncio
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.large_club import enrol, fill_replica, run_arguments, write_config
from bench.population import code_of
from bench.process_figures import Memory, memory_of
from bench.report import Table
from demo.processes import Process
from demo.scanner import Scanner

PACKAGES = (
    *("asyncio", "sqlite3", "ssl", "aiosqlite", "cbor2", "msgspec", "paho.mqtt.client", "serial", "gpiozero"),
    *("gpiozero.pins.mock", "cryptography.hazmat.primitives.asymmetric.ed25519"),
)
"""What an edge cannot do without."""
_MEMORY_MIB = 64
_START_S = 2.0
_MODULES = ("edge.cli", "edge.app", "gpiozero.pins.mock")
_STARTS = 5
_SCANS = 1_000
_IDLE_S = 60
"""In it are the recount of a million cards' rows, which an edge begins at its start, and the end of that."""
_RECOUNT_S_MAX = 150
_PACE_S = 0.01
_KNOCK_S = 0.02
"""How often the card is held out until the door opens."""


@dataclass(frozen=True)
class _Starts:
    """Seconds from a process's start."""

    edge: list[float]
    packages: list[float]
    modules: list[float]


def measure(folder: Path, cards: int, say: Callable[[str], None]) -> Table:
    say(f"F9: filling a replica with {cards:,} cards ...")
    enrol(folder)
    config = write_config(folder)
    rows = asyncio.run(fill_replica(folder, cards))
    starts = _Starts([], [], [])
    for number in range(_STARTS):
        starts.packages.append(_import_s(_imports(*PACKAGES)))
        starts.modules.append(_import_s(_imports(*_MODULES)))
        starts.edge.append(_start_s(folder, config, cards))
        say(f"F9: start {number + 1} of {_STARTS}: {starts.edge[-1]:.2f} s")
    memory = {
        "floor: python, the packages imported": _importing(_imports(*PACKAGES)),
        "python, the edge's modules imported": _importing(_imports(*_MODULES)),
        **_running(folder, config, cards, say),
    }
    return _table(cards, rows, starts, memory)


def _imports(*modules: str) -> str:
    return f"import {', '.join(modules)}"


def _import_s(imports: str) -> float:
    begun_s = time.monotonic()
    subprocess.run([sys.executable, "-c", imports], check=True)
    return time.monotonic() - begun_s


def _importing(imports: str) -> Memory:
    wait = f"{imports}; print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", wait], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdin is not None
        process.stdout.readline()
        memory = memory_of(process.pid)
        process.stdin.write(b"\n")
    return memory


def _start_s(folder: Path, config: Path, cards: int) -> float:
    """Until the relay's pin has been set by a card that is held out from before the start."""
    scanner, instants = Scanner(folder / "door.tty"), folder / "relay-instants"
    code = f"HTTPS://CLUB.EXAMPLE/C/{code_of(random.randint(1, cards))}".encode()
    command = [sys.executable, "-m", "bench.timed_edge", str(instants), *run_arguments(folder, config)]
    begun_ns = time.monotonic_ns()
    edge = Process("edge", command, {}, folder)
    try:
        while not any(event.get("event") == "scan" for event in edge.events()):
            scanner.scan(code)
            time.sleep(_KNOCK_S)
    finally:
        edge.stop()
        scanner.close()
    _, instant_ns = instants.read_text().split()[:2]
    return (int(instant_ns) - begun_ns) / 1e9


def _running(folder: Path, config: Path, cards: int, say: Callable[[str], None]) -> dict[str, Memory]:
    scanner, memory = Scanner(folder / "door.tty"), {}
    edge = Process("edge", [sys.executable, "-m", "edge", *run_arguments(folder, config)], {}, folder)
    try:
        edge.wait_for(lambda event: event.get("event") == "started", "start")
        say(f"F9: idle for {_IDLE_S} s ...")
        memory["edge, at most until the recount is over"] = _most(edge)
        memory["edge, idle"] = memory_of(edge.pid)
        for _ in range(_SCANS):
            scanner.scan(f"HTTPS://CLUB.EXAMPLE/C/{code_of(random.randint(1, cards))}".encode())
            time.sleep(_PACE_S)
        time.sleep(1.0)
        memory[f"edge, after {_SCANS:,} scans"] = memory_of(edge.pid)
    finally:
        edge.stop()
        scanner.close()
    return memory


def _most(edge: Process) -> Memory:
    """Looked at every half second, for a minute and until it is one process again: the recount has one of its own,
    which takes only the time that nobody else wants."""
    seen, begun_s = [memory_of(edge.pid)], time.monotonic()
    while time.monotonic() < begun_s + (_IDLE_S if seen[-1].processes == 1 else _RECOUNT_S_MAX):
        seen.append(memory_of(edge.pid))
        time.sleep(0.5)
    return max(seen, key=lambda memory: memory.pss)


def _table(cards: int, rows: int, starts: _Starts, memory: dict[str, Memory]) -> Table:
    floor = next(iter(memory.values()))
    most, start_s = max(each.pss for each in memory.values()), statistics.median(starts.edge)
    seconds = dict(zip(memory, (starts.packages, starts.modules, starts.edge), strict=False))
    table = Table(
        "F9: an edge's memory, and its start from cold to the first door",
        f"under {_MEMORY_MIB} MiB (PSS, all processes), under {_START_S:.0f} s without a network",
        ("", "processes", "PSS", "of the floor", "RSS", "start, median", "max"),
    )
    for name, each in memory.items():
        taken = seconds.get(name)
        start = ("", "") if taken is None else (f"{statistics.median(taken):.2f} s", f"{max(taken):.2f} s")
        figures = (f"{each.pss:.1f} MiB", f"{each.pss / floor.pss:.2f} x", f"{each.rss:.1f} MiB")
        table.rows.append((name, str(each.processes), *figures, *start))
    kept, soon = most < _MEMORY_MIB, start_s < _START_S
    table.remarks = [
        f"Memory: the goal is {'met' if kept else 'missed'}. Start: the goal is {'met' if soon else 'missed'}.",
        "PSS divides what other Python processes of this machine hold too (the interpreter's own pages). An edge "
        "that is alone on its machine holds them alone: RSS is then what it takes.",
        f"{cards:,} cards ({rows:,} rows); idle for {_IDLE_S} s at least, until its rows were recounted; then "
        f"{_SCANS:,} scans, {_PACE_S * 1000:.0f} ms apart. Start: from the process's start to the relay's pin set "
        f"by a card that was held out every {_KNOCK_S * 1000:.0f} ms, {_STARTS} times; of floors, until all is "
        "imported and the process has ended.",
        "The page cache is warm, with the replica and Python's files in it: a first start after power-on also "
        "reads them from the SD card.",
    ]
    return table
