"""Telemetry as it is made and said, and as the endpoint shows it."""

import asyncio
from collections.abc import Callable

import pytest

from contract.exposition import CONTENT_TYPE
from contract.messages import READERS_MAX, Ack, ReaderPresence, Void, decode, encode
from contract.orders import Telemetry
from contract.trust import ClockState
from edge.journal_port import CannotRecord
from edge.ports import MachineState
from edge.telemetry import CountedLog, TelemetryReport
from tests.contract.test_exposition import read_samples
from tests.edge.edge_process import DEADLINE_S
from tests.edge.fakes import FakeClock, FakeJournal, FakeTrust
from tests.edge.metrics_runs import asked, served

VOID = Void(voids=b"v" * 16, at_us=1, reader="counter")
MACHINE = MachineState(48.5, 9_000, 0.25, 40_000_000, 0.5)


class AckedJournal(FakeJournal):
    acked: Ack | None = None


class Port:
    def __init__(self, name: str, is_open: bool) -> None:
        self.name = name
        self.is_open = is_open


def report(
    log: CountedLog, journal: AckedJournal, clock: FakeClock, machine: Callable[[], MachineState] = lambda: MACHINE
) -> TelemetryReport:
    readers = [Port("door", True), Port("counter", False)]
    return TelemetryReport(log, journal, lambda: readers, machine, FakeTrust(clock), clock)


@pytest.fixture
def log() -> CountedLog:
    return CountedLog(lambda event, /, **fields: None)


def test_what_is_logged_is_counted_and_still_logged() -> None:
    lines: list[tuple[str, dict[str, object]]] = []
    counted = CountedLog(lambda event, /, **fields: lines.append((event, fields)))
    counted("scan", outcome="granted", latency_ms=3.0)
    assert lines == [("scan", {"outcome": "granted", "latency_ms": 3.0})]
    assert counted.tallied().counters == {"scan.granted": 1}


class UnreadableJournal(AckedJournal):
    def __init__(self) -> None:
        super().__init__()
        self.fault = "damaged"

    async def last_sequence(self) -> int:
        raise CannotRecord("the journal cannot be read")


def test_a_journal_that_cannot_be_read_leaves_its_queue_unknown_and_all_else_told(log: CountedLog) -> None:
    telling = report(log, UnreadableJournal(), FakeClock())
    made = asyncio.run(telling.as_it_stands())
    assert made.queue is None
    assert decode(encode(made), Telemetry) == made
    text = asyncio.run(telling.exposition())
    assert "doorward_edge_journal_queue_rows " not in text
    assert 'doorward_edge_journal_fault{why="damaged"} 1' in text


def test_telemetry_is_all_that_is_known_and_fits_its_message(log: CountedLog) -> None:
    clock, journal = FakeClock(), AckedJournal()
    journal.rows, journal.acked = [VOID] * 5, Ack(journal.id, 2, 1, 1)
    telling = report(log, journal, clock)
    log("scan", outcome="granted", latency_ms=3.0)
    clock.elapsed_s += 61.5
    made = asyncio.run(telling.as_it_stands())
    assert decode(encode(made), Telemetry) == made
    assert (made.uptime_s, made.queue, made.counters) == (61.5, 3, {"scan.granted": 1})
    assert made.latency_ms == [0, 0, 1] + [0] * 8
    assert made.readers == [ReaderPresence(name="door", open=True), ReaderPresence(name="counter", open=False)]
    assert (made.temperature_c, made.disk_free_bytes, made.memory_bytes) == (48.5, 9_000, 40_000_000)


def test_the_machine_that_hangs_holds_up_nothing_else(log: CountedLog) -> None:
    async def run() -> None:
        gate = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hangs() -> MachineState:
            asyncio.run_coroutine_threadsafe(gate.wait(), loop).result()
            return MachineState()

        waiting = asyncio.create_task(report(log, AckedJournal(), FakeClock(), hangs).as_it_stands())
        await asyncio.sleep(0)
        assert not waiting.done()
        gate.set()
        assert (await waiting).temperature_c is None

    asyncio.run(run())


def test_metrics_are_read_by_the_formats_rules(log: CountedLog) -> None:
    async def run() -> bytes:
        log("scan", outcome="denied", latency_ms=40.0)
        telling = report(log, AckedJournal(), FakeClock())
        async with served(await telling.exposition()) as port:
            return await asked(port, f"GET /metrics HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())

    head, _, body = asyncio.run(run()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert CONTENT_TYPE.encode() in head
    assert f"Content-Length: {len(body)}".encode() in head
    samples = read_samples(body.decode())
    values = {(name, *labels.values()): value for name, labels, value in samples}
    assert values["doorward_edge_events_total", "scan.denied"] == 1
    assert values["doorward_edge_scan_duration_seconds_bucket", "0.02"] == 0
    assert values["doorward_edge_scan_duration_seconds_bucket", "0.05"] == 1
    assert values["doorward_edge_scan_duration_seconds_sum",] == 0.04
    assert values["doorward_edge_reader_open", "counter"] == 0
    assert values["doorward_edge_temperature_celsius",] == 48.5
    assert sum(values["doorward_edge_clock", state.value] for state in ClockState) == 1


def test_it_is_said_again_and_again(log: CountedLog, monkeypatch: pytest.MonkeyPatch) -> None:
    for wait in ("FIRST_AFTER_S", "SAY_EVERY_S", "AT_ONCE_EVERY_S"):
        monkeypatch.setattr(f"edge.telemetry.{wait}", 0.0)

    async def run() -> None:
        said: list[Telemetry] = []
        enough = asyncio.Event()

        def say(telemetry: Telemetry) -> None:
            said.append(telemetry)
            if len(said) == 3:
                enough.set()

        saying = asyncio.create_task(report(log, AckedJournal(), FakeClock()).keep_saying(say))
        await enough.wait()
        saying.cancel()

    asyncio.run(run())


def test_the_first_is_said_once_the_link_had_time_to_come(
    log: CountedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.telemetry.FIRST_AFTER_S", DEADLINE_S)
    said: list[Telemetry] = []

    async def run() -> None:
        telling = report(log, AckedJournal(), FakeClock())
        saying = asyncio.create_task(telling.keep_saying(said.append))
        for _ in range(5):
            await telling.as_it_stands()
        saying.cancel()

    asyncio.run(run())
    assert said == []


def test_more_readers_than_a_message_has_room_for_are_left_out(log: CountedLog) -> None:
    readers = [Port(f"r{number}", True) for number in range(READERS_MAX + 1)]
    clock = FakeClock()
    telling = TelemetryReport(log, AckedJournal(), lambda: readers, lambda: MACHINE, FakeTrust(clock), clock)
    made = asyncio.run(telling.as_it_stands())
    assert decode(encode(made), Telemetry) == made
    assert made.readers[-1].name == f"r{READERS_MAX - 1}"


def test_rows_that_are_acked_wait_no_more(log: CountedLog) -> None:
    journal = AckedJournal()
    journal.acked = Ack(journal.id, 10**6, 1, 1)
    assert asyncio.run(report(log, journal, FakeClock()).as_it_stands()).queue == 0
