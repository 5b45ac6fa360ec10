"""The endpoint of metrics: clients of all kinds, floods, and ports that are taken."""

import asyncio
from contextlib import suppress

import pytest

from edge.metrics import MetricsEndpoint, MetricsError
from tests.edge.edge_process import DEADLINE_S
from tests.edge.link_runs import until
from tests.edge.metrics_runs import asked, served


def own(port: int) -> bytes:
    return f"Host: 127.0.0.1:{port}\r\n\r\n".encode()


def get(port: int) -> bytes:
    return b"GET /metrics HTTP/1.1\r\n" + own(port)


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET / HTTP/1.1", b"404"),
        (b"GET /metrics/x HTTP/1.1", b"404"),
        (b"POST /metrics HTTP/1.1", b"405"),
        (b"GET /metrics?debug=1 HTTP/1.1", b"200"),
        (b"HEAD /metrics HTTP/1.1", b"200"),
        (b"\xff\x00", b"404"),
    ],
)
def test_only_the_metrics_are_there(request_line: bytes, status: bytes) -> None:
    async def run() -> bytes:
        async with served("x 1\n") as port:
            return await asked(port, request_line + b"\r\n" + own(port))

    answer = asyncio.run(run())
    assert answer.split()[1] == status
    assert answer.endswith(b"x 1\n") == (request_line.startswith(b"GET /metrics?"))


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("Host: evil.example", b"421"),
        ("Host: 0.0.0.0:PORT", b"421"),
        ("Host: 127.0.0.1:PORT.evil.example", b"421"),
        ("X: none", b"421"),
        ("Host: localhost:PORT", b"200"),
        ("Host: 127.0.0.1:PORT\r\nOrigin: http://evil.example", b"403"),
        ("Host: 127.0.0.1:PORT\r\nOrigin: http://127.0.0.1:PORT.evil.example", b"403"),
        ("Host: 127.0.0.1:PORT\r\nSec-Fetch-Site: cross-site", b"403"),
    ],
)
def test_a_foreign_page_gets_no_figures(header: str, status: bytes) -> None:
    async def run() -> bytes:
        async with served("x 1\n") as port:
            head = header.replace("PORT", str(port)).encode()
            return await asked(port, b"GET /metrics HTTP/1.1\r\n" + head + b"\r\n\r\n")

    answer = asyncio.run(run())
    assert answer.split()[1] == status
    assert (b"x 1" in answer) == (status == b"200")


def test_it_listens_on_the_loopbacks_own_address_alone() -> None:
    async def run() -> None:
        async with served() as port:
            with pytest.raises(ConnectionRefusedError):
                await asyncio.open_connection("127.0.0.2", port)

    asyncio.run(run())


async def ended(port: int, request: bytes) -> None:
    """Returns once the server has ended the connection, without an answer."""
    async with asyncio.timeout(DEADLINE_S):
        with suppress(ConnectionError):
            assert await asked(port, request) == b""


def test_who_asks_too_slowly_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.loopback_http.ANSWER_S", 0.01)

    async def run() -> None:
        async with served() as port:
            await ended(port, b"GET /metrics HTTP/1.1\r\n")

    asyncio.run(run())


def test_a_request_that_is_too_long_is_ended_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.loopback_http.ANSWER_S", 10 * DEADLINE_S)

    async def run() -> None:
        async with served() as port:
            await ended(port, b"G" * 16_385)

    asyncio.run(run())


def test_few_are_answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.loopback_http.ANSWER_S", 10 * DEADLINE_S)

    async def run() -> None:
        free, waiting = asyncio.Event(), 0

        async def text() -> str:
            nonlocal waiting
            waiting += 1
            await free.wait()
            return "x 1\n"

        endpoint = MetricsEndpoint(text)
        port = await endpoint.start(0)
        asking = [asyncio.create_task(asked(port, get(port))) for _ in range(4)]
        await until(lambda: waiting == 4)
        await ended(port, get(port))
        free.set()
        assert all(answer.endswith(b"x 1\n") for answer in await asyncio.gather(*asking))
        await endpoint.stop()

    asyncio.run(run())


def test_a_flood_ends_and_others_are_served_again() -> None:
    async def run() -> None:
        async with served("x 1\n") as port:
            assert await asked(port, b"G" * 100_000) == b""
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
            await asyncio.sleep(0)
            assert await asked(port, b"") == b""
            for _, writer in idle:
                writer.close()
                await writer.wait_closed()
            answer = b""
            while not answer:
                answer = await asked(port, get(port))
            assert answer.endswith(b"x 1\n")

    asyncio.run(run())


def test_a_port_that_is_taken_is_told() -> None:
    async def run() -> None:
        async with served() as port:
            with pytest.raises(MetricsError, match=f"--metrics {port}.*one that is free"):
                await MetricsEndpoint(lambda: asyncio.sleep(0, "")).start(port)
        with pytest.raises(MetricsError):
            await MetricsEndpoint(lambda: asyncio.sleep(0, "")).start(99_999)

    asyncio.run(run())


def test_one_who_never_began_can_stop() -> None:
    asyncio.run(MetricsEndpoint(lambda: asyncio.sleep(0, "")).stop())
