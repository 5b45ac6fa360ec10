"""F10: what a fleet costs its hub: processor time of one worker a change, a check-in and an hour in which nothing
happens, with 10, 100 and 1,000 edges on one broker; the broker's own beside it.

The edges are light ones (bench/light_fleet.py): real messages, sealed, over sessions of their own. A worker
without edges is measured as well: what the rest costs beyond that is the edges'.
"""

import random
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from bench.light_fleet import EVERY_S, LightFleet
from bench.process_figures import cpu_s
from bench.report import Table
from bench.running_hub import RunningHub, running_hub
from tests.hub import postgresql

_COUNTS = (10, 100, 1_000)
_COUNTS_POSTGRESQL = (0, 1_000)
_SETTLE_S = 5.0
_HUSHED_S = 40.0
_CHANGES = 100
_CHANGE_PAUSE_S = 0.3
_CHECKINS_S = 30.0
_CHECKIN_EVERY_S = 0.05
_PEOPLE = 10
_FLAT = 1.5


@dataclass(frozen=True)
class _Used:
    """Seconds of processor time, and the seconds in which they were used."""

    worker_s: float
    broker_s: float
    took_s: float

    def __sub__(self, before: "_Used") -> "_Used":
        return _Used(self.worker_s - before.worker_s, self.broker_s - before.broker_s, self.took_s - before.took_s)

    def beyond(self, idle: "_Used", times: int) -> tuple[float, float]:
        """Milliseconds of worker and broker for each of `times`, without what idling costs meanwhile."""
        share = self.took_s / idle.took_s
        worker_s, broker_s = self.worker_s - idle.worker_s * share, self.broker_s - idle.broker_s * share
        return worker_s / times * 1e3, broker_s / times * 1e3

    def an_hour(self) -> tuple[float, float]:
        """Seconds of worker and broker."""
        return self.worker_s / self.took_s * 3_600, self.broker_s / self.took_s * 3_600


@dataclass(frozen=True)
class _Cost:
    """Of worker and broker: seconds an idle hour, milliseconds a change and a check-in."""

    database: str
    edges: int
    idle_s: tuple[float, float]
    change_ms: tuple[float, float]
    checkin_ms: tuple[float, float]


@dataclass(frozen=True)
class _World:
    """A hub with its broker, worker and fleet."""

    database: str
    hub: RunningHub
    fleet: LightFleet

    def used(self) -> "_Used":
        """Since the processes began."""
        return _Used(cpu_s(self.hub.worker.pid), cpu_s(self.hub.broker.pid), time.monotonic())


def measure(folder: Path, say: Callable[[str], None]) -> Table:
    cluster = postgresql.start()
    try:
        with ExitStack() as stack:
            say("F10: starting six hubs and their fleets ...")
            worlds = [_world(stack, folder / str(count), count) for count in (0, *_COUNTS)]
            for count in _COUNTS_POSTGRESQL:
                cluster.create_database(f"hub{count}")
                url = cluster.url(f"hub{count}")
                worlds.append(_world(stack, folder / f"postgresql-{count}", count, url))
            time.sleep(_SETTLE_S)
            say(f"F10: all hubs at once: idle for {EVERY_S:.0f} s ...")
            idle = _used(worlds, EVERY_S)
            for world in worlds:
                world.fleet.hush()
            time.sleep(_SETTLE_S)
            say(f"F10: three times {_HUSHED_S:.0f} s: nothing, changes, check-ins ...")
            hushed = (
                _used(worlds, _HUSHED_S),
                _used(worlds, _HUSHED_S, _change),
                _used(worlds, _HUSHED_S, _check_in),
            )
            for world in worlds:
                _check(world)
            costs = [_cost(*each) for each in zip(worlds, idle, *hushed, strict=True)]
    finally:
        postgresql.stop(cluster)
    return _table(costs)


def _world(stack: ExitStack, folder: Path, count: int, url: str = "") -> _World:
    folder.mkdir()
    database = "PostgreSQL" if url else "SQLite"
    fill = ("bench.fill_fleet", str(count), str(_PEOPLE))
    hub = stack.enter_context(running_hub(folder, *fill, database_url=url))
    fleet = LightFleet(count, hub.broker.port, hub.filled.verifying())
    stack.callback(fleet.close)
    return _World(database, hub, fleet)


def _used(worlds: list[_World], seconds: float, work: Callable[[_World], None] | None = None) -> list[_Used]:
    """In so many seconds, while each world does its work."""
    before, ends_s = [world.used() for world in worlds], time.monotonic() + seconds
    threads = [threading.Thread(target=work, args=(world,)) for world in worlds if work is not None]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(max(0.0, ends_s - time.monotonic()))
    return [world.used() - then for world, then in zip(worlds, before, strict=True)]


def _cost(world: _World, idle: _Used, hushed: _Used, change: _Used, checkin: _Used) -> _Cost:
    edges = world.fleet.edges
    checkins = sum(each.last for each in edges) or 1
    changed, checked_in = change.beyond(hushed, _CHANGES), checkin.beyond(hushed, checkins)
    return _Cost(world.database, len(edges), idle.an_hour(), changed, checked_in)


def _change(world: _World) -> None:
    hub = world.hub
    hub.run("changes", "bench.commit_changes", str(hub.filled.membership), str(_CHANGES), str(_CHANGE_PAUSE_S))


def _check_in(world: _World) -> None:
    fleet, filled = world.fleet, world.hub.filled

    def check_in() -> None:
        random.choice(fleet.edges).check_in(filled.member, filled.membership)

    if fleet.edges:
        fleet.repeat(_CHECKIN_EVERY_S, _CHECKINS_S, check_in)
        time.sleep(_CHECKINS_S + 0.5)
        fleet.wait_for_acks()


def _check(world: _World) -> None:
    """What was measured has happened."""
    hub, fleet = world.hub, world.fleet
    if len({edge.sequence for edge in fleet.edges}) > 1:
        raise SystemExit("F10: the edges have not come to one sequence")
    dropped = [event for event in hub.worker.events() if event.get("event") == "dropped"]
    if dropped:
        raise SystemExit(f"F10: the worker dropped messages: {dropped[0]}")


def _table(costs: list[_Cost]) -> Table:
    table = Table(
        "F10: what a fleet costs one hub worker",
        "flat in the number of edges, but for what each edge itself needs",
        (
            "edges",
            "a change",
            "a check-in",
            "an idle hour",
            "of it for each edge",
            "broker: change",
            "check-in",
            "hour",
        ),
    )
    without = {each.database: each for each in costs if not each.edges}
    each_s = {}
    for cost in costs:
        each_s[cost] = (cost.idle_s[0] - without[cost.database].idle_s[0]) / (cost.edges or 1)
        checkin = [f"{ms:.1f} ms" if cost.edges else "" for ms in cost.checkin_ms]
        table.rows.append(
            (
                f"{cost.edges or 'none':,}" if cost.edges else f"**{cost.database}**, none",
                f"{cost.change_ms[0]:.1f} ms",
                checkin[0],
                f"{cost.idle_s[0]:.0f} s",
                f"{each_s[cost]:.2f} s" if cost.edges else "",
                f"{cost.change_ms[1]:.1f} ms",
                checkin[1],
                f"{cost.idle_s[1]:.0f} s",
            )
        )
    few, many = (next(each for each in costs if each.edges == count) for count in _COUNTS[1:])
    ratios = {
        "a change": many.change_ms[0] / few.change_ms[0],
        "a check-in": many.checkin_ms[0] / few.checkin_ms[0],
        "an edge's share of an idle hour": each_s[many] / each_s[few],
    }
    met = all(ratio <= _FLAT for ratio in ratios.values())
    told = ", ".join(f"{what} {ratio:.2f} x" for what, ratio in ratios.items())
    table.remarks = [
        f"{many.edges:,} edges beside {few.edges}: {told}. The goal (at most {_FLAT} x) is "
        f"{'met' if met else 'missed'}.",
        "Processor time, user and system, of the worker's and mosquitto's processes; that of PostgreSQL's is not "
        "in it. Each edge's idle hour: 60 presences, 60 telemetries, 60 pulls.",
        f"All hubs at once: {EVERY_S:.0f} s idle. Then the edges say nothing by themselves, and from what each "
        f"{_HUSHED_S:.0f} s took, those in which nothing happened are taken away: {_CHANGES} changes, "
        f"{_CHANGE_PAUSE_S} s apart, by another process; check-ins at random edges, "
        f"{_CHECKIN_EVERY_S * 1000:.0f} ms apart for {_CHECKINS_S:.0f} s, a batch each.",
        "The broker hands every change to every edge: that costs it more with more of them, as each needs it.",
    ]
    return table
