"""The link where something was set up wrongly or restored: what the log says, and that no check-in is lost."""

import asyncio
import shutil
import socket
from pathlib import Path

import pytest

from contract.facts import Card
from contract.rows import card_change
from edge.core import overdue
from edge.hub_link import session
from tests.brokers import Broker
from tests.edge.hub_model import FEED
from tests.edge.link_runs import CARD, Edge, WithEdge, edge_at, hub, until, with_edge
from tests.edge.mqtt_hub import MqttHub

__all__ = ["hub", "with_edge"]  # fixtures


def test_a_broker_that_is_not_there_is_told_once(tmp_path: Path, mosquitto: Broker) -> None:
    mosquitto.kill()

    async def work() -> None:
        async with edge_at(tmp_path / "edge", mosquitto.port) as edge:
            await until(lambda: edge.log.all("no_broker"))
            await asyncio.sleep(1.5)
            assert edge.log.all("no_broker") == [
                {"host": "127.0.0.1", "port": mosquitto.port, "why": "Connection refused"}
            ]
            mosquitto.start()
            await until(lambda: edge.log.all("connected"))
            mosquitto.kill()
            await until(lambda: len(edge.log.all("no_broker")) == 2)
            assert edge.log.all("disconnected") == [{"why": "the broker closed the connection"}]

    asyncio.run(work())


def test_a_port_that_is_no_brokers_is_told(tmp_path: Path) -> None:
    async def work() -> None:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        async with server, edge_at(tmp_path / "edge", server.sockets[0].getsockname()[1]) as edge:
            await until(lambda: edge.log.all("no_broker"))
            assert "does not let this edge in" in str(edge.log.all("no_broker")[0]["why"])
            assert edge.log.all("connected") == []

    asyncio.run(work())


def test_a_host_that_has_no_address_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "create_connection", unknown)

    async def work() -> None:
        async with edge_at(tmp_path / "edge", 1) as edge:
            await until(lambda: edge.log.all("no_broker"))
            assert edge.log.all("no_broker")[0]["why"] == "Name or service not known"

    asyncio.run(work())


def test_a_hub_that_does_not_answer_is_told(
    hub: MqttHub, with_edge: WithEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "NO_ANSWER_AFTER_S", 0.5)
    hub.deaf = True

    async def work(edge: Edge) -> None:
        await edge.check_in(1)
        await until(lambda: {each["to"] for each in edge.log.all("no_answer")} == {"pull", "checkins"})
        assert FEED in str(edge.log.all("no_answer")[0]["hint"])
        hub.deaf = False
        hub.publish_head()
        await edge.is_like(hub)
        assert len(edge.log.all("no_answer")) == 2

    with_edge(work)


def test_a_hub_that_has_come_back_gets_at_once_what_it_did_not_hear(
    hub: MqttHub, with_edge: WithEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue, "ANSWER_WITHIN_S", 1_000.0)

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        hub.deaf = True
        await edge.check_in(1, counted=False)
        with hub.lock:
            hub.model.change(card_change(CARD, Card(7)))
            hub.publish_head()
        await until(lambda: edge.link._up.outbox.awaits_ack and edge.link._down.sync.awaits_page)
        await asyncio.sleep(0.6)
        hub.deaf = False
        hub.publish_head()
        await until(lambda: {"upto": 1} in edge.log.all("acked"))
        await edge.is_like(hub)

    with_edge(work)


def test_two_edges_of_one_name_are_told(tmp_path: Path, mosquitto: Broker) -> None:
    async def work() -> None:
        async with edge_at(tmp_path / "one", mosquitto.port) as one, edge_at(tmp_path / "two", mosquitto.port):
            await until(lambda: any("hint" in each for each in one.log.all("disconnected")))
            assert all(each["why"] for each in one.log.all("disconnected"))

    asyncio.run(work())


@pytest.mark.parametrize("offline", [1, 5, 30])
def test_a_state_folder_restored_from_an_old_copy_loses_no_check_in(
    tmp_path: Path, mosquitto: Broker, hub: MqttHub, offline: int
) -> None:
    """Fewer, as many and more check-ins than were lost are made before the hub is heard of again."""
    state, copy = tmp_path / "edge", tmp_path / "copy"

    async def check_in(first: int, last: int) -> None:
        async with edge_at(state, mosquitto.port) as edge:
            for number in range(first, last):
                await edge.check_in(number)
            await until(lambda: {"upto": last - 1} in edge.log.all("acked"))
            await edge.is_like(hub)

    async def check_in_again() -> None:
        async with edge_at(state, mosquitto.port) as edge:
            for number in range(100, 100 + offline):
                await edge.check_in(number)
            await until(lambda: edge.link._up.outbox.last == 10 + offline)
            mosquitto.start()
            await until(lambda: {"upto": 10 + offline} in edge.log.all("acked"))
            assert edge.log.all("journal_rolled_back") == [{"last": 10 + offline, "hub_has": 15}]
            await edge.check_in(999)
            await until(lambda: len(edge.own) == 0)
            await edge.is_like(hub)

    asyncio.run(check_in(1, 11))
    shutil.copytree(state, copy)
    asyncio.run(check_in(11, 16))
    shutil.rmtree(state)
    shutil.copytree(copy, state)
    mosquitto.kill()
    asyncio.run(check_in_again())
    numbers = sorted(int.from_bytes(taken[2], "big") for taken in hub.model.taken)
    assert numbers == [*range(1, 16), *range(100, 100 + offline), 999]
