"""The link's care for acks and for own uses: whose acks count, which are kept, what a restored hub has lost."""

import asyncio
from pathlib import Path

import pytest

from contract.messages import Ack
from contract.topics import DOWN_ACK, down
from edge.hub_link import ack_notes
from edge.storage.journal import SqliteJournal
from tests.edge.link_runs import Edge, WithEdge, hub, until, with_edge
from tests.edge.mqtt_hub import EDGE, MqttHub

__all__ = ["hub", "with_edge"]  # fixtures


def test_an_ack_of_another_journal_says_nothing_of_this_one(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        hub.takes_checkins = False
        await edge.check_in(1)
        await until(lambda: edge.link._up.outbox.awaits_ack)
        for journal, upto in ((b"x" * 16, 1), (edge.journal.id, 0), (b"x" * 16, 99), (edge.journal.id, 0)):
            hub.say(down(EDGE, DOWN_ACK), Ack(journal, upto, 1_000, 0))
        await until(lambda: len(edge.log.all("acked")) == 2 or edge.log.all("journal_rolled_back"))
        assert edge.log.all("acked") == [{"upto": 0}, {"upto": 0}]
        assert len(edge.own) == 1
        hub.takes_checkins = True
        hub.publish_head()
        await until(lambda: {"upto": 1} in edge.log.all("acked"))

    with_edge(work)


def test_the_last_ack_is_written_down_at_the_end(
    hub: MqttHub, with_edge: WithEdge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ack_notes, "_EVERY_S", 1_000.0)

    async def work(edge: Edge) -> None:
        await edge.check_in(1)
        await until(lambda: edge.journal.acked is not None)
        await edge.check_in(2)
        await until(lambda: {"upto": 2} in edge.log.all("acked"))
        assert edge.journal.acked is not None
        assert edge.journal.acked.upto == 1

    async def look() -> None:
        journal = await SqliteJournal.open(tmp_path / "edge" / "journal.db", lambda: b"n" * 16)
        await journal.close()
        assert journal.acked is not None
        assert journal.acked.upto == 2

    with_edge(work)
    asyncio.run(look())


def test_uses_that_a_restored_hub_lost_count_before_it_has_them_again(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        with hub.lock:
            backup = hub.model.backup()
        await edge.check_in(1)
        await edge.check_in(2)
        await until(lambda: {"upto": 2} in edge.log.all("acked"))
        await until(lambda: len(edge.own) == 0)
        hub.takes_checkins = False
        hub.restore(backup)
        await edge.is_like(hub)
        assert {use.id for use in edge.own.of(7)} == {number.to_bytes(16, "big") for number in (1, 2)}
        hub.takes_checkins = True
        hub.publish_head()
        await until(lambda: len(edge.own) == 0)

    with_edge(work)
