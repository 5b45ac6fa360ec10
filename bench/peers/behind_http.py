"""The rule behind HTTP on loopback: FastAPI on uvicorn, one SQL query, one connection kept open.

`python -m bench.peers.behind_http DATABASE PORT` is the service.
"""

import http.client
import json
import sqlite3
import sys
import time
from pathlib import Path

from bench.peers.cases import AT, PERMISSION, Case
from demo.processes import Process, free_port

_TABLES = """
CREATE TABLE membership (id INTEGER PRIMARY KEY, customer INTEGER, plan TEXT, starts REAL, ends REAL);
CREATE TABLE permitted (plan TEXT, permission TEXT, count INTEGER, window REAL);
CREATE TABLE used (membership INTEGER, customer INTEGER, permission TEXT, at REAL);
CREATE INDEX by_customer ON membership (customer);
CREATE INDEX by_plan ON permitted (plan, permission);
CREATE INDEX by_membership ON used (membership, customer, permission, at);
"""
_ASK = """
SELECT 1 FROM membership JOIN permitted ON permitted.plan = membership.plan AND permitted.permission = :permission
WHERE membership.customer = :customer AND membership.starts <= :at AND membership.ends > :at
AND (permitted.count IS NULL OR permitted.count > (
  SELECT count(*) FROM used WHERE used.membership = membership.id AND used.customer = membership.customer
  AND used.permission = :permission AND used.at > :at - permitted.window))
LIMIT 1
"""


class BehindHttp:
    def __init__(self, cases: list[Case], folder: Path) -> None:
        database = folder / "http.db"
        _fill(database, cases)
        port = free_port()
        command = [sys.executable, "-m", "bench.peers.behind_http", str(database), str(port)]
        self._service = Process("http", command, {}, folder)
        self._customers = {case.name: number for number, case in enumerate(cases)}
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self._connect()

    def ask(self, case: Case) -> bool:
        path = f"/may?customer={self._customers[case.name]}&permission={PERMISSION}&at={AT.timestamp()}"
        self._connection.request("GET", path)
        return bool(json.loads(self._connection.getresponse().read())["granted"])

    def close(self) -> None:
        self._connection.close()
        self._service.stop()

    def _connect(self) -> None:
        for _ in range(100):
            try:
                return self._connection.connect()
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the service behind HTTP did not start: look at http.log in the bench's folder")


def _fill(path: Path, cases: list[Case]) -> None:
    with sqlite3.connect(path) as database:
        database.executescript(_TABLES)
        for customer, case in enumerate(cases):
            ids = {}
            for held in case.facts.held:
                ends = held.membership.ends_at.timestamp() if held.membership.ends_at else 1e12
                plan = f"{customer}-{held.plan.id}"
                row = (customer, plan, held.membership.starts_at.timestamp(), ends)
                ids[held.membership.id] = database.execute(
                    "INSERT INTO membership (customer, plan, starts, ends) VALUES (?, ?, ?, ?)", row
                ).lastrowid
                for grant in held.plan.grants:
                    limit = grant.limits[0] if grant.limits else None
                    count, window = (limit.count, limit.window_seconds) if limit else (None, None)
                    database.execute(
                        "INSERT INTO permitted VALUES (?, ?, ?, ?)", (plan, grant.permission, count, window)
                    )
            for use in case.facts.uses:
                row = (ids[use.membership_id], customer, use.permission, use.occurred_at.timestamp())
                database.execute("INSERT INTO used VALUES (?, ?, ?, ?)", row)


def _serve(database: str, port: int) -> None:
    import uvicorn  # noqa: PLC0415 (the service's alone)
    from fastapi import FastAPI  # noqa: PLC0415

    app = FastAPI()
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, check_same_thread=False)

    @app.get("/may")
    async def may(customer: int, permission: str, at: float) -> dict[str, bool]:
        found = connection.execute(_ASK, {"customer": customer, "permission": permission, "at": at}).fetchone()
        return {"granted": found is not None}

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
