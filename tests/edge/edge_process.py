"""The real edge as a process, with scanners that are pseudo-terminals and no broker to be found."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contract.messages import CheckIn, decode
from tests.edge.fakes import Scanner
from tests.enrolled import ORGANIZATION_KEY, enrolled_state

KEY_DIGITS = ORGANIZATION_KEY.hex()
DEADLINE_S = 30.0
Event = dict[str, Any]


def write_configuration(folder: Path, **changes: str) -> Path:
    """An edge.toml with a door and a counter in `folder`; `changes` replace text in it."""
    text = f"""
edge = "clubhouse"
feed = "everyone"
[broker]
host = "127.0.0.1"
port = 1
tls = false
[hardware]
pin_factory = "mock"
[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "{folder / "door"}"
relay_pin = 17
[[readers]]
name = "counter"
kind = "counter"
permission = "glass-of-wine"
device = "{folder / "counter"}"
"""
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    path = folder / "edge.toml"
    path.write_text(text)
    return path


def run_command(state_dir: Path, configuration: Path | None, module: str = "edge") -> list[str]:
    command = [sys.executable, "-m", module, "run", "--state", str(state_dir)]
    return command if configuration is None else [*command, "--config", str(configuration)]


class EdgeProcess:
    """`python -m edge run`; `events` are the lines of its log so far."""

    def __init__(
        self,
        folder: Path,
        broker_port: int = 1,
        arguments: tuple[str, ...] = (),
        configured: bool = True,
        *,
        module: str = "edge",
        variables: Mapping[str, str] = MappingProxyType({}),
        **changes: str,
    ) -> None:
        """Nothing listens at port 1. `arguments` are run's; `changes` replace text in the configuration, which a
        process that is not `configured` is not given. `module` is run in place of the edge itself."""
        self.door, self.counter = Scanner(folder / "door"), Scanner(folder / "counter")
        self.door.plug_in()
        self.counter.plug_in()
        self.journal_path = folder / "state" / "journal.db"
        self.raw_log = b""
        self.events: list[Event] = []
        self._came = threading.Condition()
        configuration = write_configuration(folder, **{"port = 1\n": f"port = {broker_port}\n"}, **changes)
        if not (folder / "state" / "enrolment").exists():
            enrolled_state(folder / "state", port=broker_port)
        self.process = subprocess.Popen(
            [*run_command(folder / "state", configuration if configured else None, module), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONWARNINGS": "default", **variables},
        )
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def wait_for(self, event: str, fits: Callable[[Event], bool] = lambda _: True, count: int = 1) -> Event:
        """The `count`th such event, now or later."""
        with self._came:
            found: list[Event] = []

            def arrived() -> bool:
                found[:] = [each for each in self.events if each["event"] == event and fits(each)]
                return len(found) >= count

            if not self._came.wait_for(arrived, DEADLINE_S):
                raise AssertionError(f"no {event}; the log: {self.events}")
            return found[count - 1]

    def stop(self) -> tuple[int, str]:
        """SIGTERM; the exit code and what stood on stderr."""
        self.process.terminate()
        return self.ended()

    def ended(self) -> tuple[int, str]:
        code = self.process.wait(DEADLINE_S)
        self._listener.join()
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            errors = stream.read().decode()
        return code, errors

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.ended()
        self.door.close()
        self.counter.close()

    def journal(self) -> list[CheckIn]:
        """What stands in the journal, oldest first."""
        connection = sqlite3.connect(f"file:{self.journal_path}?mode=ro", uri=True)
        rows = connection.execute("SELECT body FROM checkin ORDER BY sequence").fetchall()
        connection.close()
        return [decode(body, CheckIn) for (body,) in rows]

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as stream:
            for line in stream:
                with self._came:
                    self.raw_log += line
                    self.events.append(json.loads(line))
                    self._came.notify_all()
