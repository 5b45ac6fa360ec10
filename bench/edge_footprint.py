"""F9: what an edge with a large replica takes of a small machine: memory, and time from nothing to the first door.

The edge has no network. Beside it stand Python processes that do nothing but import: the packages from elsewhere
that an edge uses, and all of the edge's own modules with them. It is measured without pins, and with the real
lgpio library, whose lines answer though there is no chip (bench/without_chip): then with its dead man's switch.
"""

import asyncio
import random
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.large_club import enrol, fill_replica, run_arguments, write_config
from bench.population import code_of
from bench.process_figures import Memory, children_of, memory_of
from bench.report import Table
from demo.processes import Process
from demo.scanner import Scanner
from tests.edge.edge_at_pins import at_pins
from tests.machine import package

PACKAGES = (
    *("asyncio", "sqlite3", "ssl", "aiosqlite", "cbor2", "msgspec", "paho.mqtt.client", "serial", "gpiozero"),
    *("gpiozero.pins.mock", "cryptography.hazmat.primitives.asymmetric.ed25519"),
)
"""What an edge cannot do without."""
_WITHOUT_CHIP = Path(__file__).parent / "without_chip"
_MEMORY_MIB = 64
_START_S = 2.0
_EDGE, _AT_PINS = "edge", "edge with pins"
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


@dataclass(frozen=True)
class _Edge:
    """`processes` are those that it always has."""

    name: str
    command: list[str]
    variables: dict[str, str]
    processes: int


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
        **_running(folder, cards, say, _without_pins(folder, config)),
        **_running(folder, cards, say, _with_pins(folder, config)),
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


def _without_pins(folder: Path, config: Path) -> _Edge:
    return _Edge(_EDGE, [sys.executable, "-m", "edge", *run_arguments(folder, config)], {}, 1)


def _with_pins(folder: Path, config: Path) -> _Edge:
    real = folder / "lgpio"
    with zipfile.ZipFile(package.lgpio(package.CHECKOUT / "build" / "machine")) as wheel:
        wheel.extractall(real)
    config.write_text(config.read_text().replace('pin_factory = "mock"', 'pin_factory = "lgpio"'))
    variables = {
        **at_pins(folder / "lines"),
        "PYTHONPATH": f"{_WITHOUT_CHIP}:{package.CHECKOUT}",
        "REAL_LGPIO": str(real),
    }
    command = [sys.executable, "-m", "tests.edge.edge_at_pins", *run_arguments(folder, config)]
    return _Edge(_AT_PINS, command, variables, 2)


def _running(folder: Path, cards: int, say: Callable[[str], None], which: _Edge) -> dict[str, Memory]:
    scanner, memory, name = Scanner(folder / "door.tty"), {}, which.name
    edge = Process(name, which.command, which.variables, folder)
    try:
        edge.wait_for(lambda event: event.get("event") == "started", "start")
        say(f"F9: {name}, idle for {_IDLE_S} s ...")
        memory[f"{name}, at most until the recount is over"] = _most(edge, which.processes)
        memory[f"{name}, idle"] = memory_of(edge.pid)
        for _ in range(_SCANS):
            scanner.scan(f"HTTPS://CLUB.EXAMPLE/C/{code_of(random.randint(1, cards))}".encode())
            time.sleep(_PACE_S)
        time.sleep(1.0)
        memory[f"{name}, after {_SCANS:,} scans"] = memory_of(edge.pid)
        for switch in children_of(edge.pid):
            memory[f"{name}: its dead man's switch"] = memory_of(switch)
    finally:
        edge.stop()
        scanner.close()
    return memory


def _most(edge: Process, processes: int) -> Memory:
    """Looked at every half second, for a minute and until it has its own `processes` alone: the recount is one
    more, which takes only the time that nobody else wants."""
    seen, begun_s = [memory_of(edge.pid)], time.monotonic()
    while time.monotonic() < begun_s + (_IDLE_S if seen[-1].processes == processes else _RECOUNT_S_MAX):
        seen.append(memory_of(edge.pid))
        time.sleep(0.5)
    return max(seen, key=lambda memory: memory.pss)


def _table(cards: int, rows: int, starts: _Starts, memory: dict[str, Memory]) -> Table:
    floor = next(iter(memory.values()))
    start_s = statistics.median(starts.edge)
    seconds = dict(zip(memory, (starts.packages, starts.modules, starts.edge), strict=False))
    table = Table(
        "F9: an edge's memory, and its start from cold to the first door",
        f"under {_MEMORY_MIB} MiB (PSS, all processes), under {_START_S:.0f} s without a network",
        ("", "processes", "PSS", "of the floor", "alone", "start, median", "max"),
    )
    for name, each in memory.items():
        taken = seconds.get(name)
        start = ("", "") if taken is None else (f"{statistics.median(taken):.2f} s", f"{max(taken):.2f} s")
        alone = "" if each.alone is None else f"{each.alone:.1f} MiB"
        figures = (f"{each.pss:.1f} MiB", f"{each.pss / floor.pss:.2f} x", alone)
        table.rows.append((name, str(each.processes), *figures, *start))
    table.remarks = [
        f"Memory: the goal is {_memory_word(memory, _EDGE)}; with pins it is {_memory_word(memory, _AT_PINS)}. "
        f"Start, without pins: the goal is {_word(start_s < _START_S)}.",
        "With pins: the real lgpio library, though there is no chip here, and beside the edge the process that is "
        "its dead man's switch.",
        "PSS divides what other processes of this machine hold too: the interpreter's own pages, the C library. "
        "Alone is what it takes where nobody else holds any of them, each page counted once: at most "
        f"{_alone_text(memory, _EDGE)}, with pins {_alone_text(memory, _AT_PINS)}.",
        f"{cards:,} cards ({rows:,} rows); idle for {_IDLE_S} s at least, until its rows were recounted; then "
        f"{_SCANS:,} scans, {_PACE_S * 1000:.0f} ms apart. Start: from the process's start to the relay's pin set "
        f"by a card that was held out every {_KNOCK_S * 1000:.0f} ms, {_STARTS} times; of floors, until all is "
        "imported and the process has ended.",
        "The page cache is warm, with the replica and Python's files in it: a first start after power-on also "
        "reads them from the SD card.",
    ]
    return table


def _memory_word(memory: dict[str, Memory], name: str) -> str:
    return _word(all(each.pss < _MEMORY_MIB for each in _all_of(memory, name)))


def _alone_text(memory: dict[str, Memory], name: str) -> str:
    alone = [each.alone for each in _all_of(memory, name) if each.alone is not None]
    return f"{max(alone):.1f} MiB ({_word(max(alone) < _MEMORY_MIB)})" if alone else "not known (only root may)"


def _all_of(memory: dict[str, Memory], name: str) -> list[Memory]:
    """Of this edge, all its processes together."""
    return [each for of, each in memory.items() if of.startswith(f"{name},")]


def _word(kept: bool) -> str:
    return "met" if kept else "missed"
