"""What a broker sends that is longer than any message ends the connection, and never the memory."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from contract.seal import SEALED_BYTES_MAX
from contract.trust import ClockState
from edge.clock import SystemClock
from edge.core.said import Said
from edge.hub_link.bounded_client import PACKET_BYTES_MAX, BoundedClient
from edge.hub_link.connection import BrokerAddress, Connection
from edge.hub_link.link_time import Known
from edge.hub_link.mail import Mail
from edge.hub_link.seals import Seals
from edge.hub_link.transport import Heard, SessionLost
from tests.endless_broker import endless_broker
from tests.enrolled import EDGE, EDGE_KEY, FEED, TRUSTED

PACKET_MIB = 250


class Time:
    known = Known(datetime(2026, 3, 1, tzinfo=UTC), None, ClockState.UNKNOWN)


def test_no_packet_is_longer_than_a_message_and_its_topic() -> None:
    assert SEALED_BYTES_MAX < PACKET_BYTES_MAX < 2 * SEALED_BYTES_MAX


@pytest.mark.timeout(60)
def test_a_packet_of_250_mib_is_not_taken_in() -> None:
    async def run(port: int) -> list[Heard]:
        heard: list[Heard] = []
        lost = asyncio.Event()

        def hear(news: Heard) -> None:
            heard.append(news)
            if isinstance(news, SessionLost):
                lost.set()

        time = Time()
        mail = Mail(EDGE, FEED, Seals(EDGE_KEY, TRUSTED, print), Said(1), time)  # type: ignore[arg-type]
        connection = Connection(EDGE, BrokerAddress("127.0.0.1", port), mail, hear, time, SystemClock())  # type: ignore[arg-type]
        connection.start()
        await lost.wait()
        await connection.stop()
        return heard

    with endless_broker(PACKET_MIB) as (port, took):
        heard = asyncio.run(run(port))
    assert isinstance(heard[0], SessionLost)
    # What the sockets between the two hold is all that went.
    assert took[0] < PACKET_MIB / 5


class Ending(BoundedClient):
    """Its thread has ended as soon as it was looked at."""

    @property
    def _thread(self) -> threading.Thread | None:
        thread, self._kept = self._kept, None
        return thread

    @_thread.setter
    def _thread(self, thread: threading.Thread | None) -> None:
        self._kept = thread


def test_a_thread_that_ends_while_it_is_stopped_is_stopped() -> None:
    client = Ending(CallbackAPIVersion.VERSION2)
    thread = threading.Thread(target=lambda: None)
    thread.start()
    client._thread = thread
    assert client.loop_stop() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert not thread.is_alive()
    assert client.loop_stop() == MQTTErrorCode.MQTT_ERR_INVAL
