"""An attacker who owns the broker, against a real edge on it: nothing that they can say changes anything.

Each test says what the edge holds before and after; whatever it was, a counter and an event tell of it, and the
edge goes on following its hub.
"""

from collections.abc import Callable, Iterator

import pytest

from contract.ask import Posture
from contract.cbor import DEPTH_MAX
from contract.facts import Card
from contract.messages import Ack, Head, Page, encode
from contract.orders import Command, CommandKind, Desired, Modes
from contract.rows import card_change
from contract.seal import SEALED_BYTES_MAX
from contract.topics import (
    DOWN_ACK,
    DOWN_COMMAND,
    DOWN_CONFIG,
    DOWN_CONFIRMED,
    DOWN_MODE,
    DOWN_PAGE,
    FEED_HEAD,
    FEED_LIVE,
    down,
    feed,
    key,
)
from tests.brokers import Broker
from tests.edge.attacker import Attacker
from tests.edge.feed_samples import Club
from tests.edge.hub_model import FEED
from tests.edge.link_runs import CARD, Edge, WithEdge, hub, until, with_edge
from tests.edge.mqtt_hub import MqttHub
from tests.edge.replica_runs import digest_on_disk
from tests.enrolled import EDGE, STRANGER_KEY, sealed

__all__ = ["hub", "with_edge"]  # fixtures

HEAD, LIVE = feed(FEED, FEED_HEAD), feed(FEED, FEED_LIVE)
DOWN = [down(EDGE, what) for what in (DOWN_ACK, DOWN_PAGE, DOWN_CONFIRMED, DOWN_CONFIG, DOWN_MODE, DOWN_COMMAND)]
TOPICS = [HEAD, LIVE, *DOWN]
FAR = 2**50
ORDERS = {
    down(EDGE, DOWN_CONFIG): Desired(epoch=FAR, generation=1, document={}),
    down(EDGE, DOWN_MODE): Modes(epoch=FAR, generation=1, edge=Posture.UNLOCKED),
    down(EDGE, DOWN_COMMAND): Command(epoch=FAR, number=1, kind=CommandKind.UNLOCK_ONCE, expires_us=2**56),
}


@pytest.fixture
def attacker(hub: MqttHub, mosquitto: Broker) -> Iterator[Attacker]:
    attacker = Attacker(mosquitto.port)
    yield attacker
    attacker.stop()


async def held(edge: Edge) -> tuple[object, ...]:
    """All that a message could change."""
    return (
        edge.replica.position(),
        await digest_on_disk(edge.replica),
        edge.link._up.outbox.acked,
        edge.journal.id,
        [use.id for use in edge.own.of(7)],
        list(edge.orders.taken),
        edge.log.all("hub_key"),
        edge.log.all("journal_rolled_back"),
        edge.log.all("digest_mismatch"),
    )


async def dropped(edge: Edge, why: str, count: int) -> None:
    """As many were counted, and an event says so."""
    await until(lambda: edge.link.dropped().get(why, 0) >= count)
    assert why in {line["why"] for line in edge.log.all("dropped")}


async def still_follows(edge: Edge, hub: MqttHub) -> None:
    hub.change(card_change(b"still" + b"0" * 27, Card(9)))
    await edge.is_like(hub)
    sequence = await edge.check_in(900)
    await until(lambda: {"upto": sequence} in edge.log.all("acked"))


async def settled(edge: Edge, hub: MqttHub) -> tuple[object, ...]:
    hub.change(*Club(7, CARD).changes())
    await edge.is_like(hub)
    sequence = await edge.check_in(1)
    await until(lambda: {"upto": sequence} in edge.log.all("acked"))
    await until(lambda: len(edge.own) == 0)
    await edge.is_like(hub)
    return await held(edge)


def news(edge: Edge) -> dict[str, bytes]:
    """What a hub might say on each topic, as bare messages: far ahead of all that it has said."""
    digest = b"\0" * 32
    said = {
        HEAD: Head(FEED, FAR, 5, digest, FAR),
        down(EDGE, DOWN_ACK): Ack(edge.journal.id, 9_999, FAR, 1),
        down(EDGE, DOWN_PAGE): Page(FEED, FAR, 0, 0, 0, b"n" * 16, [], digest),
        **ORDERS,
    }
    return {topic: encode(message) for topic, message in said.items()}


BAD: dict[str, tuple[str, Callable[[str, bytes], bytes]]] = {
    "bare": ("unsealed", lambda topic, payload: payload),
    "of a stranger": ("unknown_key", lambda topic, payload: sealed(topic, payload, STRANGER_KEY)),
    "for another edge": ("bad_signature", lambda topic, payload: sealed(down("gym", DOWN_MODE), payload)),
    "for another topic": ("bad_signature", lambda topic, payload: sealed(topic + "x", payload)),
    "changed": ("bad_signature", lambda topic, payload: sealed(topic, payload)[:-1] + b"?"),
    "cut": ("malformed", lambda topic, payload: sealed(topic, payload)[:-1]),
    "longer": ("malformed", lambda topic, payload: sealed(topic, payload) + b"\0"),
    "tagged": ("malformed", lambda topic, payload: b"\xd2" + sealed(topic, payload)),
    "empty": ("wrong_size", lambda topic, payload: b""),
    "too large": ("wrong_size", lambda topic, payload: b"\x84" + b"\0" * SEALED_BYTES_MAX),
    "nested": ("malformed", lambda topic, payload: b"\x81" * 100_000 + b"\0"),
    "no CBOR": ("malformed", lambda topic, payload: b"\xff" * 100),
    "sealed, and nested": ("unfit", lambda topic, payload: sealed(topic, b"\x81" * (DEPTH_MAX + 1) + b"\0")),
    "sealed, and nothing": ("unfit", lambda topic, payload: sealed(topic, b"\xa0")),
}


@pytest.mark.parametrize("how", BAD)
def test_what_its_hub_did_not_seal_for_it_changes_nothing(
    hub: MqttHub, attacker: Attacker, with_edge: WithEdge, how: str
) -> None:
    why, made = BAD[how]

    async def work(edge: Edge) -> None:
        before = await settled(edge, hub)
        for topic, payload in news(edge).items():
            attacker.say(topic, made(topic, payload), retain=True)
        # An order that is empty is one that was taken back: no fault.
        taken_back = {down(EDGE, DOWN_CONFIG), down(EDGE, DOWN_MODE)} if how == "empty" else set()
        await dropped(edge, why, len(news(edge).keys() - taken_back))
        assert await held(edge) == before
        await still_follows(edge, hub)

    with_edge(work)


def test_everything_said_again_in_any_order_changes_nothing(
    hub: MqttHub, attacker: Attacker, with_edge: WithEdge
) -> None:
    async def work(edge: Edge) -> None:
        await settled(edge, hub)
        for number in range(2, 12):
            hub.change(card_change(bytes([number]) * 32, Card(number)))
            sequence = await edge.check_in(number)
            await until(lambda last=sequence: {"upto": last} in edge.log.all("acked"))
        await edge.is_like(hub)
        await until(lambda: len(edge.own) == 0)
        before = await held(edge)
        said = [each for each in attacker.heard if each[0] in TOPICS]
        assert {topic for topic, _ in said} >= {HEAD, LIVE, down(EDGE, DOWN_ACK), down(EDGE, DOWN_PAGE)}
        for topic, payload in [*reversed(said), *said, *said[::3]]:
            attacker.say(topic, payload)
        for why in ("stale", "replayed"):
            await dropped(edge, why, 5)
        hub.publish_head()
        await edge.is_like(hub)
        assert await held(edge) == before
        await still_follows(edge, hub)

    with_edge(work)


def test_what_was_said_to_another_is_said_to_nobody_else(
    hub: MqttHub, attacker: Attacker, with_edge: WithEdge
) -> None:
    async def work(edge: Edge) -> None:
        before = await settled(edge, hub)
        for topic, order in ORDERS.items():
            for_another = topic.replace(f"/{EDGE}/", "/gym/")
            attacker.say(topic, sealed(for_another, order))
        for topic in TOPICS:
            attacker.say(topic, sealed(key(2), b"\xa0"))
            attacker.say(topic, sealed(HEAD if topic != HEAD else LIVE, hub.model.head()))
        await dropped(edge, "bad_signature", len(ORDERS) + 2 * len(TOPICS))
        assert await held(edge) == before
        await still_follows(edge, hub)

    with_edge(work)


def test_its_hubs_orders_are_handed_on(hub: MqttHub, with_edge: WithEdge) -> None:
    async def work(edge: Edge) -> None:
        await edge.is_like(hub)
        for topic, order in ORDERS.items():
            hub.say(topic, order)
        await until(lambda: len(edge.orders.taken) == len(ORDERS))
        assert edge.orders.taken == list(ORDERS.values())

    with_edge(work)


def test_acks_of_before_a_restore_do_not_hide_what_was_lost(
    hub: MqttHub, attacker: Attacker, with_edge: WithEdge
) -> None:
    async def work(edge: Edge) -> None:
        await settled(edge, hub)
        with hub.lock:
            backup = hub.model.backup()
        for number in range(2, 7):
            await edge.check_in(number)
        await until(lambda: {"upto": 6} in edge.log.all("acked"))
        old = attacker.said_on(down(EDGE, DOWN_ACK))
        hub.takes_checkins = False
        hub.restore(backup)
        await edge.is_like(hub)
        for payload in old:
            attacker.say(down(EDGE, DOWN_ACK), payload)
        await dropped(edge, "stale", len(old))
        hub.takes_checkins = True
        hub.publish_head()
        await until(lambda: hub.model.upto == {edge.journal.id: 6})

    with_edge(work)
