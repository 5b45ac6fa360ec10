"""What only rises, with a real edge: its copy of the feed, the epochs that it heard of, and what it says."""

import asyncio
import shutil
from pathlib import Path

from contract.facts import Card
from contract.high_water import HEAD, Mark
from contract.messages import Presence
from contract.orders import Answered, Reported
from contract.rows import card_change, gone
from contract.topics import UP_ANSWERED, UP_PRESENCE, UP_REPORTED, up
from tests.brokers import Broker
from tests.edge.attacker import Attacker
from tests.edge.hub_model import FEED
from tests.edge.link_runs import CARD, Edge, WithEdge, edge_at, hub, until, with_edge
from tests.edge.mqtt_hub import MqttHub
from tests.enrolled import EDGE, unsealed

__all__ = ["hub", "with_edge"]  # fixtures


def test_an_older_copy_does_not_decide_before_it_is_where_it_stood(
    hub: MqttHub, with_edge: WithEdge, tmp_path: Path, mosquitto: Broker
) -> None:
    state, copy = tmp_path / "edge", tmp_path / "copy"

    async def first(edge: Edge) -> None:
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)

    async def second(edge: Edge) -> None:
        hub.change(gone(card_change(CARD, Card(7))))
        await edge.is_like(hub)

    async def alone() -> None:
        async with edge_at(state, mosquitto.port) as edge:
            position = edge.replica.position()
            assert position is not None
            assert await edge.replica.look_up(CARD) is None
            assert await edge.replica.hours_rows() == []
            assert edge.log.all("replica_behind") == [
                {"epoch": 1_000, "sequence": position.sequence, "stood": [1_000, position.sequence + 1]}
            ]
            mosquitto.start()
            await edge.is_like(hub)
            found = await edge.replica.look_up(CARD)
            assert found is not None
            assert found.rows == []

    with_edge(first)
    shutil.copytree(state / "replica", copy)
    with_edge(second)
    shutil.rmtree(state / "replica")
    shutil.copytree(copy, state / "replica")
    mosquitto.kill()
    asyncio.run(alone())


def test_a_copy_that_was_lost_is_not_begun_anew_from_an_older_epoch(
    hub: MqttHub, with_edge: WithEdge, tmp_path: Path
) -> None:
    async def first(edge: Edge) -> None:
        with hub.lock:
            hub.model.epoch = 1_001
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)
        await until(lambda: edge.marks.mark(FEED, HEAD) == Mark(1_001, 0))
        with hub.lock:
            hub.model.epoch = 1_000

    async def then(edge: Edge) -> None:
        await until(lambda: edge.link.dropped().get("stale"))
        assert edge.replica.position() is None
        await until(lambda: any(pull.epoch == 1_001 and pull.after > 0 for pull in hub.pulls))
        with hub.lock:
            hub.model.epoch = 1_002
        hub.publish_head()
        await edge.is_like(hub)

    with_edge(first)
    shutil.rmtree(tmp_path / "edge" / "replica")
    with_edge(then)


def test_what_an_edge_says_rises_over_connections_and_starts(
    hub: MqttHub, with_edge: WithEdge, mosquitto: Broker
) -> None:
    presences: list[Presence] = []
    watchers: list[Attacker] = []

    def hear() -> None:
        topic = up(EDGE, UP_PRESENCE)
        said = watchers.pop().said_on(topic)
        presences.extend(unsealed(topic, payload, Presence) for payload in said)

    async def work(edge: Edge) -> None:
        for _ in range(2):
            watchers.append(watcher := Attacker(mosquitto.port))
            await until(lambda watcher=watcher: watcher.said_on(up(EDGE, UP_PRESENCE)))
            hub.change(card_change(CARD, Card(len(presences) + 1)))
            await edge.is_like(hub)
            mosquitto.kill()
            await until(lambda: not edge.link._session.online)
            hear()
            watcher.stop()
            mosquitto.start()
            await until(lambda: edge.link._session.online)

    with_edge(work)
    with_edge(work)
    marks = [Mark(each.start, each.n) for each in presences]
    assert len(set(marks)) >= 4
    assert marks == sorted(marks)
    assert len({mark.epoch for mark in marks}) == 2


def test_reports_and_answers_are_said_at_each_connection(
    hub: MqttHub, with_edge: WithEdge, mosquitto: Broker
) -> None:
    async def work(edge: Edge) -> None:
        edge.link.report(report(7))
        await edge.is_like(hub)
        watcher = Attacker(mosquitto.port)
        topic = up(EDGE, UP_REPORTED)
        await until(lambda: watcher.said_on(topic))
        edge.link.report(report(8))
        edge.link.answer(Answered(epoch=1, number=3, at_us=0))
        await until(lambda: len(watcher.said_on(topic)) == 2 and watcher.said_on(up(EDGE, UP_ANSWERED)))
        old, new = [unsealed(topic, payload, Reported) for payload in watcher.said_on(topic)]
        assert (old.generation, new.generation) == (7, 8)
        assert old.start == new.start == edge.marks.start
        assert old.n < new.n
        watcher.stop()
        mosquitto.kill()
        await until(lambda: edge.log.all("disconnected"))
        edge.link.answer(Answered(epoch=1, number=4, at_us=0))
        mosquitto.start()
        watcher = Attacker(mosquitto.port)
        answers = up(EDGE, UP_ANSWERED)
        await until(lambda: len(watcher.said_on(answers)) == 2)
        said = [unsealed(answers, payload, Answered).number for payload in watcher.said_on(answers)]
        assert said == [3, 4]
        watcher.stop()

    with_edge(work)


def test_a_fresh_copy_is_loaded_when_somebody_wants_one(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)
        before = len(edge.log.all("replica"))
        edge.link.resync()
        await until(lambda: len(edge.log.all("replica")) == before + 1)
        await edge.is_like(hub)
        assert edge.log.all("digest_mismatch") == []

    with_edge(work)


def report(generation: int) -> Reported:
    return Reported(
        start=0,
        n=0,
        at_us=0,
        epoch=1,
        generation=generation,
        mode_epoch=0,
        mode_generation=0,
        command_epoch=0,
        command=0,
    )
