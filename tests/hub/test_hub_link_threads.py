"""The worker's connection while several threads publish: each message arrives whole, and the session lasts."""

import io
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from hub.environment import BrokerAddress
from hub.sync.inbox import Inbox
from hub.sync.log import Log
from hub.sync.mqtt import HubLink
from hub.sync.outgoing import Outgoing
from tests.brokers import Broker
from tests.edge.test_link_tls import broker_with
from tests.enrolled import authority, issued

THREADS = 4
MESSAGES = 400
ROUNDS = 4
BYTES = 3_000
_SOON_S = 60.0
Message = tuple[str, bytes]


def messages(thread: int) -> list[Message]:
    return [(f"dw/1/down/edge-{thread}/page", bytes([number % 256]) * BYTES) for number in range(MESSAGES)]


class Listener:
    def __init__(self, port: int) -> None:
        self.heard: list[Message] = []
        subscribed = threading.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2, "listener")
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = self._hear
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe("dw/1/down/#", 1)
        assert subscribed.wait(_SOON_S)

    def talk(self) -> None:
        """What edges say meanwhile: the link reads while others write."""
        for _ in range(MESSAGES):
            self._client.publish("dw/1/up/edge/checkins", bytes(50_000), 1)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def wait_for(self, count: int) -> None:
        ends_at_s = time.monotonic() + _SOON_S
        while len(self.heard) < count:
            assert time.monotonic() < ends_at_s, f"{len(self.heard)} of {count} arrived"
            time.sleep(0.02)

    def _hear(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self.heard.append((message.topic, message.payload))


@pytest.mark.parametrize("tls", [False, True], ids=["in the clear", "by TLS"])
def test_what_several_threads_publish_arrives_whole_and_in_one_session(tls: bool, tmp_path: Path) -> None:
    broker = broker_with(tmp_path, issued("broker", host="127.0.0.1"))
    log = Log(io.StringIO(), lambda: datetime.now(UTC), time.monotonic)
    port = broker.tls_port if tls else broker.port
    link = HubLink(BrokerAddress("127.0.0.1", port, tls), Inbox(), log, _client_context(tmp_path) if tls else None)
    listener = Listener(broker.port)
    link.start()
    try:
        _wait_for_session(link)
        for _ in range(ROUNDS):
            _at_once([listener.talk, *(partial(_publish, link, messages(number)) for number in range(THREADS))])
            listener.wait_for(THREADS * MESSAGES)
            said = [message for number in range(THREADS) for message in messages(number)]
            assert sorted(listener.heard) == sorted(said)
            listener.heard.clear()
        assert link.connected() == 1
    finally:
        link.stop()
        listener.stop()
        broker.kill()


def test_a_thread_of_paho_that_fails_is_told_and_another_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = Broker(tmp_path)
    broker.start()
    stream = io.StringIO()
    link = HubLink(
        BrokerAddress("127.0.0.1", broker.port, False),
        Inbox(),
        Log(stream, lambda: datetime.now(UTC), time.monotonic),
    )
    whole = link._client.subscribe
    failures = iter([RuntimeError("once")])

    def subscribe(*arguments: object) -> object:
        for failure in failures:
            raise failure
        return whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(link._client, "subscribe", subscribe)
    link.start()
    try:
        _wait_for_session(link)
        assert '"event": "mqtt_failed"' in stream.getvalue()
    finally:
        link.stop()
        broker.kill()


def _at_once(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _publish(link: HubLink, some: list[Message]) -> None:
    for topic, payload in some:
        link.publish(Outgoing(topic, payload))


def _wait_for_session(link: HubLink) -> None:
    ends_at_s = time.monotonic() + _SOON_S
    while not link.connected():
        assert time.monotonic() < ends_at_s, "no session"
        time.sleep(0.02)


def _client_context(folder: Path) -> ssl.SSLContext:
    (folder / "authority.crt").write_bytes(authority().pem())
    context = ssl.create_default_context(cafile=str(folder / "authority.crt"))
    context.load_cert_chain(*issued("hub").write(folder, "hub"))
    return context
