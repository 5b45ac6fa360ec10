"""The process that sets a dead edge's outputs at rest: this test is the edge, and closes its end of the socket."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.dead_man import HEARD
from tests.edge import fake_lgpio
from tests.edge.edge_at_pins import CHECKOUT, CHIP, at_pins
from tests.edge.edge_process import DEADLINE_S

RELAY, LAMP = 17, 22
LARGE = {"asyncio", "ctypes", "datetime", "logging", "pathlib", "subprocess", "tempfile", "typing_extensions"}
LOADS = """
import contextlib, sys
from edge import dead_man
sys.modules["lgpio"] = None
with contextlib.suppress(Exception):
    dead_man.load_lgpio()
print(*sys.modules)
"""


class DeadMan:
    """`edge` is the edge's end; `said` what stood on stdout once it has ended."""

    def __init__(self, lines: Path, stdout: int = subprocess.PIPE, **variables: str) -> None:
        self.lines = lines
        self.edge, theirs = socket.socketpair()
        self.edge.settimeout(DEADLINE_S)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "edge.dead_man"],
                stdin=theirs.fileno(),
                stdout=stdout,
                stderr=subprocess.PIPE,
                env={**os.environ, **at_pins(lines), **variables},
            )

    def hears(self, levels: dict[int, int], and_answers: int = 0) -> None:
        """`and_answers`: socket.MSG_PEEK: which the edge has not read yet."""
        self.edge.sendall(json.dumps([CHIP, list(levels.items())]).encode() + b"\n")
        assert self.edge.recv(1, and_answers) == HEARD

    def sees_the_edge_die(self) -> tuple[int, str]:
        """Its exit status and what it said then; nothing of it was an error."""
        self.edge.close()
        said, errors = self.process.communicate(timeout=DEADLINE_S)
        assert errors == b""
        return self.process.returncode, (said or b"").decode()

    def levels(self) -> dict[int, int]:
        return fake_lgpio.kept_levels(self.lines)


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The edge's own claims, which this process makes."""
    path = tmp_path / "lines"
    monkeypatch.setenv("FAKE_LGPIO_LINES", str(path))
    fake_lgpio.fresh()
    yield path
    fake_lgpio.gpiochip_close(CHIP)


@pytest.fixture
def dead_man(lines: Path) -> Iterator[DeadMan]:
    made = DeadMan(lines)
    yield made
    made.edge.close()
    made.process.communicate(timeout=DEADLINE_S)


def left_on(*pins: int) -> None:
    for pin in pins:
        fake_lgpio.gpio_claim_output(CHIP, pin, 1)


def event_in(said: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(said)
    return event


def test_it_loads_little() -> None:
    command = [sys.executable, "-S", "-c", LOADS]
    told = subprocess.run(command, env={"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=True)
    loaded = set(told.stdout.split())
    assert "edge.hardware.lgpio_library" in loaded
    assert loaded & LARGE == set()


def test_what_was_on_goes_off_and_is_told_in_one_line(dead_man: DeadMan) -> None:
    begun = datetime.now(UTC) - timedelta(milliseconds=1)
    dead_man.hears({RELAY: 0, LAMP: 1})
    left_on(RELAY)
    fake_lgpio.gpio_free(CHIP, RELAY)
    assert dead_man.levels() == {RELAY: 1}
    status, said = dead_man.sees_the_edge_die()
    event = event_in(said)
    at = event.pop("at")
    assert datetime.fromisoformat(at).isoformat(timespec="milliseconds") == at
    assert begun <= datetime.fromisoformat(at) <= datetime.now(UTC)
    assert (status, event) == (0, {"event": "let_go", "pins": [RELAY, LAMP]})
    assert dead_man.levels() == {RELAY: 0, LAMP: 1}


def test_what_was_said_last_counts_and_what_is_an_input_now_is_not_touched(dead_man: DeadMan) -> None:
    dead_man.hears({RELAY: 0, LAMP: 0})
    dead_man.hears({RELAY: 1})
    dead_man.sees_the_edge_die()
    assert dead_man.levels() == {RELAY: 1}


def test_it_answers_only_once_it_could_open_the_chip(dead_man: DeadMan) -> None:
    dead_man.edge.sendall(b"[9, [[17, 0]]]\n")
    assert dead_man.edge.recv(1) == b""
    assert dead_man.process.wait(DEADLINE_S) != 0


def test_an_edge_that_has_nothing_at_rest_any_more_ends_it_without_a_word(dead_man: DeadMan) -> None:
    dead_man.hears({RELAY: 0})
    dead_man.hears({})
    assert dead_man.sees_the_edge_die() == (0, "")
    assert dead_man.levels() == {}


def test_an_edge_that_said_nothing_ends_it_too(dead_man: DeadMan) -> None:
    assert dead_man.sees_the_edge_die() == (0, "")
    assert dead_man.levels() == {}


def test_an_edge_that_dies_before_it_has_read_an_answer_was_heard_too(dead_man: DeadMan) -> None:
    dead_man.hears({RELAY: 0}, and_answers=socket.MSG_PEEK)
    assert dead_man.sees_the_edge_die()[0] == 0
    assert dead_man.levels() == {RELAY: 0}


def test_a_message_that_was_cut_off_by_the_edges_death_is_none(dead_man: DeadMan) -> None:
    dead_man.hears({RELAY: 0})
    dead_man.edge.sendall(b"[4, [[22")
    dead_man.sees_the_edge_die()
    assert dead_man.levels() == {RELAY: 0}


def test_a_pin_that_the_kernel_gives_back_a_little_later_is_set_then(dead_man: DeadMan) -> None:
    dead_man.hears({RELAY: 0, LAMP: 0})
    left_on(RELAY, LAMP)
    dead_man.edge.close()
    fake_lgpio.gpio_free(CHIP, RELAY)
    while dead_man.levels() != {RELAY: 0, LAMP: 1}:
        assert dead_man.process.poll() is None
    fake_lgpio.gpio_free(CHIP, LAMP)
    assert event_in(dead_man.sees_the_edge_die()[1])["pins"] == [RELAY, LAMP]
    assert dead_man.levels() == {RELAY: 0, LAMP: 0}


def test_a_pin_that_another_edge_holds_is_left_to_it_and_told(dead_man: DeadMan) -> None:
    dead_man.hears({RELAY: 0, LAMP: 0})
    left_on(RELAY)
    status, said = dead_man.sees_the_edge_die()
    event = event_in(said)
    assert (status, event["pins"], event["not"]) == (0, [LAMP], {str(RELAY): "GPIO busy"})
    assert dead_man.levels() == {RELAY: 1, LAMP: 0}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_whole_group_does_not_end_it(dead_man: DeadMan, number: signal.Signals) -> None:
    dead_man.hears({RELAY: 0})
    left_on(RELAY)
    fake_lgpio.gpio_free(CHIP, RELAY)
    dead_man.process.send_signal(number)
    time.sleep(0.1)  # one that it does not ignore would have ended it
    assert dead_man.process.poll() is None
    assert dead_man.sees_the_edge_die()[0] == 0
    assert dead_man.levels() == {RELAY: 0}


def test_in_systemds_journal_its_line_has_a_priority(lines: Path) -> None:
    reader, writer = os.pipe()
    status = os.fstat(writer)
    dead_man = DeadMan(lines, writer, JOURNAL_STREAM=f"{status.st_dev}:{status.st_ino}")
    os.close(writer)
    dead_man.hears({RELAY: 0})
    dead_man.sees_the_edge_die()
    with os.fdopen(reader) as said:
        assert said.read().startswith('<4>{"event": "let_go"')


def test_a_log_that_nobody_reads_keeps_it_for_a_moment_only(lines: Path) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, bytes(4096))
    os.set_blocking(writer, True)
    dead_man = DeadMan(lines, writer)
    os.close(writer)
    dead_man.hears({RELAY: 0})
    assert dead_man.sees_the_edge_die()[0] == -signal.SIGALRM
    assert dead_man.levels() == {RELAY: 0}
    os.close(reader)
