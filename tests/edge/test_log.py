"""The log: whole JSON lines, and never a wait."""

import json
import os
import threading
import time

from edge.log import JsonLines
from tests.edge.fakes import FakeClock


def lines_of(reader: int) -> list[dict[str, object]]:
    with os.fdopen(reader, "rb") as stream:
        return [json.loads(line) for line in stream]


def test_one_object_a_line() -> None:
    reader, writer = os.pipe()
    log = JsonLines(writer, FakeClock())
    log("scan", reader="door", remaining=None, latency_ms=1.5)
    log("why", text="two\nlines \x1b[2J")
    log.close()
    os.close(writer)
    at = "2030-06-01T12:00:00.000+00:00"
    assert lines_of(reader) == [
        {"event": "scan", "at": at, "reader": "door", "remaining": None, "latency_ms": 1.5},
        {"event": "why", "at": at, "text": "two\nlines \x1b[2J"},
    ]


def test_a_reader_that_stalls_holds_up_nobody_and_is_told_what_it_missed() -> None:
    reader, writer = os.pipe()
    log = JsonLines(writer, FakeClock())
    for number in range(30_000):  # more than a pipe, the writer and those that wait can hold
        log("scan", number=number, filling="x" * 100)
    received: list[dict[str, object]] = []
    with os.fdopen(reader, "rb") as stream:
        drain = threading.Thread(target=lambda: received.extend(map(json.loads, stream)))
        drain.start()
        ends_s = time.monotonic() + 60
        while not any(line["event"] == "log_lines_lost" for line in received):
            assert time.monotonic() < ends_s
            time.sleep(0.01)
            log("later")
        log.close()
        os.close(writer)
        drain.join()
    numbers = [int(str(line["number"])) for line in received if line["event"] == "scan"]
    lost = sum(int(str(line["count"])) for line in received if line["event"] == "log_lines_lost")
    assert numbers == list(range(len(numbers)))
    assert len(numbers) + lost >= 30_000


def test_a_reader_that_is_gone_ends_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    log = JsonLines(writer, FakeClock())
    for _ in range(100):
        log("scan")
    log.close()
    os.close(writer)


def test_threads_do_not_mix_their_lines() -> None:
    reader, writer = os.pipe()
    log = JsonLines(writer, FakeClock())
    threads = [threading.Thread(target=lambda: [log("scan") for _ in range(100)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    os.close(writer)
    assert len(lines_of(reader)) == 400
