"""The real edge with a counter's page: a scan is there, a choice is asked for, an undo is in the journal."""

import asyncio
import http.client
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contract.messages import CheckIn, decode_journaled
from tests.edge.counter_world import free_port
from tests.edge.edge_process import EdgeProcess
from tests.edge.test_process_reasons import believe_the_clock, code_of, fill

WORDS = 'permission = "glass-of-wine"\nbenefits = ["front-door"]\nundo_permission = "undo"\n'


class Page:
    """What a page of that port does."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._stream = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._stream.request("GET", "/counter/events")
        self._events = self._stream.getresponse()
        self.token = self.next()["token"]

    def next(self) -> dict[str, Any]:
        while not (line := self._events.readline()).startswith(b"data: "):
            assert line, "the stream has ended"
        state: dict[str, Any] = msgspec.json.decode(line.removeprefix(b"data: "))
        return state

    def shows(self, headline: str) -> dict[str, Any]:
        """The state in which that is shown."""
        while (state := self.next())["shown"] is None or state["shown"]["headline"] != headline:
            pass
        return state

    def ask(self, what: str, **said: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", f"/counter/{what}", msgspec.json.encode(said), {"X-Doorward-Token": self.token})
        status = connection.getresponse().status
        connection.close()
        return status

    def close(self) -> None:
        self._events.close()
        self._stream.close()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def edge(tmp_path: Path, port: int) -> Iterator[EdgeProcess]:
    (tmp_path / "state").mkdir()
    asyncio.run(fill(tmp_path / "state"))
    believe_the_clock(tmp_path / "state")
    words = {'permission = "glass-of-wine"\n': WORDS, "[hardware]": f"[screen]\nport = {port}\n[hardware]"}
    process = EdgeProcess(tmp_path, **words)
    try:
        yield process
    finally:
        process.close()


def test_a_scan_a_choice_and_an_undo(edge: EdgeProcess, port: int) -> None:
    edge.wait_for("started")
    edge.wait_for("counter_pages")
    page = Page(port)
    edge.counter.type(code_of("full").encode() + b"\r")
    granted = page.shows("Granted")
    assert granted["shown"]["what"] == "Glass of wine"
    assert granted["notes"][-1].startswith("Offline · ")
    assert page.ask("choose", permission="front-door") == 200
    edge.counter.type(code_of("full").encode() + b"\r")
    edge.wait_for("scan", count=2)
    assert page.ask("undo", id=granted["undo"]["id"]) == 200
    assert page.shows("Undone")["undo"] is None
    assert page.ask("undo", id=granted["undo"]["id"]) == 409
    page.close()
    assert edge.stop() == (0, "")
    connection = sqlite3.connect(f"file:{edge.journal_path}?mode=ro", uri=True)
    bodies = connection.execute("SELECT body FROM checkin ORDER BY sequence").fetchall()
    connection.close()
    first, second, void = [decode_journaled(body) for (body,) in bodies]
    assert isinstance(first, CheckIn) and first.permission == "glass-of-wine"
    assert isinstance(second, CheckIn) and second.permission == "front-door"
    assert not isinstance(void, CheckIn) and getattr(void, "voids", None) == first.id


def test_it_stops_while_a_page_is_open(edge: EdgeProcess, port: int) -> None:
    edge.wait_for("counter_pages")
    page = Page(port)
    assert edge.stop() == (0, "")
    page.close()
