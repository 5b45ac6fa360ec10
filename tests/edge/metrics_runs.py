"""The endpoint of metrics on a real port of the loopback, and whoever asks there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from edge.metrics import MetricsEndpoint


@asynccontextmanager
async def served(text: str = "") -> AsyncIterator[int]:
    async def given() -> str:
        return text

    endpoint = MetricsEndpoint(given)
    port = await endpoint.start(0)
    try:
        yield port
    finally:
        await endpoint.stop()


async def asked(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer
