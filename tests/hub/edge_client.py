"""An edge that is a mere client of MQTT: it seals what it sends, and follows the hub's key."""

import queue
import threading
from datetime import UTC, datetime
from typing import Final

import paho.mqtt.client as paho

from contract.keys import Trusted
from contract.messages import Message, decode
from contract.seal import SealError, rotated, unseal
from contract.topics import key as key_topic
from contract.topics import up
from tests.enrolled import EDGE_KEY, TRUSTED, sealed
from tests.hub.worker_process import PATIENCE_S

_KEYS: Final = key_topic("")
_HEARD: Final = (key_topic("+"), "dw/1/down/#", "dw/1/feed/#")


class EdgeClient:
    """Sends what an edge sends, and keeps what the hub says to it under a key that the edge trusts by then."""

    def __init__(self, port: int, name: str = "clubhouse", trusted: Trusted = TRUSTED) -> None:
        self.name = name
        self.trusted = trusted
        self._received: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._subscribed = threading.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe([(topic, 1) for topic in _HEARD])
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _client, _data, message: self._hear(message.topic, message.payload)
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._subscribed.wait(PATIENCE_S)

    def send(self, what: str, payload: bytes, retained: bool = False) -> None:
        topic = up(self.name, what)
        self._client.publish(topic, sealed(topic, payload, EDGE_KEY), 1, retained)

    def receive(self, what: str, message_type: type[Message]) -> Message:
        while True:
            topic, payload = self._received.get(timeout=PATIENCE_S)
            if topic == what:
                return decode(payload, message_type)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, topic: str, payload: bytes) -> None:
        try:
            if topic.startswith(_KEYS):
                self.trusted = rotated(self.trusted, payload, topic)
            else:
                heard = unseal(payload, self.trusted, topic, datetime.now(UTC))
                self._received.put((topic.rpartition("/")[2], heard))
        except SealError as error:
            self._received.put((error.why, payload))
