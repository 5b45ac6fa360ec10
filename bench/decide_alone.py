"""F4: `decide` alone, on facts in memory, beside the same rule in policy libraries and behind HTTP.

All answer the same cases, and have to agree before anything is measured. What a library cannot say it is spared:
neither counts uses, nor knows trials, freezes, grace, hours, or the order in which memberships are used up;
`decide` does all of it, and says why.
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from bench.peers.behind_http import BehindHttp
from bench.peers.cases import ASK, AT, Case, cases
from bench.peers.in_casbin import InCasbin
from bench.peers.in_cedar import InCedar
from bench.report import Table, percentile
from contract.decision import decide

_ROUNDS = 20
_BLOCK_S = 0.1
"""How long each is measured in a round, about."""
_GOAL = 10


def measure(folder: Path, say: Callable[[str], None]) -> Table:
    asked = cases()
    http = BehindHttp(asked, folder)
    try:
        peers: dict[str, Callable[[Case], bool]] = {
            "decide": lambda case: decide(ASK, case.facts, AT).granted,
            "casbin": InCasbin(asked).ask,
            "cedarpy": InCedar(asked).ask,
            "HTTP, FastAPI, one query": http.ask,
        }
        _agree(peers, asked)
        return _table({case.name: _measured(peers, case, say) for case in asked})
    finally:
        http.close()


def _agree(peers: dict[str, Callable[[Case], bool]], asked: list[Case]) -> None:
    for name, ask in peers.items():
        for case in asked:
            if ask(case) is not case.granted:
                raise SystemExit(f"F4: {name} does not answer {case.granted} to: {case.name}")


def _measured(
    peers: dict[str, Callable[[Case], bool]], case: Case, say: Callable[[str], None]
) -> dict[str, list[float]]:
    """Microseconds of each single call, in turn block by block."""
    say(f"F4: {case.name} ...")
    counts = {name: _calls_in(ask, case) for name, ask in peers.items()}
    taken: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(_ROUNDS):
        for name, ask in peers.items():
            taken[name] += _timed(ask, case, counts[name])
    return taken


def _calls_in(ask: Callable[[Case], bool], case: Case) -> int:
    """How many calls fill a block; warms up as well."""
    begun = time.perf_counter()
    calls = 0
    while time.perf_counter() - begun < _BLOCK_S:
        ask(case)
        calls += 1
    return max(10, calls // 2)


def _timed(ask: Callable[[Case], bool], case: Case, calls: int) -> list[float]:
    taken = []
    for _ in range(calls):
        begun = time.perf_counter_ns()
        ask(case)
        taken.append((time.perf_counter_ns() - begun) / 1_000)
    return taken


def _table(measured: dict[str, dict[str, list[float]]]) -> Table:
    table = Table(
        title="F4: decide() alone, on facts in memory",
        goal=f"at least {_GOAL} x faster than the best peer",
        head=["", "p50", "p99", "max", "of decide's p50"],
    )
    worst = None
    for case, taken in measured.items():
        own = median(taken["decide"])
        best = min(median(values) for name, values in taken.items() if name != "decide")
        worst = best / own if worst is None else min(worst, best / own)
        table.rows.append([f"**{case}**", "", "", "", ""])
        for name, values in taken.items():
            figures = [f"{value:,.0f} us" for value in (median(values), percentile(values, 0.99), max(values))]
            table.rows.append([name, *figures, f"{median(values) / own:.1f} x"])
    assert worst is not None
    reached = "reached" if worst >= _GOAL else "missed"
    table.remarks += [
        f"The best peer takes {worst:.1f} x as long as decide() where it is nearest: the goal is {reached}.",
        "All four agree on every case. casbin and cedarpy (both Apache 2.0) cannot count: they are told how many"
        " uses there were. They answer yes or no; decide() says why, what is left, when it is next due. Policies,"
        " entities and the connection are ready beforehand.",
        "One call at a time, in one process; blocks of calls in turn. The service has a process of its own.",
    ]
    return table
