"""A link that notes what is asked of it, for whoever speaks through the line."""

from dataclasses import dataclass, field

from contract.orders import Answered, Reported, Telemetry
from edge.core.configuration_events import Reach
from tests.edge.fakes import FakeConfirmer


@dataclass
class FakeLink:
    reach: Reach
    confirmations: FakeConfirmer = field(default_factory=FakeConfirmer)
    done: list[object] = field(default_factory=list)

    async def start(self) -> None:
        self.done.append("start")

    async def stop(self) -> None:
        self.done.append("stop")

    def journaled(self) -> None:
        self.done.append("journaled")

    async def follow_journal(self) -> None:
        self.done.append("follow_journal")

    def resync(self) -> None:
        self.done.append("resync")

    def report(self, reported: Reported) -> None:
        self.done.append(reported)

    def answer(self, answered: Answered) -> None:
        self.done.append(answered)

    def say_telemetry(self, telemetry: Telemetry) -> None:
        self.done.append(telemetry)
