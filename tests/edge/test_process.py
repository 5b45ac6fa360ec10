"""The real edge on real terminals, from a cold start with no broker: it decides, records, and keeps no text."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.card import SCAN_BYTES_MAX, read_scan, trace_hash
from tests.edge.edge_process import DEADLINE_S, KEY_DIGITS, EdgeProcess, run_command

HOSTILE = {
    "ten kB": b"A" * 10_000,
    "binary": bytes(byte for byte in range(256) if byte not in b"\r\n"),
    "control characters": b"\x00\x03\x04\x11\x13\x1a\x1c\x7f",
    "SQL": b"'; DROP TABLE checkin; --",
    "terminal escapes": b"\x1b]0;owned\x07\x1b[2J\x1b[31mdoor open",
    "broken UTF-8": b"\xc3\x28\xff\xfe",
    "unknown, printable": "4 006381 333931 ä".encode(),
}


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[EdgeProcess]:
    edge = EdgeProcess(tmp_path)
    try:
        edge.wait_for("started")
        yield edge
    finally:
        edge.close()


def test_a_scanner_that_sends_two_terminators_makes_one_check_in(edge: EdgeProcess) -> None:
    for _ in range(2):
        edge.door.type(b"ANY-CARD\r\r\n\r")
    edge.wait_for("scan", count=2)
    assert edge.stop() == (0, "")
    assert [checkin.reason for checkin in edge.journal()] == 2 * ["not_ready"]


def test_a_cold_start_denies_as_not_ready_and_ends_when_asked(edge: EdgeProcess) -> None:
    edge.door.type(b"ANY-CARD\r")
    scan = edge.wait_for("scan")
    assert (scan["reader"], scan["outcome"], scan["reason"]) == ("door", "denied", "not_ready")
    assert scan["journal_sequence"] in (1, None)
    assert scan["latency_ms"] > 0
    assert edge.process.poll() is None
    code, errors = edge.stop()
    assert (code, errors) == (0, "")
    assert edge.events[-1]["event"] == "stopped"
    (checkin,) = edge.journal()
    assert checkin.id.hex() == scan["id"]
    assert checkin.feed is None


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_input_is_denied_counted_and_recorded_without_its_text(edge: EdgeProcess, what: str) -> None:
    raw = HOSTILE[what]
    edge.door.type(raw + b"\r\n")
    assert edge.wait_for("scan")["outcome"] == "denied"
    edge.door.type(b"NEXT\r\n")
    edge.wait_for("scan", count=2)
    edge.counter.type(b"OTHER\r\n")
    edge.wait_for("scan", lambda event: event["reader"] == "counter")
    code, errors = edge.stop()
    assert (code, errors) == (0, "")
    first, *_ = checkins = edge.journal()
    assert len(checkins) == 3
    scan = read_scan(raw[: SCAN_BYTES_MAX + 1])
    assert first.code_hash == trace_hash(bytes.fromhex(KEY_DIGITS), scan)
    assert (first.code_length, first.code_classes) == (len(raw), scan.classes)
    if len(raw) > 3:
        kept = edge.raw_log + b"".join(
            path.read_bytes() for path in edge.journal_path.parent.iterdir() if path.is_file()
        )
        assert raw[:40] not in kept
        assert raw[-12:] not in kept


def test_one_scanner_is_pulled_out_and_the_other_goes_on(edge: EdgeProcess) -> None:
    edge.door.pull_out()
    edge.wait_for("reader_lost", lambda event: event["reader"] == "door")
    edge.counter.type(b"ANY\r")
    edge.wait_for("scan", lambda event: event["reader"] == "counter")
    edge.door.plug_in()
    edge.wait_for("reader_open", lambda event: event["reader"] == "door", count=2)
    edge.door.type(b"ANY\r")
    edge.wait_for("scan", lambda event: event["reader"] == "door")
    assert edge.stop() == (0, "")


def test_what_was_scanned_before_the_end_is_recorded(edge: EdgeProcess) -> None:
    for number in range(10):
        edge.door.type(b"CARD-%d\r" % number)
    edge.wait_for("scan")
    assert edge.stop() == (0, "")
    assert len(edge.journal()) == len([event for event in edge.events if event["event"] == "scan"])


def test_killed_and_started_again(tmp_path: Path) -> None:
    for time in range(1, 4):
        edge = EdgeProcess(tmp_path)
        try:
            edge.wait_for("started")
            edge.door.type(b"CARD\r")
            edge.wait_for("scan")
            edge.process.kill()
            edge.ended()
            assert len(edge.journal()) == time
        finally:
            edge.close()


def test_a_second_edge_on_the_same_state_is_refused(edge: EdgeProcess, tmp_path: Path) -> None:
    second = subprocess.run(
        run_command(tmp_path / "state", tmp_path / "edge.toml"),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert second.returncode == 2
    assert "another edge runs on it" in second.stderr
    assert edge.process.poll() is None
