"""The link to the hub on a real mosquitto: catching up, live rows, check-ins, and everything that breaks."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from contract.decision import Card, Customer, Position
from contract.feed import card_change, customer_change, gone
from contract.instants import from_us
from contract.limits import Use
from contract.messages import Ack, CheckIn
from contract.topics import DOWN_ACK, DOWN_PAGE, FEED_HEAD, FEED_LIVE, down, feed
from edge.clock import SystemClock
from edge.core.own_uses import OwnUses
from edge.hub_link.link import HubLink
from edge.storage.journal import SqliteJournal
from edge.storage.replica import Replica, ReplicaError
from tests.edge.fakes import FakeLog
from tests.edge.feed_samples import Club
from tests.edge.hub_model import FEED
from tests.edge.mqtt_hub import EDGE, MqttHub
from tests.edge.test_journal import checkin
from tests.hub.broker import Mosquitto

CARD = b"\x07" * 32


@dataclass
class Edge:
    journal: SqliteJournal
    replica: Replica
    own: OwnUses
    log: FakeLog
    link: HubLink

    async def check_in(self, number: int, counted: bool = True) -> int:
        """As a gate does it."""
        each = checkin(number, counted)
        if counted:
            self.own.add(use_of(each))
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


def use_of(each: CheckIn) -> Use:
    assert each.customer is not None
    assert each.membership is not None
    return Use(each.id, each.customer, each.membership, each.permission, from_us(each.at_us))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


@asynccontextmanager
async def edge_at(folder: Path, port: int) -> AsyncIterator[Edge]:
    new_id = lambda: secrets.token_bytes(16)  # noqa: E731
    journal = await SqliteJournal.open(folder / "journal.db", new_id)
    replica = await Replica.open(folder / "replica")
    own, log = OwnUses(), FakeLog()
    link = HubLink(EDGE, FEED, "127.0.0.1", port, replica, journal, own, SystemClock(), log, new_id)
    await link.start()
    try:
        yield Edge(journal, replica, own, log, link)
    finally:
        await link.stop()
        await replica.close()
        await journal.close()


@pytest.fixture
def hub(mosquitto: Mosquitto) -> Iterator[MqttHub]:
    hub = MqttHub(mosquitto.port)
    hub.wait()
    yield hub
    hub.stop()


@pytest.fixture
def with_edge(tmp_path: Path, mosquitto: Mosquitto) -> Callable[[Callable[[Edge], Awaitable[None]]], None]:
    def run(work: Callable[[Edge], Awaitable[None]]) -> None:
        async def opened() -> None:
            async with edge_at(tmp_path / "edge", mosquitto.port) as edge:
                await work(edge)

        asyncio.run(opened())

    return run


WithEdge = Callable[[Callable[[Edge], Awaitable[None]]], None]


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


def test_an_edge_starts_and_keeps_its_check_ins_with_no_broker(tmp_path: Path, mosquitto: Mosquitto) -> None:
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


def test_a_broker_that_dies_is_found_again(hub: MqttHub, mosquitto: Mosquitto, with_edge: WithEdge) -> None:
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


def test_what_is_broken_oversized_or_of_others_is_counted_and_dropped(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        hub.change(*Club(7, CARD).changes())
        await edge.is_like(hub)
        before = await edge.replica.digest_from_disk()
        for topic in (feed(FEED, FEED_HEAD), feed(FEED, FEED_LIVE), down(EDGE, DOWN_PAGE), down(EDGE, DOWN_ACK)):
            for payload in (b"", b"\xff\xff\xff", b"\xa1" * 50, b"\x9b" + b"\xff" * 8, b"\x00" * 3_000_000):
                hub.say(topic, payload)
        with hub.lock:
            live = hub.model.change(card_change(b"1" * 32, Card(1)), card_change(b"2" * 32, Card(2)))
        live.rows.reverse()
        hub.say(feed(FEED, FEED_LIVE), live)
        hub.say(down(EDGE, DOWN_ACK), Ack(b"x" * 16, 5, 1_000, 1))
        hub.say(down(EDGE, DOWN_ACK), Ack(edge.journal.id, 5, 1_000, 1))
        await until(lambda: {each["what"] for each in edge.log.all("dropped")} == {"head", "live", "page", "ack"})
        assert await edge.replica.digest_from_disk() == before
        hub.publish_head()
        await edge.is_like(hub)
        await edge.check_in(1)
        await until(lambda: {"upto": 1} in edge.log.all("acked"))

    with_edge(work)


def test_a_disk_that_fails_is_told_and_the_link_goes_on(
    hub: MqttHub, with_edge: WithEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(edge: Edge) -> None:
        hub.change(*Club(7, CARD).changes())
        await edge.is_like(hub)
        apply = edge.replica.apply
        fails = iter([True, False])

        async def failing(rows: list[object], upto: int) -> int:
            if next(fails, False):
                raise ReplicaError("the replica cannot be written: database or disk is full")
            return await apply(rows, upto)  # type: ignore[arg-type]

        monkeypatch.setattr(edge.replica, "apply", failing)
        hub.change(card_change(b"1" * 32, Card(1)))
        hub.change(card_change(b"2" * 32, Card(2)))
        await edge.is_like(hub)
        (failed,) = edge.log.all("replica_failed")
        assert "full" in str(failed["why"])

    with_edge(work)


def test_a_replica_that_rotted_heals(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        hub.change(*Club(7, CARD).changes())
        await edge.is_like(hub)
        assert edge.replica._whole is not None
        edge.replica._whole._connection.execute("DELETE FROM feed_row WHERE sequence = 4")
        edge.replica._whole._connection.execute("UPDATE meta SET digest = zeroblob(32)")
        hub.change(card_change(b"1" * 32, Card(1)))
        await until(lambda: len(edge.log.all("replica")) == 2)
        await edge.is_like(hub)
        assert edge.log.all("digest_mismatch")

    with_edge(work)


def test_a_replica_that_rotted_while_the_edge_was_off_is_found_by_the_recount(
    hub: MqttHub, with_edge: WithEdge
) -> None:
    async def fill(edge: Edge) -> None:
        hub.change(*Club(7, CARD).changes())
        await edge.is_like(hub)
        assert edge.replica._whole is not None
        edge.replica._whole._connection.execute("UPDATE feed_row SET body = x'00' WHERE sequence = 4")

    async def heal(edge: Edge) -> None:
        await until(lambda: len(edge.log.all("replica")) == 2)
        await edge.is_like(hub)

    with_edge(fill)
    with_edge(heal)


def test_a_replica_lost_while_running_is_pulled_anew(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        hub.change(*Club(7, CARD).changes())
        await edge.is_like(hub)
        await edge.replica._give_up()
        assert await edge.replica.look_up(CARD) is None
        await until(lambda: len(edge.log.all("replica")) == 2)
        assert edge.log.all("replica_lost") == [{"set_aside": "damaged-replica.db"}]
        await edge.is_like(hub)

    with_edge(work)


def test_what_was_set_aside_at_the_start_is_told(tmp_path: Path, mosquitto: Mosquitto) -> None:
    (tmp_path / "edge" / "replica").mkdir(parents=True)
    (tmp_path / "edge" / "journal.db").write_bytes(b"\xa5" * 9_000)
    (tmp_path / "edge" / "replica" / "replica.1.db").write_bytes(b"\xa5" * 9_000)

    async def work() -> None:
        async with edge_at(tmp_path / "edge", mosquitto.port) as edge:
            assert edge.log.all("damaged") == [
                {"set_aside": "journal.db.damaged-1"},
                {"set_aside": "damaged-replica.db"},
            ]

    asyncio.run(work())


def test_a_journal_that_cannot_be_read_for_a_while_holds_nothing_up(
    hub: MqttHub, with_edge: WithEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        last_sequence = edge.journal.last_sequence
        fails = iter([True, True])

        async def failing() -> int:
            if next(fails, False):
                raise OSError("no")
            return await last_sequence()

        monkeypatch.setattr(edge.journal, "last_sequence", failing)
        await edge.check_in(1)
        await until(lambda: edge.log.all("link_failed"))
        await edge.check_in(2)
        await edge.check_in(3)
        await until(lambda: {"upto": 3} in edge.log.all("acked"))

    with_edge(work)


def test_a_flood_of_broken_messages_is_a_few_lines(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        for _ in range(2_000):
            hub.say(feed(FEED, FEED_LIVE), b"\xff")
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)
        assert 1 <= len(edge.log.all("dropped")) < 60

    with_edge(work)
