"""The edge's connection at a broker that says what none should, and on a machine that has no thread to spare."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from contract.messages import Head
from contract.topics import FEED_HEAD, feed
from contract.trust import ClockState
from edge.core.said import Said
from edge.core.sync_events import Connected, Dropped
from edge.hub_link import connection as connections
from edge.hub_link.connection import BrokerAddress, Connection
from edge.hub_link.link_time import Known
from edge.hub_link.mail import Mail
from edge.hub_link.seals import Seals
from edge.hub_link.transport import Heard, SessionLost
from tests.enrolled import EDGE, EDGE_KEY, FEED, STRANGER_KEY, TRUSTED, sealed
from tests.scripted_broker import (
    DISCONNECT,
    PUBACK,
    PUBLISH,
    PUBREC,
    SUBSCRIBE,
    ScriptedBroker,
    message,
    scripted_broker,
    wait_until,
)

HEAD = feed(FEED, FEED_HEAD)
NO_TEXT = message(b"\xff\xfe", b"")
_SOON_S = 30.0


class Time:
    known = Known(datetime(2026, 3, 1, tzinfo=UTC), None, ClockState.UNKNOWN)


@dataclass
class Clock:
    at_s: float = 0.0

    def monotonic_s(self) -> float:
        return self.at_s


@dataclass
class Desk:
    broker: ScriptedBroker
    connection: Connection
    clock: Clock
    heard: list[Heard] = field(default_factory=list)

    def count(self, what: type[object]) -> int:
        return sum(isinstance(each, what) for each in self.heard)

    async def until(self, holds: Callable[[], object]) -> None:
        """As time goes on at a link."""
        async with asyncio.timeout(_SOON_S):
            while not holds():
                self.connection.keep_running()
                await asyncio.sleep(0.02)


@asynccontextmanager
async def desk_at(*said: bytes) -> AsyncIterator[Desk]:
    with scripted_broker(*said) as broker:
        time, clock, heard = Time(), Clock(), []  # type: ignore[var-annotated]
        mail = Mail(EDGE, FEED, Seals(EDGE_KEY, TRUSTED, print), Said(1), time)  # type: ignore[arg-type]
        address = BrokerAddress("127.0.0.1", broker.port)
        desk = Desk(broker, Connection(EDGE, address, mail, heard.append, time, clock), clock, heard)  # type: ignore[arg-type]
        desk.connection.start()
        yield desk
        await desk.connection.stop()


def test_a_message_of_qos_2_ends_the_connection() -> None:
    async def run() -> None:
        async with desk_at(message(HEAD, bytes(1_000), qos=2)) as desk:
            await desk.until(lambda: desk.count(Connected) == 2)
            assert desk.count(SessionLost) == 1
            assert PUBREC not in desk.broker.lines[0].kinds()

    asyncio.run(run())


def test_a_packet_that_breaks_paho_ends_the_connection_and_is_told() -> None:
    async def run() -> None:
        async with desk_at(NO_TEXT, NO_TEXT) as desk:
            await desk.until(lambda: desk.count(Connected) == 3)
            why = "what the broker sends cannot be handled (UnicodeDecodeError)"
            assert [each.why for each in desk.heard if isinstance(each, SessionLost)] == [why, why]

    asyncio.run(run())


def test_where_no_thread_is_to_be_had_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    start, failures = threading.Thread.start, [2]

    def fail(thread: threading.Thread) -> None:
        if thread.name.startswith("paho") and failures[0]:
            failures[0] -= 1
            raise RuntimeError("can't start new thread")
        start(thread)

    async def run() -> None:
        async with desk_at() as desk:
            with pytest.raises(RuntimeError, match="new thread"):
                desk.connection.keep_running()
            await desk.until(lambda: desk.count(Connected))

    monkeypatch.setattr(threading.Thread, "start", fail)
    asyncio.run(run())


def test_a_broker_that_does_not_take_the_last_word_is_left_without_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "_LAST_WORD_S", 0.2)

    async def run() -> None:
        async with desk_at() as desk:
            await desk.until(lambda: desk.count(Connected))
            await desk.connection.say_last("dw/1/up/clubhouse/presence", b"gone")
        line = desk.broker.lines[0]
        wait_until(lambda: line.is_over)
        assert PUBLISH in {kind & 0xF0 for kind in line.kinds()}
        assert DISCONNECT not in line.kinds()

    asyncio.run(run())


def test_keys_are_asked_for_at_most_once_a_minute() -> None:
    strange = sealed(HEAD, Head(feed=FEED, epoch=1, sequence=0, digest=bytes(32), at_us=5), STRANGER_KEY)

    async def run() -> None:
        async with desk_at(message(HEAD, strange, number=1) + message(HEAD, strange, number=2)) as desk:
            line = desk.broker.lines
            await desk.until(lambda: line and line[0].kinds().count(PUBACK) == 2)
            assert line[0].kinds().count(SUBSCRIBE) == 2
            desk.clock.at_s = 60.0
            line[0].say(message(HEAD, strange, number=3))
            await desk.until(lambda: line[0].kinds().count(PUBACK) == 3)
            assert line[0].kinds().count(SUBSCRIBE) == 3
            assert {each.why for each in desk.heard if isinstance(each, Dropped)} == {"unknown_key"}

    asyncio.run(run())


def test_a_session_counts_though_its_request_has_the_number_of_an_earlier_one_for_keys() -> None:
    """Numbers of requests come again after 65,535."""
    strange = sealed(HEAD, b"x", STRANGER_KEY)

    async def run() -> None:
        async with desk_at(message(HEAD, strange)) as desk:
            lines = desk.broker.lines
            await desk.until(lambda: lines and lines[0].kinds().count(SUBSCRIBE) == 2)
            requests = [body for kind, body in lines[0].heard if kind == SUBSCRIBE]
            asked = int.from_bytes(requests[1][:2], "big")
            desk.connection._client._last_mid = asked - 1
            lines[0].cut()
            await desk.until(lambda: desk.count(Connected) == 2)

    asyncio.run(run())
