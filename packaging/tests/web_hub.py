"""A real hub for an installed edge: mosquitto, the worker, the pages that enrol, and the example club."""

import json
import sys
from pathlib import Path

from demo.processes import free_port, run_to_end, wait_until_listening
from tests.system.club import Hub, wait_until

EDGE = "clubhouse"


class WebHub(Hub):
    """`url` is what an edge is enrolled at; `code` a card's that opens the front door."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.env["DOORWARD_URL"] = self.url
        seed = [sys.executable, "-m", "tests.system.seed", "1", "3600", "1000"]
        self.code = str(json.loads(run_to_end(seed, self.env, folder / "seed.log"))["tireless"][0])
        self.start_broker()
        self.start_worker()
        command = [sys.executable, "-m", "hub", "web", "--bind", f"127.0.0.1:{port}"]
        wait_until_listening(port, self.start_process("web", command, self.env))

    def code_to_enrol(self) -> str:
        """What somebody reads at the hub and types at the edge."""
        lines = [line.strip() for line in self.hub("enrol", EDGE).splitlines() if line.startswith("  ")]
        return lines[1]

    def wait_for_checkins(self, count: int) -> None:
        wait_until(lambda: len(self.at_hub()) >= count, f"{count} check-ins at the hub")
