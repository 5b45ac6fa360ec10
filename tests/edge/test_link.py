"""The link to the hub on a real mosquitto: catching up, live rows, check-ins, hubs and brokers that go away."""

import asyncio
from pathlib import Path

from contract.facts import Card, Customer, Position
from contract.rows import card_change, customer_change, gone
from tests.brokers import Broker
from tests.edge.feed_samples import Club
from tests.edge.hub_model import FEED
from tests.edge.link_runs import CARD, Edge, WithEdge, edge_at, hub, until, with_edge
from tests.edge.mqtt_hub import MqttHub

__all__ = ["hub", "with_edge"]  # fixtures


def test_a_new_edge_pulls_all_and_then_follows(hub: MqttHub, with_edge: WithEdge) -> None:
    hub.change(*Club(7, CARD).changes())
    for first in range(0, 3_500, 500):
        cards = [card_change(n.to_bytes(32, "big"), Card(n)) for n in range(first, first + 500)]
        hub.change(*cards)

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        assert edge.log.all("connected") == [{}]
        assert edge.log.all("replica") == [{"feed": FEED, "epoch": 1_000, "sequence": 3_510}]
        found = await edge.replica.look_up(CARD)
        assert found is not None
        assert len(found.rows) == 7
        pulls = len(hub.pulls)
        assert pulls == 4
        hub.change(gone(card_change(CARD, Card(7))))
        hub.change(customer_change(Customer(7, "Member with a day plan")))
        await edge.is_like(hub)
        assert len(hub.pulls) == pulls
        assert edge.log.all("applied")[-1] == {"sequence": 3_512}

    with_edge(work)


def test_a_change_that_was_not_heard_is_pulled(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        hub.change(*Club(7, CARD).changes())
        await edge.is_like(hub)
        hub.change(card_change(b"1" * 32, Card(1)), live=False)
        await edge.is_like(hub)
        with hub.lock:
            hub.model.change(card_change(b"2" * 32, Card(2)))
        hub.change(card_change(b"3" * 32, Card(3)))
        await edge.is_like(hub)

    with_edge(work)


def test_check_ins_reach_the_hub_once_each_and_their_uses_come_back(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        for number in range(1, 1_301):
            await edge.check_in(number)
        await until(lambda: {"upto": 1_300} in edge.log.all("acked"))
        assert [taken[1] for taken in hub.model.taken] == list(range(1, 1_301))
        await edge.is_like(hub)
        await until(lambda: len(edge.own) == 0)
        await until(lambda: edge.journal.acked is not None and edge.journal.acked.upto == 1_300)

    with_edge(work)


def test_an_edge_starts_and_keeps_its_check_ins_with_no_broker(tmp_path: Path, mosquitto: Broker) -> None:
    mosquitto.kill()

    async def alone() -> None:
        async with edge_at(tmp_path / "edge", mosquitto.port) as edge:
            for number in range(1, 21):
                await edge.check_in(number)
            assert len(edge.own) == 20
            assert edge.log.all("connected") == []

    asyncio.run(alone())
    mosquitto.start()
    hub = MqttHub(mosquitto.port)
    hub.wait()

    async def then() -> None:
        async with edge_at(tmp_path / "edge", mosquitto.port) as edge:
            assert len(edge.own) == 20
            await until(lambda: len(edge.own) == 0)
            await edge.is_like(hub)
            assert [taken[1] for taken in hub.model.taken] == list(range(1, 21))

    asyncio.run(then())

    async def once_more() -> None:
        async with edge_at(tmp_path / "edge", mosquitto.port) as edge:
            assert len(edge.own) == 0
            assert edge.log.all("replica") == [{"feed": FEED, "epoch": 1_000, "sequence": 20}]

    asyncio.run(once_more())
    hub.stop()


def test_a_broker_that_dies_is_found_again(hub: MqttHub, mosquitto: Broker, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        hub.change(*Club(7, CARD).changes())
        await edge.is_like(hub)
        for number in (1, 11):
            mosquitto.kill()
            await until(lambda: len(edge.log.all("disconnected")) > len(edge.log.all("connected")) - 1)
            for each in range(number, number + 10):
                await edge.check_in(each)
            with hub.lock:
                hub.model.change(card_change(number.to_bytes(32, "big"), Card(number)))
            mosquitto.start()
            await until(lambda last=number + 9: {"upto": last} in edge.log.all("acked"))
            await edge.is_like(hub)
        assert sorted(taken[1] for taken in hub.model.taken) == list(range(1, 21))
        await until(lambda: len(edge.own) == 0)

    with_edge(work)


def test_a_deaf_hub_gets_it_all_when_it_listens_again(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        hub.deaf = True
        for number in range(1, 2_001):
            await edge.check_in(number, counted=False)
        with hub.lock:
            hub.model.change(card_change(CARD, Card(7)))
            hub.publish_head()
        await asyncio.sleep(0.2)
        hub.deaf = False
        await until(lambda: {"upto": 2_000} in edge.log.all("acked"))
        assert [taken[1] for taken in hub.model.taken] == list(range(1, 2_001))
        await edge.is_like(hub)

    with_edge(work)


def test_a_restored_hub_gets_back_what_it_lost_and_no_use_is_missed(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)
        for number in range(1, 6):
            await edge.check_in(number)
        await until(lambda: len(edge.own) == 0)
        with hub.lock:
            backup = hub.model.backup()
        for number in range(6, 11):
            await edge.check_in(number)
        await until(lambda: len(edge.own) == 0)
        hub.deaf = True
        hub.restore(backup)
        await asyncio.sleep(0.2)
        hub.deaf = False
        await edge.is_like(hub)
        uses = {row[1][-16:] for row in await uses_in(edge)} | {use.id for use in edge.own.of(7)}
        assert uses >= {number.to_bytes(16, "big") for number in range(1, 11)}
        await until(lambda: hub.model.upto == {edge.journal.id: 10})
        await until(lambda: len(edge.own) == 0)
        await edge.is_like(hub)
        assert len(await uses_in(edge)) == 10
        assert edge.replica.position() == Position(FEED, 1_001, hub.model.sequence)

    async def uses_in(edge: Edge) -> list[tuple[object, ...]]:
        assert edge.replica._reader is not None
        return list(await edge.replica._reader.execute_fetchall("SELECT kind, key FROM feed_row WHERE kind = 6"))

    with_edge(work)
