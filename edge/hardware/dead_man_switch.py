"""The dead man's switch of the outputs, as the edge sees it: a process that is told what is at rest.

Of the edge's end that process (edge/dead_man.py) hears from the kernel: whatever ends the edge closes its side of
their socket. One that ends itself is told in the log and begun again. Nothing here waits for what it does.
"""

import asyncio
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
"""Where the one before it was begun again, too, and had not heard anything: this one will hardly do better."""
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
        self._is_told = False
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
            child, self._child = self._child, None
            if child is not None:
                asyncio.get_running_loop().remove_reader(child.socket)
                await asyncio.to_thread(child.end, _END_S)

    async def keep(self) -> None:
        while True:
            await self._lost.wait()
            async with self._changing:
                self._lost.clear()
                pause_s = _LATER_S if self._is_told else _AGAIN_S
                await self._bury()
            await asyncio.sleep(pause_s)
            async with self._changing:
                if self._levels != _NOTHING and self._child is None:
                    await self._begin()

    async def _begin(self) -> None:
        try:
            self._child = await asyncio.to_thread(_Child, self._command)
        except OSError as error:
            self._tell(str(error.strerror))
            self._lost.set()
            return
        asyncio.get_running_loop().add_reader(self._child.socket, self._hear, self._child)
        self._say()

    def _say(self) -> None:
        if self._child is not None and not self._child.say(*self._levels):
            self._lost.set()

    def _hear(self, child: "_Child") -> None:
        if child.hears():
            if self._is_told:
                self._log("guarded")
            self._is_told = False
        else:
            asyncio.get_running_loop().remove_reader(child.socket)
            self._lost.set()

    async def _bury(self) -> None:
        """What is left of one that ended."""
        child, self._child = self._child, None
        if child is not None:
            asyncio.get_running_loop().remove_reader(child.socket)
            status = await asyncio.to_thread(child.end, 0.0)
            self._tell(f"its process ended: {status}")

    def _tell(self, why: str) -> None:
        if not self._is_told:
            self._log("unguarded", why=why, hint="an edge that is killed may leave its relays on")
        self._is_told = True


class _Child:
    """One process, and the edge's side of its stdin."""

    def __init__(self, command: tuple[str, ...]) -> None:
        """OSError: no process can be had."""
        self._process: subprocess.Popen[bytes]
        self.socket, theirs = socket.socketpair()
        self.socket.setblocking(False)
        with theirs:
            try:
                self._process = _begun(command, theirs)
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

    def end(self, within_s: float) -> int:
        """It is gone when this returns: its exit status."""
        self.socket.close()
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def _begun(command: tuple[str, ...], stdin: socket.socket) -> "subprocess.Popen[bytes]":
    """From its first moment it takes no signal that is meant for a whole group: it has this thread's mask."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, FOR_THE_GROUP)
    try:
        return subprocess.Popen(command, stdin=stdin.fileno())  # noqa: S603
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
