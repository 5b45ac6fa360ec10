"""`http://127.0.0.1:PORT/metrics`: the edge's figures for a Prometheus on this machine, and for nobody else."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from contract.exposition import CONTENT_TYPE
from edge.loopback_http import HOST, LoopbackServer, Request, Response

_AT_ONCE: Final = 4


class MetricsError(Exception):
    """The endpoint cannot be opened; the text says what to do."""


class MetricsEndpoint:
    """`text` gives what is shown at /metrics, anew for each request."""

    def __init__(self, text: Callable[[], Awaitable[str]]) -> None:
        self._text = text
        self._server = LoopbackServer(self._answer, _AT_ONCE)

    async def start(self, port: int) -> int:
        """Opens the port (0: a free one) on the loopback and returns it. MetricsError: it cannot be had."""
        try:
            return await self._server.start(port)
        except (OSError, OverflowError) as error:
            raise MetricsError(
                f"--metrics {port}: the port cannot be opened on {HOST} ({error}): name one that is free"
            ) from error

    async def stop(self) -> None:
        await self._server.stop()

    async def _answer(self, request: Request) -> Response:
        if request.path != "/metrics":
            return Response(b"it is at /metrics\n", HTTPStatus.NOT_FOUND)
        if request.method not in ("GET", "HEAD"):
            return Response(b"GET it\n", HTTPStatus.METHOD_NOT_ALLOWED)
        return Response((await self._text()).encode(), content_type=CONTENT_TYPE)
