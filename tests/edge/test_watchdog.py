"""The real edge under a watchdog: fed while scans can be served, and no more once a part of their way hangs."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.life.notify import ALIVE, READY, STOPPING
from tests.edge.edge_process import EdgeProcess
from tests.notified import Notified, notified

BEATS_S = 0.5
WATCHDOG_S = 0.4


@pytest.fixture
def systemd() -> Iterator[Notified]:
    with notified() as made:
        yield made


def test_ready_alive_and_stopping_are_said_in_that_order(tmp_path: Path, systemd: Notified) -> None:
    edge = EdgeProcess(tmp_path, variables=systemd.variables(WATCHDOG_S))
    try:
        systemd.wait_for(ALIVE, count=3)
        edge.door.type(b"ANY-CARD\r")
        edge.wait_for("scan")
        assert edge.stop() == (0, "")
    finally:
        edge.close()
    systemd.wait_for(STOPPING)
    said = [line for line in systemd.said if line != ALIVE]
    assert said == [READY, STOPPING]
    assert systemd.said[0] == READY


@pytest.mark.parametrize(
    ("hangs", "part", "why"),
    [
        ("journal", "journal", "no_answer"),
        ("replica", "replica", "no_answer"),
        ("loop", "event loop", "no_answer"),
        ("ended", "door", "ended"),
        ("held", "door", "no_answer"),
    ],
)
def test_what_hangs_is_named_and_the_watchdog_goes_hungry(
    tmp_path: Path, systemd: Notified, hangs: str, part: str, why: str
) -> None:
    edge = EdgeProcess(
        tmp_path, module="tests.edge.hanging_edge", variables=systemd.variables(WATCHDOG_S) | {"HANGS": hangs}
    )
    try:
        systemd.wait_for(ALIVE, count=2)
        edge.process.send_signal(signal.SIGUSR1)
        edge.wait_for("made_to_hang")
        edge.door.type(b"ANY-CARD\r")
        edge.wait_for("hangs", lambda told: (told["part"], told["why"]) == (part, why))
        systemd.forget()
        time.sleep(BEATS_S)  # five beats of a heart that was well
        assert systemd.said == []
    finally:
        edge.close()
