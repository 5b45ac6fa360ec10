"""A hub on a real broker that answers questions about redemptions as it is told to."""

import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from contract.messages import Confirm, Confirmed
from contract.topics import DOWN_CONFIRMED, UP_CONFIRM, down, up
from tests.enrolled import EDGE, sealed, unsealed


def granted(ask: Confirm) -> Confirmed:
    return Confirmed(ask.nonce, ask.checkin.id, "granted", "granted", 3, membership=1)


class ConfirmingHub:
    """Answers questions as it is told to: `answers` gives the payloads."""

    def __init__(self, port: int) -> None:
        self.asked: list[Confirm] = []
        self.answers: Callable[[Confirm], list[Confirmed | bytes]] = lambda ask: [granted(ask)]
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id="confirming", protocol=paho.MQTTv311)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(up("+", UP_CONFIRM), 1)
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()
        assert self._subscribed.wait(20)

    def say(self, answer: Confirmed | bytes) -> None:
        """Bytes are said as they are, answers sealed."""
        topic = down(EDGE, DOWN_CONFIRMED)
        self._client.publish(topic, answer if isinstance(answer, bytes) else sealed(topic, answer), qos=1)

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_message(self, _: Any, __: Any, message: paho.MQTTMessage) -> None:
        assert message.topic == up(EDGE, UP_CONFIRM)
        assert message.qos == 1
        ask = unsealed(message.topic, bytes(message.payload), Confirm)
        self.asked.append(ask)
        for answer in self.answers(ask):
            self.say(answer)
