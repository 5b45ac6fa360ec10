"""The link when things are broken: messages, disks, replicas, journals."""

import asyncio
from pathlib import Path

import pytest

from contract.facts import Card
from contract.messages import Ack
from contract.rows import card_change
from contract.seal import SEALED_BYTES_MAX
from contract.topics import DOWN_ACK, DOWN_PAGE, FEED_HEAD, FEED_LIVE, down, feed
from edge.storage.replica import ReplicaError
from tests.brokers import Broker
from tests.edge.feed_samples import Club
from tests.edge.hub_model import FEED
from tests.edge.link_runs import CARD, Edge, WithEdge, edge_at, hub, until, with_edge
from tests.edge.mqtt_hub import EDGE, MqttHub
from tests.edge.replica_runs import digest_on_disk

__all__ = ["hub", "with_edge"]  # fixtures


def test_what_is_broken_oversized_or_of_others_is_counted_and_dropped(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        hub.change(*Club(7, CARD).changes())
        await edge.is_like(hub)
        before = await digest_on_disk(edge.replica)
        broken = (b"", b"\xff\xff\xff", b"\xa1" * 50, b"\x9b" + b"\xff" * 8, bytes(SEALED_BYTES_MAX + 1))
        for topic in (feed(FEED, FEED_HEAD), feed(FEED, FEED_LIVE), down(EDGE, DOWN_PAGE), down(EDGE, DOWN_ACK)):
            for payload in broken:
                hub.say(topic, payload)
        with hub.lock:
            live = hub.model.change(card_change(b"1" * 32, Card(1)), card_change(b"2" * 32, Card(2)))
        live.rows.reverse()
        hub.say(feed(FEED, FEED_LIVE), live)
        hub.say(down(EDGE, DOWN_ACK), Ack(b"x" * 16, 5, 1_000, 1))
        hub.say(down(EDGE, DOWN_ACK), Ack(edge.journal.id, 5, 1_000, 1))
        await until(lambda: {each["what"] for each in edge.log.all("dropped")} == {"head", "live", "page", "ack"})
        assert await digest_on_disk(edge.replica) == before
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


def test_a_fresh_replica_that_rots_on_its_way_to_the_disk_is_found_by_the_recount(
    hub: MqttHub, with_edge: WithEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(edge: Edge) -> None:
        finish_fresh = edge.replica.finish_fresh
        rots = iter([True])

        async def rotting(digest: int) -> bool:
            exact = await finish_fresh(digest)
            if next(rots, False):
                assert edge.replica._whole is not None
                edge.replica._whole._connection.execute("UPDATE feed_row SET body = x'00' WHERE sequence = 4")
            return exact

        monkeypatch.setattr(edge.replica, "finish_fresh", rotting)
        hub.change(*Club(7, CARD).changes())
        await until(lambda: len(edge.log.all("replica")) == 2)
        await edge.is_like(hub)

    with_edge(work)


def test_rows_that_are_out_of_order_are_not_applied(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        hub.deaf = True
        with hub.lock:
            live = hub.model.change(card_change(b"1" * 32, Card(1)), card_change(b"2" * 32, Card(2)))
        live.rows.reverse()
        hub.say(feed(FEED, FEED_LIVE), live)
        await until(lambda: edge.log.all("dropped") or edge.log.all("applied"))
        assert edge.log.all("applied") == []
        hub.deaf = False
        hub.publish_head()
        await edge.is_like(hub)

    with_edge(work)


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


def test_what_was_set_aside_at_the_start_is_told(tmp_path: Path, mosquitto: Broker) -> None:
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
        await until(lambda: edge.log.all("failed"))
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
        # A broker drops what a slow client does not fetch; a hub says its head again, as here.
        while (position := edge.replica.position()) is None or position.sequence < hub.model.sequence:
            hub.publish_head()
            await asyncio.sleep(0.1)
        await edge.is_like(hub)
        assert 1 <= len(edge.log.all("dropped")) < 60

    with_edge(work)
