"""An edge with its link, on real files and a real broker, and the fixtures that run one."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract.facts import Position
from edge.clock import SystemClock
from edge.core.own_uses import OwnUses
from edge.hub_link.link import HubLink
from edge.hub_link.presence import PresenceReport
from edge.ports import ReaderPort
from edge.storage.journal import SqliteJournal
from edge.storage.replica import Replica
from edge.trust import EdgeTrust
from tests.brokers import Broker
from tests.edge.fakes import FakeLog, FakeTrustFile
from tests.edge.hub_model import FEED
from tests.edge.mqtt_hub import EDGE, MqttHub
from tests.edge.test_journal import checkin

CARD = b"\x07" * 32


@dataclass
class Edge:
    journal: SqliteJournal
    replica: Replica
    own: OwnUses
    log: FakeLog
    link: HubLink
    trust: EdgeTrust

    async def check_in(self, number: int, counted: bool = True) -> int:
        """As a gate does it."""
        each = checkin(number, counted)
        self.own.add(each)
        sequence = await self.journal.append(each)
        self.own.journaled(each.id, sequence)
        self.link.journaled()
        return sequence

    async def is_like(self, hub: MqttHub) -> None:
        def same() -> bool:
            model = hub.model
            return self.replica.position() == Position(FEED, model.epoch, model.sequence)

        await until(same)
        assert await self.replica.digest_from_disk() == hub.model.digest_number()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def edge_at(folder: Path, port: int, readers: Sequence[ReaderPort] = ()) -> AsyncIterator[Edge]:
    new_id = lambda: secrets.token_bytes(16)  # noqa: E731
    journal = await SqliteJournal.open(folder / "journal.db", new_id)
    replica = await Replica.open(folder / "replica")
    own, log, clock = OwnUses(), FakeLog(), SystemClock()
    trust = EdgeTrust(clock, FakeTrustFile(), log)
    report = PresenceReport(FEED, "0.0", trust, journal, readers)
    link = HubLink(EDGE, FEED, "127.0.0.1", port, replica, journal, own, trust, report, clock, log, new_id)
    await link.start()
    try:
        yield Edge(journal, replica, own, log, link, trust)
    finally:
        await link.stop()
        await replica.close()
        await journal.close()


@pytest.fixture
def hub(mosquitto: Broker) -> Iterator[MqttHub]:
    hub = MqttHub(mosquitto.port)
    hub.wait()
    yield hub
    hub.stop()


@pytest.fixture
def with_edge(tmp_path: Path, mosquitto: Broker) -> Callable[[Callable[[Edge], Awaitable[None]]], None]:
    def run(work: Callable[[Edge], Awaitable[None]]) -> None:
        async def opened() -> None:
            async with edge_at(tmp_path / "edge", mosquitto.port) as edge:
                await work(edge)

        asyncio.run(opened())

    return run


WithEdge = Callable[[Callable[[Edge], Awaitable[None]]], None]
