"""F7: check-ins a second that hub workers take in, from mosquitto to the database and acked, beside a worker
without a database and beside the rows alone.

Each edge has four messages unanswered at most, as its outbox has: one check-in a message, as members come one by
one, and 500, as after hours without a network.
"""

import json
import secrets
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

from bench.journal_sender import send
from bench.report import Table
from bench.running_hub import RunningHub, running_hub
from bench.sealed_journals import Load, Member, sealed
from demo.processes import Process
from tests.hub import postgresql

_EDGES = 500
_MEMBERS = 2_000
_ONE_BY_ONE = Load(_EDGES, 40, 1)
_AFTER_A_NIGHT = Load(50, 2, 500)
_REDEEMED = replace(_ONE_BY_ONE, messages=8, redeemed=0.1)
_LOADS = {
    "one a message": _ONE_BY_ONE,
    "500 a message": _AFTER_A_NIGHT,
    "one a message, a tenth redeems": _REDEEMED,
}
_WORKERS = (1, 2, 4)
_TIMES = 3
_ALONE = 20_000
_AT_ONCE = 1_000
"""A turn of a worker takes about as many at this load."""
_SETTLE_S = 1.0
_GOAL = 0.7

_Rates = dict[str, list[float]]
"""Check-ins a second, of each run, by what took them in."""


@dataclass
class _Measured:
    """Of one database: rates of each load, and of rows alone."""

    database: str
    rates: dict[str, _Rates] = field(default_factory=dict)
    alone: dict[str, float] = field(default_factory=dict)


def measure(folder: Path, say: Callable[[str], None], share: float = 1.0) -> Table:
    """`share`: of the check-ins, for a try."""
    loads = {name: replace(load, messages=max(1, round(load.messages * share))) for name, load in _LOADS.items()}
    measured = [_measured(folder / "sqlite", "SQLite", "", loads, say)]
    cluster = postgresql.start(durable=True)
    try:
        cluster.create_database("hub")
        measured.append(_measured(folder / "postgresql", "PostgreSQL", cluster.url("hub"), loads, say))
    finally:
        postgresql.stop(cluster)
    return _table(measured)


def _measured(
    folder: Path, database: str, url: str, loads: dict[str, Load], say: Callable[[str], None]
) -> _Measured:
    folder.mkdir()
    found = _Measured(database)
    say(f"F7: {database}: {_EDGES} edges, {_MEMBERS:,} members ...")
    with running_hub(folder, "bench.fill_members", str(_EDGES), str(_MEMBERS), database_url=url) as hub:
        hub.worker.stop()
        members = [Member(*each) for each in json.loads(hub.printed)]
        for how in ("executemany", "hub", "copy") if url else ("executemany",):
            printed = hub.run("alone", "bench.rows_alone", how, str(_ALONE), str(_AT_ONCE))
            found.alone[how] = _ALONE / float(printed)
        for name, load in loads.items():
            rates: _Rates = {}
            for _ in range(_TIMES):
                for taker, start in _takers(hub, load):
                    rate = _rate(hub, load, members, start)
                    rates.setdefault(taker, []).append(rate)
                    say(f"F7: {database}, {name}, {taker}: {rate:,.0f}/s")
            found.rates[name] = rates
    return found


_Start = Callable[[ExitStack, bytes], list[Process]]


def _takers(hub: RunningHub, load: Load) -> list[tuple[str, _Start]]:
    port = str(hub.broker.port)

    def consumer(*how: str) -> _Start:
        return lambda stack, journal: [
            _started(
                stack,
                hub,
                "consumer",
                "bench.no_database",
                port,
                journal.hex(),
                str(load.rows),
                *how,
            )
        ]

    def workers(count: int) -> _Start:
        return lambda stack, _: [_started(stack, hub, f"worker-{each}", "hub", "worker") for each in range(count)]

    takers = [(f"{count} worker{'s' * (count > 1)}", workers(count)) for count in _WORKERS]
    return [("no database, unread", consumer("--unread")), ("no database", consumer()), *takers]


def _started(stack: ExitStack, hub: RunningHub, name: str, *command: str) -> Process:
    process = hub.start(name, *command)
    stack.callback(process.stop)
    return process


def _rate(hub: RunningHub, load: Load, members: Sequence[Member], start: _Start) -> float:
    journal = secrets.token_bytes(16)
    journals = sealed(load, journal, members)
    with ExitStack() as stack:
        for process in start(stack, journal):
            process.wait_for(lambda event: event.get("event") == "worker_ready", "connection to the broker")
        time.sleep(_SETTLE_S)
        return load.checkins / send(hub.broker.port, journal, journals)


def _table(measured: Sequence[_Measured]) -> Table:
    heads = ("check-ins/s", "of no database", "of executemany")
    table = Table(
        "F7: check-ins that workers take in, broker to database to ack",
        f"one worker at least {_GOAL:.0%} of one without a database",
        ("", *(f"{each.database}: {head}" for each in measured for head in heads)),
    )
    empty = ("",) * (len(table.head) - 1)
    for name, rates in measured[0].rates.items():
        table.rows.append((f"**{name}**", *empty))
        table.rows += [(each, *chain.from_iterable(_cells(one, name, each) for one in measured)) for each in rates]
    table.rows.append(("**rows alone**", *empty))
    for how, words in _ALONE_WORDS.items():
        table.rows.append((words, *chain.from_iterable(_alone_cells(each, how) for each in measured)))
    table.remarks = _remarks(measured)
    return table


_ALONE_WORDS = {"executemany": "executemany", "hub": "the hub's: COPY, then INSERT", "copy": "COPY"}


def _cells(measured: _Measured, name: str, taker: str) -> tuple[str, ...]:
    rate, floor = _median(measured, name, taker), _median(measured, name, "no database")
    return f"{rate:,.0f}", f"{rate / floor:.2f} x", f"{rate / measured.alone['executemany']:.2f} x"


def _alone_cells(measured: _Measured, how: str) -> tuple[str, ...]:
    rate = measured.alone.get(how)
    return ("",) * 3 if rate is None else (f"{rate:,.0f}", "", f"{rate / measured.alone['executemany']:.2f} x")


def _median(measured: _Measured, name: str, taker: str) -> float:
    return statistics.median(measured.rates[name][taker])


def _remarks(measured: Sequence[_Measured]) -> list[str]:
    verdicts = []
    for each in measured:
        share = _median(each, "one a message", "1 worker") / _median(each, "one a message", "no database")
        verdicts.append(f"{each.database} {share:.0%}, {'met' if share >= _GOAL else 'missed'}")
    return [
        f"One a message, one worker of one without a database: {'; '.join(verdicts)}.",
        "Without a database: the hub's own connection and inbox, each seal checked, each row read, an ack sealed "
        "for each edge and turn. Unread: messages counted and acked. With 500 a message a seal costs next to "
        "nothing, and what remains is the database: rows alone are the floor there.",
        f"{_ONE_BY_ONE.edges} edges with {_ONE_BY_ONE.messages} messages each, {_AFTER_A_NIGHT.edges} with "
        f"{_AFTER_A_NIGHT.messages} of {_AFTER_A_NIGHT.rows} rows; in turn, {_TIMES} times, the median. Messages "
        "are sealed beforehand; what sends them, the broker and the database share the machine's cores. Both "
        "databases wait for the disk at each commit.",
        "Each of several workers gets and handles every message: they are for failure, not for load.",
        f"Rows alone: {_ALONE:,} check-ins, {_AT_ONCE:,} a transaction, into the table with all its indexes.",
    ]
