"""A real hub for an installed edge: mosquitto, the worker, the pages that enrol, and the example club."""

import json
import sys
from pathlib import Path

from demo.processes import free_port, run_to_end, wait_until_listening
from tests.system.club import Hub, wait_until

EDGE = "clubhouse"


class WebHub(Hub):
    """`url` is what an edge is enrolled at; `code` a card's that opens the front door."""

    def __init__(self, folder: Path, url: str = "", broker_for_edges: str = "", data: Path | None = None) -> None:
        """`url` and `broker_for_edges`: how edges call what listens here, if otherwise than this machine does.
        `data`: that of a hub that goes on, copied and brought up to this version; None: a new one with the
        example club."""
        super().__init__(folder, data=data)
        self.web_port = free_port()
        self.url = url or f"http://127.0.0.1:{self.web_port}"
        self.env["DOORWARD_URL"] = self.url
        if broker_for_edges:
            self.env["DOORWARD_BROKER_FOR_EDGES"] = broker_for_edges
        self.seeded = {} if data else self._seed()
        if data:
            self.hub("init")
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    @property
    def code(self) -> str:
        return str(self.seeded["tireless"][0])

    def code_to_enrol(self) -> str:
        """What somebody reads at the hub and types at the edge."""
        lines = [line.strip() for line in self.hub("enrol", EDGE).splitlines() if line.startswith("  ")]
        return lines[1]

    def wait_for_checkins(self, count: int) -> None:
        wait_until(lambda: len(self.at_hub()) >= count, f"{count} check-ins at the hub")

    def _start(self) -> None:
        self.start_broker()
        self.start_worker()
        command = [sys.executable, "-m", "hub", "web", "--bind", f"127.0.0.1:{self.web_port}"]
        wait_until_listening(self.web_port, self.start_process("web", command, self.env))

    def _seed(self) -> dict[str, object]:
        command = [sys.executable, "-m", "tests.system.seed", "1", "3600", "1000"]
        return dict(json.loads(run_to_end(command, self.env, self.folder / "seed.log")))
