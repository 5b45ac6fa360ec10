"""A real mosquitto as `broker_setup` sets it up: TLS both ways, its rights driven by a real worker."""

import getpass
import queue
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from demo.processes import free_port
from hub import authority
from hub.settings import ENVIRONMENT, KEYS
from hub.sync import broker_files
from hub.sync.broker_files import BrokerPlace
from tests.brokers import Broker
from tests.hub.enrolling import client_context
from tests.hub.worker_process import PATIENCE_S


def own_authority() -> authority.Authority:
    return authority.load(ENVIRONMENT.authority, KEYS.authority)


class SecureBroker(Broker):
    """`port` is the edges', `hub_port` the hub's."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.hub_port = free_port()
        place = BrokerPlace(
            folder / "doorward", folder / "data", self.port, self.hub_port, plugin=broker_files.find_plugin()
        )
        broker_files.write(place, ["localhost"], own_authority(), datetime.now(UTC), force=False)
        # Started by root it would become a user who may not look into the test's folder.
        text = broker_files.configuration(place) + f"user {getpass.getuser()}\n"
        self._configuration.write_text(text)

    @property
    def variables(self) -> dict[str, str]:
        return {
            "DOORWARD_BROKER": f"mqtts://127.0.0.1:{self.hub_port}",
            "DOORWARD_BROKER_FOR_EDGES": f"mqtts://localhost:{self.port}",
        }


class BrokerClient:
    """Whoever has this TLS context. What it publishes and subscribes to is answered when the call returns."""

    def __init__(
        self,
        port: int,
        context: ssl.SSLContext,
        client_id: str = "any",
        will: str | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.received: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.gone = threading.Event()
        self._done: queue.Queue[tuple[int, Any]] = queue.Queue()
        connected = threading.Event()
        client = self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2, client_id, reconnect_on_failure=False
        )
        client.tls_set_context(context)
        if will is not None:
            client.will_set(will, b"will", 1, True)
        client.on_connect = lambda *_: connected.set()
        client.on_disconnect = lambda *_: self.gone.set()
        client.on_message = lambda _client, _data, message: self.received.put((message.topic, message.payload))
        client.on_subscribe = lambda _client, _data, number, reasons, _: self._done.put((number, reasons))
        client.on_publish = lambda _client, _data, number, *_: self._done.put((number, None))
        client.connect("localhost", port)
        client.loop_start()
        if not connected.wait(patience_s):
            client.loop_stop()
            raise ConnectionError("the broker does not take it")

    def reads(self, *topics: str) -> list[bool]:
        """Of each topic whether it may be subscribed to."""
        reasons = self._answered(self._client.subscribe([(topic, 1) for topic in topics])[1])
        return [not reason.is_failure for reason in reasons]

    def says(self, topic: str, payload: bytes = b"said", retain: bool = False) -> None:
        """The broker has it, and has let it through or not: it does not tell."""
        self._answered(self._client.publish(topic, payload, 1, retain).mid)

    def wait_gone(self) -> None:
        assert self.gone.wait(PATIENCE_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def vanish(self) -> None:
        """Without a word, so that its will is said."""
        self._client.socket().shutdown(2)
        self._client.loop_stop()

    def _answered(self, number: int) -> Any:
        while True:
            answered, reasons = self._done.get(timeout=PATIENCE_S)
            if answered == number:
                return reasons


def heard(listener: BrokerClient, last: str = "dw/1/down/end/x") -> set[str]:
    """The topics that `listener`, who may say and hear all, has heard until it hears its own `last`."""
    listener.says(last)
    topics = set()
    while (message := listener.received.get(timeout=PATIENCE_S))[0] != last:
        if message[1]:  # an empty one is the hub's: what was retained is deleted
            topics.add(message[0])
    return topics


def context_of(folder: Path, name: str, by: authority.Authority) -> ssl.SSLContext:
    """A client's with a certificate of this common name."""
    key: ec.EllipticCurvePrivateKey = authority.new_key()
    certificate: x509.Certificate = by.client(name, key.public_key(), datetime.now(UTC))
    return client_context(folder, own_authority().certificate, certificate, key)
