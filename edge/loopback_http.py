"""HTTP/1.1 on this machine's loopback, as far as its own programs need it: a request, an answer, the end.

Few at once, each for a short time: no scan waits for whoever asks. Streams go on until either side ends them.
A foreign page in a browser of this machine gets nothing: not by another name for this machine (DNS rebinding), and
not from where it is.
Knows nothing of what is answered (edge/metrics.py, edge/counter).
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

HOST: Final = "127.0.0.1"
ANSWER_S: Final = 5.0
REQUEST_BYTES_MAX: Final = 8_192
BODY_BYTES_MAX: Final = 4_096


class BadRequest(Exception):
    """What came is no request that is answered here."""


@dataclass(frozen=True, slots=True)
class Request:
    """`path` without its query; names of `headers` in small letters."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """`stream`: what follows the body for as long as it goes on."""

    body: bytes = b""
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: AsyncGenerator[bytes, None] | None = None


Answer = Callable[[Request], Awaitable[Response]]


class LoopbackServer:
    """`at_once` requests are answered beside each other, and `streams` kept up; more are turned away."""

    def __init__(self, answer: Answer, at_once: int, streams: int = 0) -> None:
        self._answer = answer
        self._at_once = at_once
        self._streams = streams
        self._answering = 0
        self._pumping: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._hosts: frozenset[str] = frozenset()

    async def start(self, port: int) -> int:
        """Opens the port (0: a free one) on the loopback and returns it. OSError, OverflowError: it cannot."""
        self._server = await asyncio.start_server(self._serve, HOST, port, limit=REQUEST_BYTES_MAX)
        opened = int(self._server.sockets[0].getsockname()[1])
        self._hosts = frozenset(f"{host}:{opened}" for host in (HOST, "localhost"))
        return opened

    async def stop(self) -> None:
        """No more are answered, and streams end."""
        if self._server is not None:
            self._server.close()
        for task in list(self._pumping):
            task.cancel()
        if self._pumping:
            await asyncio.wait(self._pumping)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._answering >= self._at_once:
            writer.close()
            return
        try:
            stream = await self._answered(reader, writer)
            if stream is not None:
                await self._keep_up(stream, reader, writer)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, BadRequest):
            pass  # whoever asked is gone, too slow, or speaks something else
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answered(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> AsyncGenerator[bytes, None] | None:
        """The stream that follows, if one does."""
        self._answering += 1
        try:
            async with asyncio.timeout(ANSWER_S):
                request = await _read(reader)
                response = self._refusal(request.headers) or await self._answer(request)
                if response.stream is not None and len(self._pumping) >= self._streams:
                    response = Response(b"too many look already\n", HTTPStatus.SERVICE_UNAVAILABLE)
                head_only = request.method == "HEAD"
                writer.write(_encode(response, head_only))
                await writer.drain()
                return None if head_only else response.stream
        finally:
            self._answering -= 1

    def _refusal(self, headers: Mapping[str, str]) -> Response | None:
        """For whoever is not on this machine's own pages, nor a program that asks by itself."""
        if headers.get("host", "") not in self._hosts:
            return Response(b"this is for this machine alone\n", HTTPStatus.MISDIRECTED_REQUEST)
        origin = headers.get("origin")
        is_own = origin is None or origin in {f"http://{host}" for host in self._hosts}
        if not is_own or headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return Response(b"this is for its own pages alone\n", HTTPStatus.FORBIDDEN)
        return None

    async def _keep_up(
        self, stream: AsyncGenerator[bytes, None], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Until the stream ends, or who reads it has left: then its place is free at once."""
        pumping, leaving = asyncio.create_task(_pump(stream, writer)), asyncio.create_task(_left(reader))
        self._pumping.add(pumping)
        pumping.add_done_callback(self._pumping.discard)
        try:
            await asyncio.wait({pumping, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            pumping.cancel()
            await asyncio.wait({pumping, leaving})


async def _pump(stream: AsyncGenerator[bytes, None], writer: asyncio.StreamWriter) -> None:
    async with contextlib.aclosing(stream):
        with contextlib.suppress(OSError, TimeoutError):
            async for chunk in stream:
                writer.write(chunk)
                async with asyncio.timeout(ANSWER_S):
                    await writer.drain()


async def _left(reader: asyncio.StreamReader) -> None:
    """Returns once nothing more will be asked: a request is all that is read of one."""
    with contextlib.suppress(OSError):
        while await reader.read(REQUEST_BYTES_MAX):
            pass


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    request_line, *lines = head.rstrip("\r\n").split("\r\n")
    method, _, rest = request_line.partition(" ")
    path = rest.partition(" ")[0].partition("?")[0]
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name.lower() in headers:
            raise BadRequest
        headers[name.lower()] = value.strip()
    return Request(method, path, headers, await _body(reader, headers))


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()) or len(length) > 5 or int(length) > BODY_BYTES_MAX:
        raise BadRequest
    return await reader.readexactly(int(length))


def _encode(response: Response, head_only: bool) -> bytes:
    lines = [
        f"HTTP/1.1 {response.status.value} {response.status.phrase}",
        f"Content-Type: {response.content_type}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in response.headers.items()),
    ]
    if response.stream is None:
        lines.append(f"Content-Length: {len(response.body)}")
    return "\r\n".join([*lines, "\r\n"]).encode("latin-1") + (b"" if head_only else response.body)
