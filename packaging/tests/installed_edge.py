"""The edge of a machine, run as its unit runs it, with a pseudo-terminal for a scanner."""

from pathlib import Path

from machine import Machine

from demo.processes import Event, Process
from demo.scanner import Scanner

CONFIGURATION = """
[hardware]
pin_factory = "mock"

[[readers]]
name = "door"
kind = "door"
permission = "front-door"
device = "/tmp/door.tty"
relay_pin = 17
rescan_seconds = 0
"""


class InstalledEdge:
    """A process of it; `number` is put into its log's name."""

    def __init__(self, machine: Machine, folder: Path, config: str = "/etc/doorward/edge.toml") -> None:
        self._scanner = Scanner(machine.root / "tmp" / "door.tty")
        machine.plug_in(self._scanner.path.readlink())
        folder.mkdir()
        command = machine.command("doorward-edge", "run", "--config", config)
        self.process = Process("edge", command, {}, folder)
        self.process.wait_for(lambda event: event.get("event") == "started", "start")

    def scan(self, code: str) -> Event:
        seen = self.process.event_count()
        self._scanner.scan(code.encode())
        return self.process.wait_for(lambda event: event.get("event") == "scan", "scan", after=seen)

    def wait_for_replica(self) -> None:
        self.process.wait_for(lambda event: event.get("event") == "replica", "whole replica")

    def close(self) -> None:
        self.process.stop()
        self._scanner.close()
