"""An edge with its link, on real files and a real broker, and the fixtures that run one."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from contract.facts import Position
from contract.high_water import POSITION
from contract.orders import Command, Desired, Modes
from edge.clock import SystemClock
from edge.core.own_uses import OwnUses
from edge.core.said import Said
from edge.core.saved_marks import SavedMarks
from edge.hub_link.connection import BrokerAddress
from edge.hub_link.link import HubLink, Who
from edge.hub_link.presence import PresenceReport
from edge.hub_link.seals import Seals
from edge.hub_link.tls import TlsFiles
from edge.marks import EdgeMarks
from edge.ports import KernelClock, ReaderPort
from edge.storage.enrolment_file import read_enrolment, save_trusted
from edge.storage.journal import SqliteJournal
from edge.storage.replica import Replica
from edge.storage.small_file import SmallFile
from edge.trust import EdgeTrust
from tests.brokers import Broker
from tests.edge.fakes import FakeLog, FakeTrustFile
from tests.edge.hub_model import FEED
from tests.edge.journal_runs import checkin
from tests.edge.mqtt_hub import MqttHub
from tests.edge.replica_runs import digest_on_disk
from tests.enrolled import enrolled_state

CARD = b"\x07" * 32


class TakenOrders:
    """Implements ports.Orders: remembers what came."""

    def __init__(self) -> None:
        self.taken: list[Desired | Modes | Command] = []

    def desired(self, desired: Desired) -> None:
        self.taken.append(desired)

    def modes(self, modes: Modes) -> None:
        self.taken.append(modes)

    def command(self, command: Command) -> None:
        self.taken.append(command)


@dataclass
class Edge:
    journal: SqliteJournal
    replica: Replica
    own: OwnUses
    log: FakeLog
    link: HubLink
    trust: EdgeTrust
    marks: EdgeMarks
    orders: "TakenOrders"
    connections: list[float]
    """When the broker could be reached."""

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
        assert await digest_on_disk(self.replica) == hub.model.digest_number()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def edge_at(
    folder: Path,
    port: int,
    readers: Sequence[ReaderPort] = (),
    tls: bool = False,
    clock: KernelClock | None = None,
) -> AsyncIterator[Edge]:
    """`folder` is the edge's state folder; where it is not enrolled, it is so now."""
    if not (folder / "enrolment").exists():
        enrolled_state(folder, port=port, tls=tls)
    enrolled = read_enrolment(folder)
    new_id = lambda: secrets.token_bytes(16)  # noqa: E731
    journal = await SqliteJournal.open(folder / "journal.db", new_id)
    own, log, clock = OwnUses(), FakeLog(), clock or SystemClock()
    marks = EdgeMarks(SmallFile(folder / "marks.json", SavedMarks), clock, log)
    replica = await Replica.open(folder / "replica", lambda feed: marks.mark(feed, POSITION))
    trust = EdgeTrust(clock, FakeTrustFile(), log)
    report = PresenceReport(FEED, "0.0", trust, journal, readers)
    seals = Seals(enrolled.signing_key, enrolled.trusted, partial(save_trusted, folder))
    who = Who(enrolled.edge, seals, Said(marks.start), marks)
    files = TlsFiles(enrolled.authority, enrolled.tls_certificate, enrolled.tls_key)
    address = BrokerAddress("127.0.0.1", port, files if enrolled.broker_tls else None)
    orders = TakenOrders()
    connections: list[float] = []
    connected = lambda: connections.append(clock.monotonic_s())  # noqa: E731
    link = HubLink(who, FEED, address, replica, journal, own, trust, report, orders, clock, log, new_id, connected)
    keeping = asyncio.create_task(marks.keep())
    await link.start()
    try:
        yield Edge(journal, replica, own, log, link, trust, marks, orders, connections)
    finally:
        await link.stop()
        marks.stop()
        await keeping
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
