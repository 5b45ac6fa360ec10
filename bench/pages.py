"""F11: how long the hub's pages take over a large club's two years on PostgreSQL, and how many questions they ask.

Pages are asked for one after the other, over HTTP on the loopback, of `doorward-hub web` with one process, as a
browser that is signed in; each time about somebody or something else. The questions are counted in a process of
their own.
"""

import http.client
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, json

from bench.report import Table, percentile, spread
from demo.processes import Process, free_port, run_to_end, wait_until_listening
from tests.hub import postgresql

_CUSTOMERS = 50_000
_TIMES = 300
_TIMES_MIN = 20
_WARM = 20
_GOAL_MS = 100
_LIST = "/desk/checkins/"
_REPORTS = "/desk/reports/"


class Club(Struct, frozen=True):
    """By bench/fill_club.py: customers whose profiles are asked for, their cards' codes, and the cookie of who may
    see them."""

    customers: list[int]
    codes: list[str]
    cookie: str
    checkins: int


def _command(*module_and_arguments: str) -> list[str]:
    return [sys.executable, "-m", *module_and_arguments]


Asked = Callable[[], str]
"""Makes an address."""


def addresses(club: Club) -> dict[str, Asked]:
    def number(most: int) -> int:
        return random.randrange(most)

    def some_time_ago() -> str:
        return f"{_LIST}?after={time.time_ns() // 1_000 - number(700) * 86_400_000_000}.1"

    return {
        "customer's profile": lambda: f"/desk/customers/{random.choice(club.customers)}/",
        "scan page": lambda: f"/c/{random.choice(club.codes)}",
        "check-ins, the newest": lambda: _LIST,
        "check-ins, a page far back": some_time_ago,
        "check-ins of a reader": lambda: f"{_LIST}?reader=edge-{number(250)}/door",
        "check-ins, denied, of a site": lambda: f"{_LIST}?outcome=denied&site=site-{number(20)}",
        "check-ins of a partner": lambda: f"{_LIST}?partner=partner-{number(40)}",
        "reports, 7 days": lambda: f"{_REPORTS}?range=7",
        "reports, 30 days": lambda: f"{_REPORTS}?range=30",
        "reports, 30 days of a site": lambda: f"{_REPORTS}?range=30&site=site-{number(20)}",
        "reports, 90 days": lambda: f"{_REPORTS}?range=90",
        "reports, a year": lambda: f"{_REPORTS}?range=365",
        "reports, a year of a site": lambda: f"{_REPORTS}?range=365&site=site-{number(20)}",
        "benefits, 30 days": lambda: f"{_REPORTS}benefits/?range=30",
        "benefits, a year": lambda: f"{_REPORTS}benefits/?range=365",
        "benefits, a year of a partner": lambda: f"{_REPORTS}benefits/?range=365&partner=partner-{number(40)}",
        "memberships, a year": lambda: f"{_REPORTS}memberships/?range=365",
    }


def measure(folder: Path, say: Callable[[str], None], share: float = 1.0) -> Table:
    """`share`: of the check-ins, and of how often each page is asked for, for a try."""
    checkins, customers = round(1_000_000 * share), round(_CUSTOMERS * share)
    times = max(_TIMES_MIN, round(_TIMES * share))
    cluster = postgresql.start(durable=True)
    try:
        cluster.create_database("hub")
        port = free_port()
        env = {
            "DOORWARD_DATA": str(folder / "hub"),
            "DATABASE_URL": cluster.url("hub"),
            "DOORWARD_URL": f"http://127.0.0.1:{port}",
        }
        run_to_end(_command("hub", "init"), env, folder / "init.log")
        say(f"F11: {checkins:,} check-ins of {customers:,} customers (some minutes) ...")
        printed = run_to_end(_command("bench.fill_club", str(checkins), str(customers)), env, folder / "fill.log")
        club = json.decode(printed, type=Club)
        web = Process("web", _command("hub", "web", "--bind", f"127.0.0.1:{port}", "--workers", "1"), env, folder)
        try:
            wait_until_listening(port, web)
            taken_ms = _taken(port, club, times, say)
        finally:
            web.stop()
        asked = run_to_end(_command("bench.page_questions", printed), env, folder / "questions.log")
    finally:
        postgresql.stop(cluster)
    return _table(club, customers, taken_ms, json.decode(asked, type=dict[str, list[int]]))


def _taken(port: int, club: Club, times: int, say: Callable[[str], None]) -> dict[str, list[float]]:
    random.seed(1)
    pages = addresses(club)
    taken: dict[str, list[float]] = {name: [] for name in pages}
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for turn in range(_WARM + times):
        # In turn, so that none has the caches to itself.
        for name, address in pages.items():
            begun_s = time.monotonic()
            connection.request("GET", address(), headers={"Cookie": club.cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                raise SystemExit(f"F11: {name} answered {answer.status}")
            if turn >= _WARM:
                taken[name].append((time.monotonic() - begun_s) * 1_000)
        if turn % 100 == _WARM:
            say(f"F11: {turn - _WARM} of {times} times each page ...")
    return taken


def _table(club: Club, customers: int, taken_ms: dict[str, list[float]], asked: dict[str, list[int]]) -> Table:
    table = Table(
        "F11: the hub's pages over a large club's two years, on PostgreSQL",
        f"p99 under {_GOAL_MS} ms; questions a page constant",
        ("", "p50", "p99", "max", "questions"),
    )
    for name, times_ms in taken_ms.items():
        counts = sorted(set(asked[name]))
        table.rows.append((name, *spread(times_ms), " to ".join(map(str, dict.fromkeys((counts[0], counts[-1]))))))
    worst = max(taken_ms, key=lambda name: percentile(taken_ms[name], 0.99))
    worst_ms = percentile(taken_ms[worst], 0.99)
    table.remarks = [
        f"The worst p99 is {worst_ms:.0f} ms ({worst}): the goal is {'met' if worst_ms < _GOAL_MS else 'missed'}.",
        f"{club.checkins:,} check-ins in two years at 500 readers of 250 edges and 20 sites, {customers:,} "
        "customers with a membership each.",
        f"{len(taken_ms[worst])} times each page in turn, from request to last byte, over HTTP on the loopback, "
        "one at a time: signing in by cookie, permissions and templates are in it. Staff ask, for the scan page "
        "too. Everything is in memory by then.",
        "Questions: statements to the database for one page, counted 20 times, with somebody else each time.",
    ]
    return table
