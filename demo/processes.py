"""The demo's processes: each started with its log in a file, read as JSON lines, and ended by its own handle."""

import contextlib
import json
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

Event = dict[str, Any]
_LEASH = ("setpriv", "--pdeathsig", "TERM")
"""util-linux: the kernel ends a process when the demo is gone, however that ended."""
_ENDS_S = 600
"""Some commands wait for an edge themselves."""


class DemoError(Exception):
    """The demo cannot go on; the message says what happened and which log tells more."""


class Process:
    """A running process whose JSON lines can be waited for. Lines that are not JSON only go to the log."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], log_folder: Path) -> None:
        self.name = name
        self.log_path = log_folder / f"{name}.log"
        self._events: list[Event] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [*_LEASH, *command],
            env={**os.environ, **env, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C in the terminal is the demo's to handle: it ends its processes in order.
            start_new_session=True,
        )
        assert self._process.stdout is not None
        threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_for(self, wanted: Callable[[Event], bool], what: str, seconds: float = 30, after: int = 0) -> Event:
        """The first event from number `after` on that is `wanted`. DemoError when it does not come in time."""
        ends_s = time.monotonic() + seconds
        seen = after
        with self._changed:
            while True:
                for event in self._events[seen:]:
                    seen += 1
                    if wanted(event):
                        return event
                if self._process.poll() is not None:
                    raise DemoError(f"{self.name} ended before {what}; see {self.log_path}")
                left_s = ends_s - time.monotonic()
                if left_s <= 0:
                    raise DemoError(f"{self.name}: no {what} within {seconds:.0f} s; see {self.log_path}")
                # A process that ends prints nothing more, so it is looked at now and then.
                self._changed.wait(min(left_s, 0.2))

    def event_count(self) -> int:
        with self._changed:
            return len(self._events)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL where that did not end it within 10 seconds."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """SIGKILL: it gets no chance to tidy up, as in a power cut."""
        self._process.kill()
        self._process.wait()

    def events(self) -> list[Event]:
        """All JSON lines so far."""
        with self._changed:
            return list(self._events)

    def _read(self, stdout: IO[str]) -> None:
        with self.log_path.open("w") as log:
            for line in stdout:
                log.write(line)
                log.flush()
                with contextlib.suppress(ValueError):
                    event = json.loads(line)
                    if isinstance(event, dict):
                        with self._changed:
                            self._events.append(event)
                            self._changed.notify_all()


def run_to_end(command: Sequence[str], env: Mapping[str, str], log_path: Path, typed: str = "") -> str:
    """What a short command printed, to which `typed` was said. DemoError where it failed, or did not end."""
    whole = {**os.environ, **env}
    try:
        done = subprocess.run(
            command, env=whole, input=typed, capture_output=True, text=True, timeout=_ENDS_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise DemoError(f"{' '.join(command[1:])} did not end within {_ENDS_S} s") from error
    # What it printed goes to the caller alone: it may hold cards' codes.
    log_path.write_text(done.stderr)
    if done.returncode != 0:
        last_lines = "\n".join(done.stderr.strip().splitlines()[-5:])
        raise DemoError(f"{' '.join(command[1:])} failed; see {log_path}\n{last_lines}")
    return done.stdout


def free_port(wish: int = 0) -> int:
    """A loopback port that nobody listens on: `wish` where it is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wish))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_listening(port: int, process: Process, seconds: float = 20) -> None:
    ends_s = time.monotonic() + seconds
    while time.monotonic() < ends_s:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise DemoError(f"{process.name} does not listen on 127.0.0.1:{port}; see {process.log_path}")
