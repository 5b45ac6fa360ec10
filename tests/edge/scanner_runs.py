"""A scanner's reader that runs while a test lasts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from edge.clock import SystemClock
from edge.scanners import device_reader
from edge.scanners.choice import scanner_of
from edge.scanners.device_reader import DeviceReader
from edge.scanners.settings import ScannerSettings
from tests.edge import fakes
from tests.edge.typing_scanner import TypingScanner

_RETRY_S = 0.02


@contextlib.asynccontextmanager
async def reading(
    scanner: fakes.Scanner | TypingScanner, log: fakes.FakeLog, **said: Any
) -> AsyncIterator[DeviceReader]:
    """Once the device was tried; one that is lost is tried again soon."""
    settings = ScannerSettings(str(scanner.path), isinstance(scanner, TypingScanner), **said)
    reader = scanner_of("door", settings, SystemClock(), log)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(device_reader, "RETRY_S", _RETRY_S)
        task = asyncio.create_task(reader.run())
        try:
            async with asyncio.timeout(60):
                await reader.tried.wait()
                yield reader
        finally:
            task.cancel()
            await asyncio.wait({task})


async def until(log: fakes.FakeLog, event: str, count: int = 1) -> None:
    async with asyncio.timeout(60):
        while len(log.all(event)) < count:
            await asyncio.sleep(0.01)
