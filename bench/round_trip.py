"""A message of MQTT from this process to the broker and back, again and again: the floor of what goes by it."""

import socket
import threading
import time
from typing import Any

import paho.mqtt.client as paho

_TOPIC = "bench/round-trip"
_PAYLOAD = bytes(300)
"""As long as a sealed row."""
_EVERY_S = 0.1
_QOS = 1
_PATIENCE_S = 10.0


class RoundTrips:
    """Goes on in a thread from when it is made until `close`."""

    def __init__(self, port: int) -> None:
        self._taken_ms: list[float] = []
        self._back = threading.Event()
        self._closing = threading.Event()
        self._client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self._client.on_socket_open = _send_at_once
        self._client.on_subscribe = lambda *_: self._back.set()
        self._client.on_message = lambda *_: self._back.set()
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._client.subscribe(_TOPIC, _QOS)
        self._back.wait(_PATIENCE_S)
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()

    def take(self) -> list[float]:
        """Milliseconds of each since the last call."""
        taken, self._taken_ms = self._taken_ms, []
        return taken

    def close(self) -> None:
        self._closing.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def _go_on(self) -> None:
        while not self._closing.wait(_EVERY_S):
            self._back.clear()
            begun_s = time.monotonic()
            self._client.publish(_TOPIC, _PAYLOAD, _QOS)
            if self._back.wait(_PATIENCE_S):
                self._taken_ms.append((time.monotonic() - begun_s) * 1_000)


def _send_at_once(_client: paho.Client, _data: Any, connection: Any) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
