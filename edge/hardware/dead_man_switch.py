"""The dead man's switch of the outputs, as the edge sees it: a process that is told what is at rest.

Of the edge's end that process (edge/dead_man.py) hears from the kernel: whatever ends the edge closes its side of
their socket. One that ends itself is told in the log and begun again, after a pause that grows while none stands
for long; outputs change meanwhile.
"""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from typing import Final

from edge.ports import Log

_COMMAND: Final = (sys.executable, "-m", "edge.dead_man")
_AGAIN_S: Final = 1.0
_LATER_S: Final = 60.0
"""The longest pause: where one after the other ends, the next will hardly do better, and its beginning costs."""
_STANDS_S: Final = 60.0
"""From its answer on. One that stands for as long is no repetition of the one before it, and only then is an edge
`guarded` again: what ends and begins all day is told once."""
_END_S: Final = 2.0
_NOTHING: Final[tuple[int, Mapping[int, int]]] = (0, {})
_ANSWERS_BYTES: Final = 64
FOR_THE_GROUP: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class DeadManSwitch:
    """`hold`, and `keep`, which goes on until it is cancelled; then `close`. On the event loop."""

    def __init__(self, log: Log, command: tuple[str, ...] = _COMMAND) -> None:
        self._log = log
        self._command = command
        self._levels = _NOTHING
        self._child: _Child | None = None
        self._ending: _Child | None = None
        self._is_told = False
        self._pause_s = _AGAIN_S
        self._standing: asyncio.TimerHandle | None = None
        self._lost = asyncio.Event()
        self._changing = asyncio.Lock()

    async def hold(self, chip: int | None, levels: Mapping[int, int]) -> None:
        """From now on these outputs of the chip are at rest at these levels, 0 or 1; it is said when this returns.
        None, or no chip: there is nothing to be done, and no process is begun for it."""
        async with self._changing:
            self._levels = (chip, levels) if chip is not None and levels else _NOTHING
            if self._child is None and self._levels != _NOTHING:
                await self._begin()
            else:
                self._say()

    async def close(self) -> None:
        """Nothing is at rest any more, and no process left."""
        async with self._changing:
            self._levels = _NOTHING
            self._say()
            left = self._taken(), self._ending
        for child in left:
            if child is not None:
                await asyncio.to_thread(child.end, _END_S)

    async def keep(self) -> None:
        while True:
            await self._lost.wait()
            async with self._changing:
                self._lost.clear()
                self._ending = child = self._taken()
            if child is not None:
                self._tell(f"its process ended: {await asyncio.to_thread(child.end, 0.0)}")
            pause_s, self._pause_s = self._pause_s, min(2 * self._pause_s, _LATER_S)
            await asyncio.sleep(pause_s)
            async with self._changing:
                if self._levels == _NOTHING:
                    self._stands()  # there is nothing to be left on
                elif self._child is None:
                    await self._begin()

    async def _begin(self) -> None:
        beginning = asyncio.create_task(asyncio.to_thread(_Child, self._command, self._is_told))
        try:
            self._child = await asyncio.shield(beginning)
        except OSError as error:
            self._tell(str(error.strerror))
            self._lost.set()
            return
        except asyncio.CancelledError:
            with contextlib.suppress(OSError):
                self._child = await beginning  # there is one all the same, which `close` ends
            raise
        asyncio.get_running_loop().add_reader(self._child.socket, self._hear, self._child)
        self._say()

    def _say(self) -> None:
        if self._child is not None and not self._child.say(*self._levels):
            self._lost.set()

    def _hear(self, child: "_Child") -> None:
        loop = asyncio.get_running_loop()
        if not child.hears():
            loop.remove_reader(child.socket)
            self._lost.set()
        elif self._standing is None:
            self._standing = loop.call_later(_STANDS_S, self._stands)

    def _stands(self) -> None:
        self._pause_s = _AGAIN_S
        if self._is_told:
            self._log("guarded")
        self._is_told = False

    def _taken(self) -> "_Child | None":
        """The one there was, to be ended: there is none now, and nobody who wants another waits for that."""
        child, self._child = self._child, None
        if self._standing is not None:
            self._standing.cancel()
            self._standing = None
        if child is not None:
            asyncio.get_running_loop().remove_reader(child.socket)
        return child

    def _tell(self, why: str) -> None:
        if not self._is_told:
            self._log("unguarded", why=why, hint="an edge that is killed may leave its relays on")
        self._is_told = True


class _Child:
    """One process, and the edge's side of its stdin."""

    def __init__(self, command: tuple[str, ...], again: bool) -> None:
        """`again`: what it says as it ends the one before it said. OSError: no process can be had."""
        self._process: subprocess.Popen[bytes]
        self.socket, theirs = socket.socketpair()
        self.socket.setblocking(False)
        with theirs:
            try:
                self._process = _begun(command, theirs, subprocess.DEVNULL if again else None)
            except OSError:
                self.socket.close()
                raise

    def say(self, chip: int, levels: Mapping[int, int]) -> bool:
        """Whether it was taken, whole."""
        message = json.dumps([chip, list(levels.items())]).encode() + b"\n"
        try:
            return self.socket.send(message) == len(message)
        except OSError:  # nobody reads there, or not any more
            return False

    def hears(self) -> bool:
        """Whether what can be read is an answer, and not its end."""
        try:
            return self.socket.recv(_ANSWERS_BYTES) != b""
        except OSError:
            return False

    def end(self, within_s: float) -> int | None:
        """Its exit status once it is gone. None: the kernel does not end it, as where a device does not answer."""
        self.socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(within_s)
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(_END_S)
        return None


def _begun(command: tuple[str, ...], stdin: socket.socket, stderr: int | None) -> "subprocess.Popen[bytes]":
    """From its first moment it takes no signal that is meant for a whole group: it has this thread's mask."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_GROUP)
    try:
        return subprocess.Popen(command, stdin=stdin.fileno(), stderr=stderr)  # noqa: S603
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
