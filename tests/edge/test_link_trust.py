"""Contact, hub time and the replica's age over a real mosquitto, and in a real edge that is killed."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.facts import Card
from contract.instants import to_us
from contract.rows import card_change
from contract.trust import ClockState
from edge.clock import SystemClock
from edge.core import inquiry
from edge.storage.trust_file import SmallTrustFile
from edge.trust import EdgeTrust
from tests.brokers import Broker
from tests.edge.edge_process import EdgeProcess
from tests.edge.fakes import FakeLog
from tests.edge.link_runs import CARD, Edge, WithEdge, hub, until, with_edge
from tests.edge.mqtt_hub import MqttHub

__all__ = ["hub", "with_edge"]  # fixtures

LONG_AGO = timedelta(days=400)


class WrongClock(SystemClock):
    """A kernel that calls any time right."""

    wrong = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.wrong

    def kernel_synchronized(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[WrongClock]:
    monkeypatch.setattr("tests.edge.link_runs.SystemClock", WrongClock)
    monkeypatch.setattr(WrongClock, "wrong", timedelta(0))
    return WrongClock


def tell_time(hub: MqttHub) -> None:
    """From now on pages say the hub's time."""

    def with_time(page: Any) -> Any:
        fields = {name: getattr(page, name) for name in page.__struct_fields__}
        return type(page)(**{**fields, "at_us": to_us(datetime.now(UTC))})

    hub.change_page = with_time


def test_contact_begins_with_an_answer_and_ends_with_the_connection(
    hub: MqttHub, mosquitto: Broker, with_edge: WithEdge
) -> None:
    async def work(edge: Edge) -> None:
        assert not edge.trust.in_contact()
        await edge.is_like(hub)
        await until(edge.trust.in_contact)
        assert edge.trust.replica_age_s() is not None
        await edge.check_in(1)
        await until(lambda: {"upto": 1} in edge.log.all("acked"))
        assert edge.trust.in_contact()
        mosquitto.kill()
        await until(lambda: not edge.trust.in_contact())
        mosquitto.start()
        await until(edge.trust.in_contact)

    with_edge(work)


def test_a_hub_that_takes_no_check_ins_is_not_in_contact(
    hub: MqttHub, with_edge: WithEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.core.contact.ACK_WITHIN_S", 0.2)

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        await until(edge.trust.in_contact)
        hub.takes_checkins = False
        await edge.check_in(1)
        await until(lambda: not edge.trust.in_contact())
        hub.takes_checkins = True
        await until(edge.trust.in_contact)

    with_edge(work)


def test_the_hub_is_asked_again_and_again_and_its_silence_ends_contact(
    hub: MqttHub, with_edge: WithEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiry, "ASK_EVERY_S", 0.5)
    monkeypatch.setattr("edge.core.contact.ANSWER_AGE_MAX_S", 4.0)

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        asked = len(hub.pulls)
        await until(lambda: len(hub.pulls) >= asked + 2)
        assert edge.trust.in_contact()
        hub.deaf = True
        hub.publish_head()
        await until(lambda: not edge.trust.in_contact())
        age_s = edge.trust.replica_age_s()
        assert age_s is not None
        assert age_s > 4.0
        hub.deaf = False
        await until(edge.trust.in_contact)

    with_edge(work)


def test_a_wrong_clock_shows_and_the_hubs_time_holds_it(
    hub: MqttHub, with_edge: WithEdge, clock: type[WrongClock]
) -> None:
    tell_time(hub)
    clock.wrong = -LONG_AGO

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        await until(edge.trust.in_contact)
        assert edge.trust.clock_state() is ClockState.UNKNOWN
        assert edge.trust.now() >= datetime.now(UTC) - timedelta(minutes=5)
        clock.wrong = timedelta(0)
        assert edge.trust.clock_state() is ClockState.SYNCED
        clock.wrong = LONG_AGO
        assert edge.trust.clock_state() is ClockState.UNKNOWN
        changes = [("unknown", "synced"), ("synced", "unknown")]
        assert edge.log.all("clock") == [{"from": before, "to": after} for before, after in changes]

    with_edge(work)


def test_the_age_of_the_replica_survives_a_kill(tmp_path: Path, mosquitto: Broker) -> None:
    hub = MqttHub(mosquitto.port)
    hub.wait()
    tell_time(hub)
    hub.change(card_change(CARD, Card(7)))
    path = tmp_path / "state" / "trust.json"
    began_s = SystemClock().boottime_s()
    edge = EdgeProcess(tmp_path, mosquitto.port)
    try:
        edge.wait_for("replica")
        asyncio.run(until(lambda: path.exists() and kept(path)["whole_s"] is not None))
        edge.process.kill()
        edge.ended()
    finally:
        edge.close()
        hub.stop()
    before = kept(path)
    assert began_s < before["whole_s"] <= before["saved_s"] <= SystemClock().boottime_s()
    edge = EdgeProcess(tmp_path)
    try:
        edge.wait_for("no_broker")
        assert edge.stop() == (0, "")
    finally:
        edge.close()
    after = kept(path)
    assert after["saved_s"] > before["saved_s"]
    assert {name: after[name] for name in ("boot", "floor", "hub", "whole_s")} == {
        name: before[name] for name in ("boot", "floor", "hub", "whole_s")
    }
    asyncio.run(next_process(path, before["whole_s"]))


async def next_process(path: Path, whole_s: float) -> None:
    trust = EdgeTrust(SystemClock(), SmallTrustFile(path), FakeLog())
    age_s = trust.replica_age_s()
    assert age_s is not None
    assert 0 < age_s <= SystemClock().boottime_s() - whole_s
    assert trust.now() >= datetime.now(UTC) - timedelta(minutes=5)


def kept(path: Path) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(path.read_bytes().split(b"\n", 1)[1])
    return fields
