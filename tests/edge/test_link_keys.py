"""The hub's key is another: over a real broker, in whatever order, kept over a restart, and never by a forger."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contract.facts import Card
from contract.instants import to_us
from contract.keys import SigningKey
from contract.rows import card_change
from contract.seal import Rotation
from contract.topics import FEED_HEAD, feed, key
from edge.clock import SystemClock
from edge.core.sync_events import Answer, State
from edge.hub_link.link_time import Known
from edge.hub_link.mail import Mail
from edge.hub_link.transport import Heard
from edge.storage.enrolment_file import read_enrolment
from tests.brokers import Broker
from tests.edge.hub_model import FEED
from tests.edge.link_runs import CARD, Edge, WithEdge, edge_at, hub, until, with_edge
from tests.edge.mqtt_hub import MqttHub
from tests.enrolled import HUB_KEY, STRANGER_KEY, TRUSTED, sealed

__all__ = ["hub", "with_edge"]  # fixtures

KEYS = {1: HUB_KEY, 2: SigningKey(b"\x42" * 32), 3: SigningKey(b"\x43" * 32)}
HEAD = feed(FEED, FEED_HEAD)
STRANGERS_ROTATION = Rotation(key=STRANGER_KEY.verifying.public, generation=2, old_until_us=0)


def rotation(generation: int, old_for: timedelta, by: SigningKey | None = None) -> bytes:
    until_us = to_us(datetime.now(UTC) + old_for)
    said = Rotation(key=KEYS[generation].verifying.public, generation=generation, old_until_us=until_us)
    return sealed(key(generation), said, by or KEYS[generation - 1])


def rotate(hub: MqttHub, generation: int, old_for: timedelta = timedelta(0)) -> None:
    hub.say(key(generation), rotation(generation, old_for), retain=True)
    hub.key = KEYS[generation]
    hub.publish_head()


def turned(edge: Edge) -> list[object]:
    return [line["generation"] for line in edge.log.all("hub_key")]


def test_a_new_key_takes_over_and_the_old_one_is_worth_nothing(
    hub: MqttHub, with_edge: WithEdge, tmp_path: Path
) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        rotate(hub, 2)
        await until(lambda: turned(edge) == [2])
        assert read_enrolment(tmp_path / "edge").trusted.current == KEYS[2].verifying
        edge.link._time.note()
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)
        before = edge.link.dropped().get("unknown_key", 0)
        hub.say(HEAD, sealed(HEAD, hub.model.head(), KEYS[1]))
        await until(lambda: edge.link.dropped().get("unknown_key", 0) > before)

    async def after(edge: Edge) -> None:
        await edge.is_like(hub)
        assert turned(edge) == []

    with_edge(work)
    with_edge(after)


def test_a_key_that_the_broker_threw_away_is_asked_for_again(
    hub: MqttHub, with_edge: WithEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_key, lost = Mail._read_key, []

    def lose_the_first(mail: Mail, topic: str, payload: bytes, known: Known) -> list[Heard]:
        if not lost:
            lost.append(topic)
            return []
        return read_key(mail, topic, payload, known)

    monkeypatch.setattr(Mail, "_read_key", lose_the_first)

    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        rotate(hub, 2)
        await until(lambda: turned(edge) == [2])
        assert lost == [key(2)]
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)
        assert len(edge.log.all("connected")) == 1

    with_edge(work)


class SetClock(SystemClock):
    """The kernel says that it is synchronized."""

    def kernel_synchronized(self) -> bool:
        return True


def test_until_an_instant_both_count(hub: MqttHub, mosquitto: Broker, tmp_path: Path) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        answer = Answer(time.monotonic(), to_us(datetime.now(UTC)), None)
        edge.link._time.note_sync(answer, edge.replica.position(), State.FOLLOWING)
        rotate(hub, 2, timedelta(hours=1))
        await until(lambda: turned(edge) == [2])
        hub.key = KEYS[1]
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)
        hub.key = KEYS[2]
        hub.change(card_change(CARD, Card(8)))
        await edge.is_like(hub)
        assert edge.link.dropped() == {}

    async def run() -> None:
        async with edge_at(tmp_path / "edge", mosquitto.port, clock=SetClock()) as edge:
            await work(edge)

    asyncio.run(run())


def test_an_edge_that_was_away_hears_of_all_keys_at_once(hub: MqttHub, with_edge: WithEdge) -> None:
    for generation in (3, 2):
        hub.say(key(generation), rotation(generation, timedelta(0)), retain=True)
    hub.key = KEYS[3]
    hub.publish_head()

    async def work(edge: Edge) -> None:
        await until(lambda: turned(edge) == [2, 3])
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)

    with_edge(work)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (lambda: rotation(2, timedelta(0), STRANGER_KEY), "unknown_key"),
        (lambda: sealed(key(7), STRANGERS_ROTATION), "bad_signature"),
        (lambda: b"\xa1\x01\x02", "unsealed"),
        (lambda: b"\x84" * 1_000_000, "wrong_size"),
        (lambda: b"", "wrong_size"),
    ],
)
def test_nobody_else_makes_a_key_the_hubs(
    hub: MqttHub, with_edge: WithEdge, tmp_path: Path, said: Callable[[], bytes], why: str
) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        hub.say(key(2), said(), retain=True)
        await until(lambda: edge.link.dropped().get(why))
        assert edge.log.all("dropped")[0]["what"] == "rotation"
        assert turned(edge) == []
        assert read_enrolment(tmp_path / "edge").trusted == TRUSTED
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)

    with_edge(work)


def test_a_key_that_cannot_be_kept_does_not_count_yet(
    hub: MqttHub, with_edge: WithEdge, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = [True]

    async def work(edge: Edge) -> None:
        save = edge.link._mail._seals._save

        def failing(trusted: object) -> None:
            if full[0]:
                raise OSError(28, "No space left on device")
            save(trusted)  # type: ignore[arg-type]

        monkeypatch.setattr(edge.link._mail._seals, "_save", failing)
        await edge.is_like(hub)
        hub.say(key(2), rotation(2, timedelta(0)), retain=True)
        await until(lambda: edge.log.all("hub_key_not_kept"))
        assert edge.log.all("hub_key_not_kept") == [{"why": "No space left on device"}]
        hub.change(card_change(CARD, Card(7)))
        await edge.is_like(hub)
        full[0] = False
        rotate(hub, 2)
        await until(lambda: turned(edge) == [2])
        hub.change(card_change(CARD, Card(8)))
        await edge.is_like(hub)

    with_edge(work)
