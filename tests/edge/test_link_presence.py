"""What others see of an edge on a real mosquitto: retained, with a last will, and a word of its own at the end."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from contract.messages import Presence, ReaderPresence
from contract.topics import UP_PRESENCE, up
from contract.trust import ClockState
from tests.brokers import Broker
from tests.edge.edge_process import EdgeProcess
from tests.edge.feed_samples import Club
from tests.edge.hub_model import FEED
from tests.edge.link_runs import CARD, Edge, WithEdge, edge_at, hub, until, with_edge
from tests.edge.mqtt_hub import EDGE, MqttHub
from tests.enrolled import unsealed

__all__ = ["hub", "with_edge"]  # fixtures

DEADLINE_S = 30.0


class Watcher:
    """Somebody who subscribes to an edge's presence; `heard`: (presence, whether it was retained)."""

    def __init__(self, port: int) -> None:
        self.heard: list[tuple[Presence, bool]] = []
        self._came = threading.Condition()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(up("+", UP_PRESENCE), 1)
        self._client.on_message = self._on_message
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def wait_for(self, fits: Callable[[Presence], object], after: int = 0) -> tuple[Presence, bool]:
        """The first that fits, of those after the first `after`."""
        with self._came:
            found: list[tuple[Presence, bool]] = []

            def arrived() -> bool:
                found[:] = [each for each in self.heard[after:] if fits(each[0])]
                return bool(found)

            assert self._came.wait_for(arrived, DEADLINE_S), self.heard
            return found[0]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _: Any, __: Any, message: paho.MQTTMessage) -> None:
        assert message.topic == up(EDGE, UP_PRESENCE)
        with self._came:
            self.heard.append((unsealed(message.topic, bytes(message.payload), Presence), message.retain))
            self._came.notify_all()


@pytest.fixture
def watch(mosquitto: Broker) -> Iterator[Callable[[], Watcher]]:
    watchers: list[Watcher] = []

    def begin() -> Watcher:
        watchers.append(Watcher(mosquitto.port))
        return watchers[-1]

    yield begin
    for watcher in watchers:
        watcher.close()


@pytest.fixture
def edge(tmp_path: Path, mosquitto: Broker) -> Iterator[EdgeProcess]:
    edge = EdgeProcess(tmp_path, mosquitto.port)
    try:
        edge.wait_for("connected")
        edge.wait_for("started")
        yield edge
    finally:
        edge.close()


def are_open(door: bool, counter: bool) -> Callable[[Presence], bool]:
    readers = [ReaderPresence(name="door", open=door), ReaderPresence(name="counter", open=counter)]
    return lambda presence: presence.online and presence.readers == readers


def test_one_who_comes_late_sees_how_it_is(edge: EdgeProcess, watch: Callable[[], Watcher]) -> None:
    watch().wait_for(are_open(True, True))
    presence, retained = watch().wait_for(are_open(True, True))
    assert retained
    assert (presence.feed, presence.epoch, presence.sequence, presence.replica_age_s) == (
        "everyone",
        None,
        None,
        None,
    )
    assert (presence.last, presence.acked) == (0, 0)
    assert presence.version


def test_killed_the_broker_says_it(edge: EdgeProcess, watch: Callable[[], Watcher]) -> None:
    watcher = watch()
    watcher.wait_for(are_open(True, True))
    edge.process.kill()
    gone, _ = watcher.wait_for(lambda presence: not presence.online)
    assert gone.feed == "everyone"
    assert watch().wait_for(lambda _: True) == (gone, True)


def test_an_orderly_end_says_it_itself(edge: EdgeProcess, watch: Callable[[], Watcher]) -> None:
    watcher = watch()
    online, _ = watcher.wait_for(are_open(True, True))
    edge.door.type(b"ANY-CARD\r")
    edge.wait_for("scan", lambda event: event["journal_sequence"] == 1)
    assert edge.stop() == (0, "")
    gone, _ = watcher.wait_for(lambda presence: not presence.online)
    assert gone.at_us > online.at_us
    assert gone.last == 1, "a will would say what stood before the scan"
    assert watch().wait_for(lambda _: True) == (gone, True)


def test_a_reader_that_is_pulled_out_shows(edge: EdgeProcess, watch: Callable[[], Watcher]) -> None:
    watcher = watch()
    watcher.wait_for(are_open(True, True))
    edge.door.pull_out()
    watcher.wait_for(are_open(False, True))
    count = len(watcher.heard)
    edge.door.plug_in()
    watcher.wait_for(are_open(True, True), after=count)


def test_a_first_copy_shows(hub: MqttHub, watch: Callable[[], Watcher], with_edge: WithEdge) -> None:
    watcher = watch()

    async def work(edge: Edge) -> None:
        hub.change(*Club(7, CARD).changes())
        await edge.is_like(hub)
        told = lambda presence: presence.epoch == hub.model.epoch and presence.replica_age_s is not None  # noqa: E731
        presence, _ = await asyncio.to_thread(watcher.wait_for, told)
        assert presence.feed == FEED
        assert presence.sequence is not None
        assert presence.clock in ClockState

    with_edge(work)


def test_a_broker_that_comes_back_is_told_anew(
    tmp_path: Path, mosquitto: Broker, watch: Callable[[], Watcher]
) -> None:
    watcher = watch()

    async def scenario() -> None:
        async with edge_at(tmp_path / "edge", mosquitto.port) as edge:
            await asyncio.to_thread(watcher.wait_for, lambda presence: presence.online)
            mosquitto.kill()
            await until(lambda: edge.log.all("disconnected"))
            assert len(edge.connections) == 1
            count = len(watcher.heard)
            mosquitto.start()
            await asyncio.to_thread(watcher.wait_for, lambda presence: presence.online, count)
            assert len(edge.connections) == 2

    asyncio.run(scenario())
    watcher.wait_for(lambda presence: not presence.online)


def test_it_ends_though_the_broker_is_away(tmp_path: Path, mosquitto: Broker) -> None:
    async def scenario() -> None:
        async with edge_at(tmp_path / "edge", mosquitto.port) as edge:
            await until(lambda: edge.log.all("connected"))
            mosquitto.kill()

    asyncio.run(scenario())


def test_what_the_broker_does_not_take_in_at_the_end_its_will_says(
    tmp_path: Path, mosquitto: Broker, watch: Callable[[], Watcher]
) -> None:
    watcher, swallowing = watch(), asyncio.Event()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, swallows: bool) -> None:
        while chunk := await reader.read(65_536):
            if not (swallows and swallowing.is_set()):
                writer.write(chunk)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_broker, to_broker = await asyncio.open_connection("127.0.0.1", mosquitto.port)
        await asyncio.gather(forward(reader, to_broker, True), forward(from_broker, writer, False))

    async def scenario() -> None:
        server = await asyncio.start_server(relay, "127.0.0.1", 0)
        async with server:
            async with edge_at(tmp_path / "edge", server.sockets[0].getsockname()[1]):
                await asyncio.to_thread(watcher.wait_for, lambda presence: presence.online)
                swallowing.set()
            await asyncio.to_thread(watcher.wait_for, lambda presence: not presence.online)

    asyncio.run(scenario())
