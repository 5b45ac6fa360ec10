"""The worker's connection at a broker that says what none should, at one that stalls, and without threads."""

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from hub.environment import BrokerAddress
from hub.sync import mqtt
from hub.sync.inbox import Inbox, Incoming
from hub.sync.log import Log
from hub.sync.mqtt import HubLink
from hub.sync.outgoing import Outgoing
from tests.scripted_broker import PUBREC, SUBSCRIBE, ScriptedBroker, message, scripted_broker, wait_until

NO_TEXT = message(b"\xff\xfe", b"")


class SeenInbox(Inbox):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, bool]] = []
        self.failures: list[Exception] = []

    def put(self, message: Incoming, urgent: bool = False) -> bool:
        if self.failures:
            raise self.failures.pop()
        self.seen.append((message.topic, urgent))
        return super().put(message, urgent)


@dataclass
class Desk:
    broker: ScriptedBroker
    link: HubLink
    inbox: SeenInbox
    stream: io.StringIO

    def told(self, event: str) -> list[dict[str, object]]:
        lines = [json.loads(line) for line in self.stream.getvalue().splitlines()]
        return [line for line in lines if line["event"] == event]


@contextmanager
def desk_at(*said: bytes) -> Iterator[Desk]:
    """The link is to be started, and is stopped."""
    with scripted_broker(*said) as broker:
        inbox, stream = SeenInbox(), io.StringIO()
        log = Log(stream, lambda: datetime.now(UTC), time.monotonic)
        desk = Desk(broker, HubLink(BrokerAddress("127.0.0.1", broker.port, False), inbox, log), inbox, stream)
        yield desk
        desk.link.stop()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next attempt comes at once."""
    monkeypatch.setattr(mqtt, "_RETRY_S", (0.01, 0.01))


@pytest.fixture
def no_hurry(soon: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next attempt does not come within the test."""
    monkeypatch.setattr(mqtt, "_RETRY_S", (1_000.0, 1_000.0))


def test_a_message_of_qos_2_ends_the_connection() -> None:
    with desk_at(message("dw/1/up/x/pull", bytes(1_000), qos=2)) as desk:
        desk.link.start()
        wait_until(lambda: desk.link.connected() == 2)
        assert len(desk.told("disconnected")) == 1
        assert PUBREC not in desk.broker.lines[0].kinds()
    assert desk.inbox.seen == []


def test_a_packet_that_breaks_paho_ends_the_connection_at_once(no_hurry: None) -> None:
    with desk_at(NO_TEXT) as desk:
        desk.link.start()
        wait_until(lambda: desk.told("mqtt_failed"))
        wait_until(lambda: desk.broker.lines[0].is_over)
        wait_until(lambda: desk.link.connected() == 0)
    assert desk.told("no_broker") == []


def test_after_a_packet_that_breaks_paho_another_session_begins() -> None:
    with desk_at(NO_TEXT) as desk:
        desk.link.start()
        wait_until(lambda: desk.link.connected() == 2)
        desk.broker.lines[1].cut()
        wait_until(lambda: desk.link.connected() == 3)
    assert [each["error"] for each in desk.told("mqtt_failed")] == ["UnicodeDecodeError"]
    assert desk.told("no_broker") == []


def test_an_error_of_the_hub_s_own_is_none_of_the_broker_s() -> None:
    with desk_at(message("dw/1/up/x/pull", b"x")) as desk:
        desk.inbox.failures.append(OSError("no room"))
        desk.link.start()
        wait_until(lambda: desk.link.connected() == 2)
    assert [each["error"] for each in desk.told("mqtt_failed")] == ["OSError"]
    assert desk.told("no_broker") == []


def test_where_no_thread_is_to_be_had_it_is_told_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    start, failures = threading.Thread.start, [2]

    def fail(thread: threading.Thread) -> None:
        if thread.name.startswith("paho") and failures[0]:
            failures[0] -= 1
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", fail)
    with desk_at() as desk:
        desk.link.start()
        wait_until(desk.link.connected)
    assert [each["error"] for each in desk.told("mqtt_failed")] == ["RuntimeError"] * 2


def test_a_link_that_is_stopped_while_it_connects_leaves_no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    with desk_at() as desk:
        create = desk.link._client._create_socket
        began, stopped = threading.Event(), threading.Event()

        def slow() -> object:
            began.set()
            assert stopped.wait(30)
            return create()

        monkeypatch.setattr(desk.link._client, "_create_socket", slow)
        desk.link.start()
        assert began.wait(30)
        stopping = threading.Thread(target=desk.link.stop)
        stopping.start()
        wait_until(desk.link._stopping.is_set)
        wait_until(lambda: desk.link._client._state.name == "MQTT_CS_DISCONNECTED")
        stopped.set()
        stopping.join()
        assert not desk.link._thread.is_alive()
        wait_until(lambda: desk.broker.lines and desk.broker.lines[0].is_over)
        assert SUBSCRIBE not in desk.broker.lines[0].kinds()


def test_who_stands_and_waits_is_urgent() -> None:
    topics = [f"dw/1/up/x/{what}" for what in ("checkins", "confirm", "confirmed", "pull")]
    with desk_at(b"".join(message(topic, b"x") for topic in topics)) as desk:
        desk.link.start()
        wait_until(lambda: len(desk.inbox.seen) == len(topics))
    assert desk.inbox.seen == [(topic, topic.endswith("/confirm")) for topic in topics]


def test_what_a_broker_that_stalls_has_no_room_for_is_told_once_a_second() -> None:
    with desk_at() as desk:
        desk.link.start()
        wait_until(desk.link.connected)
        room = desk.link.room()
        assert room == mqtt._QUEUED_MAX
        for number in range(room):
            desk.link.publish(Outgoing(f"dw/1/down/edge-{number}/mode", b"x", True))
        assert (desk.link.room(), desk.told("dropped")) == (0, [])
        for number in range(10):
            desk.link.publish(Outgoing(f"dw/1/down/edge-{number}/mode", b"x", True))
        assert {each["why"] for each in desk.told("dropped")} == {"broker_slow"}
        assert desk.link._log.counts()["dropped.broker_slow"] == 10
