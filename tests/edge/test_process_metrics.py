"""The real edge beside a Prometheus: scans that pass are in its figures, and a port that is taken is told."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.cli import main
from tests.contract.test_exposition import read_samples
from tests.edge.edge_process import EdgeProcess


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[EdgeProcess]:
    process = EdgeProcess(tmp_path, arguments=("--metrics", "0"))
    try:
        yield process
    finally:
        process.close()


def scraped(port: int) -> dict[tuple[str, ...], float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return {(name, *labels.values()): value for name, labels, value in read_samples(text)}


def test_a_scan_is_in_the_figures(edge: EdgeProcess, tmp_path: Path) -> None:
    port = int(edge.wait_for("metrics")["port"])
    edge.wait_for("started")
    edge.door.type(b"NOBODY\r")
    edge.wait_for("scan")
    figures = scraped(port)
    assert figures["doorward_edge_events_total", "scan.denied"] == 1
    assert figures["doorward_edge_scan_duration_seconds_count",] == 1
    assert figures["doorward_edge_journal_queue_rows",] == 1
    assert figures["doorward_edge_reader_open", "door"] == 1
    assert figures["doorward_edge_memory_bytes",] > 1_000_000
    assert edge.stop() == (0, "")


def test_a_port_that_is_taken_is_told(
    edge: EdgeProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port = edge.wait_for("metrics")["port"]
    other = tmp_path / "other"
    other.mkdir()
    second = EdgeProcess(other, arguments=("--metrics", str(port)))
    code, errors = second.ended()
    second.close()
    assert code == 2
    assert f"--metrics {port}: the port cannot be opened" in errors
    with pytest.raises(SystemExit):
        main(["run", "--metrics", "high"])
