"""`doorward-edge doctor` as a person runs it: beside the real edge, which loses no scan by it, and without."""

import asyncio
import itertools
import json
import os
import pty
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.doctor.checks import CHECKS
from edge.doctor.findings import Level
from edge.hub_link.broker_probe import Step
from tests.edge.edge_process import DEADLINE_S, KEY_DIGITS, EdgeProcess
from tests.edge.mqtt_hub import MqttHub
from tests.edge.test_doctor_broker import NamingBroker
from tests.edge.test_process_offline import MEMBER, card, fill
from tests.enrolled import enrolled_state

TIMES = 3
DOCS = Path(__file__).parents[2] / "docs" / "doctor.md"
WORDS = {"format", "at", "level", "edge", "state", "process", "findings"}
WORDS_OF_A_FINDING = {"check", "level", "what", "about", "why", "to_do"}


def doctor(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge", "doctor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, check=False)


def report(*arguments: object) -> dict[str, Any]:
    ended = doctor(*arguments, "--json")
    assert ended.stderr == ""
    told: dict[str, Any] = json.loads(ended.stdout)
    assert ended.returncode == (1 if told["level"] == "failure" else 0)
    assert KEY_DIGITS not in ended.stdout
    return told


@pytest.fixture
def naming(tmp_path: Path) -> Iterator[NamingBroker]:
    made = NamingBroker(tmp_path / "broker")
    made.start()
    yield made
    made.kill()


@pytest.fixture
def edge(tmp_path: Path, naming: NamingBroker) -> Iterator[EdgeProcess]:
    """By TLS, at a broker where a second session of its name would end its own."""
    hub = MqttHub(naming.port)
    hub.wait()
    made = EdgeProcess(tmp_path, naming.tls_port, **{"tls = false": "tls = true"})
    try:
        made.wait_for("started")
        made.wait_for("connected")
        yield made
    finally:
        made.close()
        hub.stop()


def test_a_running_edge_notices_nothing(tmp_path: Path, edge: EdgeProcess) -> None:
    enough, scans = threading.Event(), itertools.count(1)

    def scan() -> None:
        while not enough.is_set():
            edge.door.type(card(MEMBER))
            edge.wait_for("scan", count=next(scans))

    scanning = threading.Thread(target=scan)
    scanning.start()
    try:
        reports = [report("--state", tmp_path / "state") for _ in range(TIMES)]
    finally:
        enough.set()
        scanning.join()
    scanned = next(scans) - 1
    assert edge.process.poll() is None
    told = {each["event"] for each in edge.events}
    assert told.isdisjoint({"disconnected", "no_broker", "reader_lost", "dropped", "hangs", "damaged"})
    assert edge.stop() == (0, "")
    assert len(edge.journal()) == scanned > TIMES
    for each in reports:
        assert each["process"] == edge.process.pid
        levels = {(one["check"], one["level"]) for one in each["findings"]}
        assert {("scanners.open", "ok"), ("broker.edge", "ok"), ("journal.file", "ok")} <= levels
        assert not [one for one in levels if one[0].endswith(".failed")]


def test_what_a_killed_edge_left_is_read_and_left(tmp_path: Path) -> None:
    edge = EdgeProcess(tmp_path)
    edge.wait_for("started")
    edge.door.type(b"ANY-CARD\r")
    edge.wait_for("scan")
    edge.close()
    kept = [tmp_path / "state" / f"journal.db{suffix}" for suffix in ("", "-wal")]
    before = [each.read_bytes() for each in kept]
    assert before[1]
    findings = {one["check"]: one for one in report("--state", tmp_path / "state")["findings"]}
    assert findings["journal.file"]["what"].startswith("1 row, ")
    assert [each.read_bytes() for each in kept] == before


def test_its_words_are_those_that_are_promised(tmp_path: Path) -> None:
    enrolled_state(tmp_path / "state")
    told = report("--state", tmp_path / "state")
    assert set(told) == WORDS
    assert (told["format"], told["edge"], told["process"]) == (1, "clubhouse", None)
    assert {one["check"].partition(".")[0] for one in told["findings"]} <= set(CHECKS)
    for one in told["findings"]:
        assert set(one) == WORDS_OF_A_FINDING
        assert one["level"] in list(Level)
        assert (one["level"] == "ok") is (one["to_do"] is None) is (one["why"] is None)


def test_every_word_of_it_is_documented() -> None:
    """As the checks say it; names of findings stand in their sources as texts."""
    documented = DOCS.read_text("utf-8")
    for word in WORDS | WORDS_OF_A_FINDING:
        assert f"`{word}`" in documented
    said = "".join(
        path.read_text("utf-8") for path in (Path(__file__).parents[2] / "edge" / "doctor").glob("*.py")
    )
    for step in Step:
        assert f"`broker.{step}`" in documented
    for group in CHECKS:
        names = set(re.findall(rf'"({group}\.[a-z_]+)"', said))
        assert names or group == "broker"
        assert [name for name in sorted(names) if f"`{name}`" not in documented] == []


def test_a_person_reads_what_to_do(tmp_path: Path) -> None:
    asyncio.run(fill(tmp_path / "state"))
    ended = doctor("--state", tmp_path / "state", "--config", tmp_path / "none.toml")
    assert (ended.returncode, ended.stderr) == (1, "")
    lines = ended.stdout.splitlines()
    at = lines.index(f"  [FAILED] there is no enrolment in {str(tmp_path / 'state')!r}")
    assert (
        lines[at + 2] == "           do:  enrol it first: doorward-edge enroll --hub URL --name NAME --code CODE"
    )
    assert lines[-1].startswith("[FAILED] ")
    assert "\x1b" not in ended.stdout


def test_a_terminal_is_coloured_unless_it_is_asked_not_to_be(tmp_path: Path) -> None:
    enrolled_state(tmp_path / "state")

    def shown(**variables: str) -> bytes:
        master, slave = pty.openpty()
        command = [sys.executable, "-m", "edge", "doctor", "--state", str(tmp_path / "state")]
        environment = {name: text for name, text in os.environ.items() if name != "NO_COLOR"} | variables
        with subprocess.Popen(command, stdout=slave, env=environment):
            os.close(slave)
            said = b""
            try:
                while some := os.read(master, 65_536):
                    said += some
            except OSError:  # the other end has hung up
                pass
        os.close(master)
        return said

    assert b"\x1b[31m[FAILED]\x1b[0m" in shown()
    assert b"\x1b" not in shown(NO_COLOR="1")


@pytest.mark.parametrize("what", ["none", "a file"])
def test_nothing_can_be_asked(tmp_path: Path, what: str) -> None:
    (tmp_path / "a file").touch()
    ended = doctor("--state", tmp_path / what)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--state DIR" in ended.stderr
    assert doctor("--no-such").returncode == 2
