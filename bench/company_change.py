"""F8: what an edge is sent when a company of 10,000 people gains a membership, and when it loses it.

A client of MQTT beside the edge hears all that the edge does. One of the company's people is at the door before
and after, so that it shows that the change was whole.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import paho.mqtt.client as paho

from bench.large_club import run_arguments, write_config
from bench.light_edge import LightEdge, name_of
from bench.report import Table
from bench.running_hub import RunningHub, running_hub
from contract.messages import Live, Page, decode
from contract.seal import unseal_by
from contract.topics import DOWN_PAGE, FEED_HEAD, FEED_LIVE
from demo.processes import Process
from demo.scanner import Scanner

_PEOPLE = 10_000
_QUIET_S = 4.0
"""Without a message after one; longer than a card that is held out again is taken for the same scan."""
_GOAL_ROWS = 1


class _Heard(NamedTuple):
    topic: str
    payload: bytes


class _Step(NamedTuple):
    """What one change sent, and what the door then said."""

    heard: list[_Heard]
    reason: str


def measure(folder: Path, say: Callable[[str], None]) -> Table:
    say(f"F8: a company of {_PEOPLE:,} people ...")
    with running_hub(folder, "bench.fill_fleet", "1", str(_PEOPLE)) as hub:
        hub.enrol(name_of(0), folder / "edge")
        scanner, config = Scanner(folder / "door.tty"), write_config(folder)
        edge = hub.start("edge", "edge", *run_arguments(folder, config))
        try:
            edge.wait_for(lambda event: event.get("event") == "replica", "whole replica")
            listener = _Listener(hub)
            steps = _steps(hub, listener, lambda: _scan(hub, edge, scanner), say)
            listener.close()
        finally:
            edge.stop()
            scanner.close()
    return _table(hub, steps)


class _Listener:
    """Hears what the edge hears."""

    def __init__(self, hub: RunningHub) -> None:
        self._heard: list[_Heard] = []
        self._at_s = 0.0
        topics = LightEdge(0, hub.filled.verifying(), lambda *_: None).topics
        self._client = client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        client.on_connect = lambda *_: client.subscribe([(topic, 1) for topic in topics])
        client.on_message = lambda _client, _data, message: self._hear(message)
        client.connect("127.0.0.1", hub.broker.port)
        client.loop_start()

    def until_quiet(self) -> list[_Heard]:
        """All that came since the last call, once no more comes."""
        self._at_s = time.monotonic()
        while time.monotonic() - self._at_s < _QUIET_S:
            time.sleep(0.1)
        heard, self._heard = self._heard, []
        return heard

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, message: paho.MQTTMessage) -> None:
        self._at_s = time.monotonic()
        self._heard.append(_Heard(message.topic, message.payload))


def _steps(
    hub: RunningHub, listener: _Listener, scan: Callable[[], str], say: Callable[[str], None]
) -> dict[str, _Step]:
    filled, steps = hub.filled, {}
    listener.until_quiet()
    before = scan()
    listener.until_quiet()
    say(f"F8: before: {before}")
    own = ("bench.commit_changes", str(filled.membership), "1", "0")
    gained = hub.run("gains", "bench.company_gains", str(filled.company), str(filled.plan)).strip()
    steps[f"{_PEOPLE:,} people gain a membership"] = _Step(listener.until_quiet(), f"{before}, then {scan()}")
    listener.until_quiet()
    hub.run("loses", "hub", "revoke_membership", gained)
    steps[f"{_PEOPLE:,} people lose it"] = _Step(listener.until_quiet(), scan())
    listener.until_quiet()
    hub.run("one", *own)
    steps["floor: one row, a person's own membership ends"] = _Step(listener.until_quiet(), "")
    return steps


def _scan(hub: RunningHub, edge: Process, scanner: Scanner) -> str:
    seen = edge.event_count()
    scanner.scan(hub.filled.code.encode())
    return str(edge.wait_for(lambda event: event.get("event") == "scan", "scan", after=seen)["reason"])


def _table(hub: RunningHub, steps: dict[str, _Step]) -> Table:
    table = Table(
        f"F8: a company of {_PEOPLE:,} people gains or loses a membership, as an edge hears it",
        f"{_GOAL_ROWS} row",
        (
            "",
            "rows",
            "live: messages",
            "bytes",
            "head: messages",
            "bytes",
            "other messages",
            "one of them at the door",
        ),
    )
    most = 0
    for name, step in steps.items():
        rows = sum(_rows(hub, each) for each in step.heard)
        most = max(most, rows)
        live, head = ([each for each in step.heard if each.topic.endswith(end)] for end in (FEED_LIVE, FEED_HEAD))
        other = len(step.heard) - len(live) - len(head)
        sizes = [f(each) for each in (live, head) for f in (lambda some: str(len(some)), _bytes)]
        table.rows.append((name, str(rows), *sizes, str(other), step.reason))
    table.remarks = [
        f"{most} row at most: the goal is {'met' if most <= _GOAL_ROWS else 'missed'}.",
        f"Sealed payloads on all topics that the edge reads, from the commit until {_QUIET_S:.0f} s of quiet. A "
        "head is said anew each minute as well, and may be among them.",
    ]
    return table


def _bytes(heard: list[_Heard]) -> str:
    return str(sum(len(each.payload) for each in heard))


def _rows(hub: RunningHub, heard: _Heard) -> int:
    kinds = {FEED_LIVE: Live, DOWN_PAGE: Page}
    kind = kinds.get(heard.topic.rpartition("/")[2])
    if kind is None:
        return 0
    return len(decode(unseal_by(heard.payload, hub.filled.verifying(), heard.topic), kind).rows)
