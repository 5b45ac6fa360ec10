"""The hub of hub_model.py on a real broker: it answers pulls and check-ins, and can be deaf, or away.

It seals what it says, and takes nothing that the edge of tests/enrolled.py did not seal.
"""

import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion

from contract.feed import Change
from contract.keys import SigningKey
from contract.messages import CheckIns, Pull
from contract.topics import DOWN_ACK, DOWN_PAGE, FEED_HEAD, FEED_LIVE, UP_CHECKINS, UP_PULL, down, feed, up
from tests.edge.hub_model import FEED, HubModel
from tests.enrolled import EDGE, HUB_KEY, sealed, unsealed

__all__ = ["EDGE", "MqttHub"]


class MqttHub:
    """`model` may be looked at and changed under `lock`. `says_feed` false: it takes check-ins, and no more."""

    def __init__(self, port: int) -> None:
        self.model = HubModel()
        self.key: SigningKey = HUB_KEY
        self.lock = threading.RLock()
        self.pulls: list[Pull] = []
        self.deaf = False
        self.takes_checkins = True
        self.says_feed = True
        self.change_page: Callable[[Any], Any] = lambda page: page
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="hub", protocol=paho.MQTTv311)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def wait(self) -> None:
        assert self._subscribed.wait(20)

    def change(self, *changes: Change, live: bool = True) -> None:
        with self.lock:
            news = self.model.change(*changes)
            if live:
                self.say(feed(FEED, FEED_LIVE), news)
            self.publish_head()

    def publish_head(self) -> None:
        if self.says_feed:
            self.say(feed(FEED, FEED_HEAD), self.model.head(), retain=True)

    def restore(self, backup: HubModel) -> None:
        with self.lock:
            self.model = backup.restored()
            self.publish_head()

    def say(self, topic: str, message: Struct | bytes, retain: bool = False) -> None:
        """Bytes are said as they are, by whoever has the broker; messages are sealed."""
        payload = message if isinstance(message, bytes) else sealed(topic, message, self.key)
        self._client.publish(topic, payload, qos=1, retain=retain)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, client: paho.Client, *_: Any) -> None:
        client.subscribe([(up("+", UP_PULL), 1), (up("+", UP_CHECKINS), 1)])
        with self.lock:
            self.publish_head()

    def _on_message(self, _: Any, __: Any, message: paho.MQTTMessage) -> None:
        with self.lock:
            if self.deaf:
                return
            if message.topic.endswith(UP_PULL):
                pull = unsealed(message.topic, bytes(message.payload), Pull)
                self.pulls.append(pull)
                if self.says_feed:
                    self.say(down(EDGE, DOWN_PAGE), self.change_page(self.model.answer(pull)))
                return
            if not self.takes_checkins:
                return
            ack, news = self.model.ingest(unsealed(message.topic, bytes(message.payload), CheckIns))
            if news is not None and self.says_feed:
                self.say(feed(FEED, FEED_LIVE), news)
            self.say(down(EDGE, DOWN_ACK), ack)
