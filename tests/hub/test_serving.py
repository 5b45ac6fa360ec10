"""paho's client as the hub uses it: `serve` lasts as long as its connection, whatever the one before came to."""

import threading
from collections.abc import Iterator

import paho.mqtt.client as paho
import pytest

from hub.sync import bounded_client
from hub.sync.bounded_client import BoundedClient
from tests.scripted_broker import ScriptedBroker, message, scripted_broker, wait_until


@pytest.fixture
def client() -> BoundedClient:
    client = BoundedClient(paho.CallbackAPIVersion.VERSION2, "hub", reconnect_on_failure=False)
    client.on_connect = lambda client, *_: client.subscribe("dw/1/up/+/pull", 1)
    client.on_message = lambda _client, _data, message: print(message.topic)
    return client


@pytest.fixture
def broker() -> Iterator[ScriptedBroker]:
    """What it says on the first connection breaks paho."""
    with scripted_broker(message(b"\xff\xfe", b"")) as broker:
        yield broker


def connect(client: BoundedClient, broker: ScriptedBroker) -> None:
    client.connect("127.0.0.1", broker.port)


def test_each_connection_is_served_to_its_own_end(client: BoundedClient, broker: ScriptedBroker) -> None:
    connect(client, broker)
    with pytest.raises(UnicodeDecodeError):
        client.serve()
    connect(client, broker)
    wait_until(lambda: len(broker.lines) == 2)
    cut = threading.Event()

    def end() -> None:
        cut.set()
        broker.lines[1].cut()

    threading.Timer(0.3, end).start()
    client.serve()  # neither over before it began, nor failed as the one before
    assert cut.is_set()


def test_the_thread_of_the_connection_before_may_take_a_while_to_end(
    client: BoundedClient, broker: ScriptedBroker
) -> None:
    connect(client, broker)
    client._thread = threading.Thread()
    threading.Timer(0.1, setattr, (client, "_thread", None)).start()
    with pytest.raises(UnicodeDecodeError):
        client.serve()


def test_one_that_does_not_end_is_not_waited_for_for_ever(
    client: BoundedClient, broker: ScriptedBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_client, "_FREE_S", 0.0)
    connect(client, broker)
    client._thread = threading.Thread()
    with pytest.raises(RuntimeError, match="does not end"):
        client.serve()
    client._thread = None
