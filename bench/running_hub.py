"""A hub as it is installed and has been filled, with a mosquitto and one worker of its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec import Struct, json

from contract.keys import VerifyingKey
from demo.processes import Process, run_to_end
from tests.brokers import Broker


class Filled(Struct, frozen=True):
    """By bench/fill_fleet.py: ids of what the hub was filled with, its key, and the card of one of the company's
    people."""

    hub_key: str
    plan: int
    company: int
    member: int
    membership: int
    code: str

    def verifying(self) -> VerifyingKey:
        return VerifyingKey(bytes.fromhex(self.hub_key))


@dataclass(frozen=True)
class RunningHub:
    folder: Path
    env: dict[str, str]
    printed: str
    broker: Broker
    worker: Process

    @property
    def filled(self) -> Filled:
        return json.decode(self.printed, type=Filled)

    def enrol(self, edge: str, state: Path) -> None:
        """Writes the edge's state folder, as enrolment leaves it."""
        self.run("enrol", "tests.system.enrol", edge, str(state))

    def run(self, name: str, module: str, *arguments: str) -> str:
        """What a module printed that ran in the hub's environment."""
        return run_to_end([sys.executable, "-m", module, *arguments], self.env, self.folder / f"{name}.log")

    def start(self, name: str, module: str, *arguments: str) -> Process:
        """A module in the hub's environment that goes on beside."""
        return Process(name, [sys.executable, "-m", module, *arguments], self.env, self.folder)


@contextmanager
def running_hub(folder: Path, *fill: str, database_url: str = "") -> Iterator[RunningHub]:
    """`fill`: a module that fills it, and that one's arguments. `database_url` empty: SQLite."""
    broker = Broker(folder / "broker")
    env = {
        "DOORWARD_DATA": str(folder / "hub"),
        "DOORWARD_BROKER": f"mqtt://127.0.0.1:{broker.port}",
        "DATABASE_URL": database_url,
    }
    run_to_end([sys.executable, "-m", "hub", "init"], env, folder / "init.log")
    printed = run_to_end([sys.executable, "-m", *fill], env, folder / "fill.log")
    broker.start()
    worker = Process("worker", [sys.executable, "-m", "hub", "worker"], env, folder)
    try:
        worker.wait_for(lambda event: event.get("event") == "worker_ready", "connection to the broker")
        yield RunningHub(folder, env, printed, broker, worker)
    finally:
        worker.stop()
        broker.stop()
