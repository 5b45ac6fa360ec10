"""The process that does a replica's bulk work, as the edge sees it: started, asked, ended, never left behind.

A process that ends or hangs is a fault like a disk's: whoever asked is told, and begins again with another one.
"""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from typing import Final

from edge.storage.bulk_messages import Answer, End, Fault, Request, next_answer, send

_COMMAND: Final = (sys.executable, "-m", "edge.storage.bulk_child")
_END_S: Final = 5.0


class BulkProcess:
    """`ask` one request after another. On the event loop."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    @classmethod
    async def start(cls) -> "BulkProcess":
        """OSError: no process can be had."""
        return cls(await asyncio.to_thread(_started))

    async def ask(self, request: Request, within_s: float) -> Answer:
        """A Fault too where the process ended, or said nothing within `within_s`: then it is gone.

        Who asked and is cancelled ends the process.
        """
        asked = asyncio.create_task(asyncio.to_thread(self._exchange, request))
        try:
            done, _ = await asyncio.wait({asked}, timeout=within_s)
        except asyncio.CancelledError:
            self._process.kill()
            raise
        if done:
            return asked.result()
        await self.kill()
        return Fault(f"the process that does it was ended: it gave no answer within {within_s:.0f} s")

    async def end(self) -> bool:
        """In order: what it had open is closed. Whether that went well; it is gone in any case."""
        answer = await self.ask(End(), _END_S)
        await self.kill()
        return not isinstance(answer, Fault)

    async def kill(self) -> None:
        """At once. It leaves nothing behind that needs care but the file it had open."""
        await asyncio.to_thread(self._gone)

    def _exchange(self, request: Request) -> Answer:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            return Fault("the process that does it has no pipes")
        try:
            send(stdin, request)
            answer = next_answer(stdout)
        except (OSError, ValueError):  # it ended; ValueError: the pipes are closed
            answer = None
        return answer or Fault(f"the process that does it ended: {self._gone()}")

    def _gone(self) -> int:
        """Its exit status once it is gone."""
        self._process.kill()
        status = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what it did not take any more
                    pipe.close()
        return status


def _started() -> "subprocess.Popen[bytes]":
    # One arena: what the process frees between pages goes back at once, and there is one thread that allocates.
    environment = {**os.environ, "MALLOC_ARENA_MAX": "1"}
    return subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)  # noqa: S603
