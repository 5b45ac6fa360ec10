"""The worker's connection to the broker, where what listens there is not what it should be."""

import io
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from hub.environment import BrokerAddress
from hub.sync.inbox import Inbox
from hub.sync.log import Log
from hub.sync.mqtt import HubLink

_SOON_S = 30.0


@pytest.fixture
def hanging_up() -> Iterator[int]:
    """The port of something that takes a connection, reads what comes, and ends it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_hang_up, args=(server,), daemon=True).start()
        yield server.getsockname()[1]


def _hang_up(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            connection.recv(4_096)


def told(port: int, tls: ssl.SSLContext | None = None) -> list[dict[str, object]]:
    """What the log says of the first attempt to connect."""
    stream = io.StringIO()
    log = Log(stream, lambda: datetime.now(UTC), time.monotonic)
    link = HubLink(BrokerAddress("127.0.0.1", port, tls is not None), Inbox(), log, tls)
    link.start()
    ends_at_s = time.monotonic() + _SOON_S
    while not stream.getvalue() and time.monotonic() < ends_at_s:
        time.sleep(0.02)
    link.stop()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_nothing_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    event = told(port)[0]
    assert event["event"] == "no_broker"
    assert event["why"] == "Connection refused (errno 111)"
    assert event["hint"] == "does the broker run, and is DOORWARD_BROKER its address?"


def test_in_the_clear_to_what_hangs_up(hanging_up: int) -> None:
    events = told(hanging_up)
    assert {event["event"] for event in events} == {"no_broker"}
    assert "Then DOORWARD_BROKER is to begin with mqtts://" in str(events[0]["hint"])


def test_with_tls_to_what_speaks_none(hanging_up: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    event = told(hanging_up, context)[0]
    assert event["event"] == "no_broker"
    assert "mqtt:// for one in the clear" in str(event["hint"])
