"""The worker as a process of its own."""

import json
import os
import queue
import subprocess
import sys
import threading
from typing import Any

PATIENCE_S = 60.0


class WorkerProcess:
    """`python -m hub worker`, and the lines of its log."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hub", "worker"], env=os.environ | variables, stdout=subprocess.PIPE, text=True
        )
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def wait_for(self, event: str) -> dict[str, Any]:
        while True:
            line = self.lines.get(timeout=PATIENCE_S)
            if line["event"] == event:
                return line

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
