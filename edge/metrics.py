"""`http://127.0.0.1:PORT/metrics`: the edge's figures for a Prometheus on this machine, and for nobody else.

HTTP/1.1 as far as a scraper needs it: a request, an answer, the end. Few at once, each for a short time: no scan
waits for whoever asks.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from contract.exposition import CONTENT_TYPE

HOST: Final = "127.0.0.1"
_AT_ONCE: Final = 4
_ANSWER_S: Final = 5.0
_REQUEST_BYTES_MAX: Final = 8_192


class MetricsError(Exception):
    """The endpoint cannot be opened; the text says what to do."""


class MetricsEndpoint:
    """`text` gives what is shown at /metrics, anew for each request."""

    def __init__(self, text: Callable[[], Awaitable[str]]) -> None:
        self._text = text
        self._answering = 0
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """Opens the port (0: a free one) on the loopback and returns it. MetricsError: it cannot be had."""
        try:
            self._server = await asyncio.start_server(self._answer, HOST, port, limit=_REQUEST_BYTES_MAX)
        except (OSError, OverflowError) as error:
            raise MetricsError(
                f"--metrics {port}: the port cannot be opened on {HOST} ({error}): name one that is free"
            ) from error
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._answering >= _AT_ONCE:
            writer.close()
            return
        self._answering += 1
        try:
            async with asyncio.timeout(_ANSWER_S):
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(await self._response(request.split(b"\r\n", 1)[0]))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked is gone, too slow or no scraper
        finally:
            self._answering -= 1
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _response(self, request_line: bytes) -> bytes:
        method, _, rest = request_line.partition(b" ")
        path = rest.partition(b" ")[0].partition(b"?")[0]
        if path != b"/metrics":
            return _http(b"404 Not Found", "it is at /metrics\n")
        if method not in (b"GET", b"HEAD"):
            return _http(b"405 Method Not Allowed", "GET it\n")
        return _http(b"200 OK", await self._text(), CONTENT_TYPE, method == b"HEAD")


def _http(status: bytes, text: str, content_type: str = "text/plain", head_only: bool = False) -> bytes:
    body = text.encode()
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status, content_type.encode(), len(body)) + (b"" if head_only else body)
