"""A packet of a broker's that is longer than any message ends the worker's connection, and never its memory."""

import io
import time
from datetime import UTC, datetime

import pytest

from hub.environment import BrokerAddress
from hub.sync.inbox import Inbox
from hub.sync.log import Log
from hub.sync.mqtt import HubLink
from tests.endless_broker import endless_broker

PACKET_MIB = 250


@pytest.mark.timeout(60)
def test_a_packet_of_250_mib_is_not_taken_in() -> None:
    log = Log(io.StringIO(), lambda: datetime.now(UTC), time.monotonic)
    with endless_broker(PACKET_MIB) as (port, took):
        link = HubLink(BrokerAddress("127.0.0.1", port, False), Inbox(), log)
        link.start()
        while not took:
            time.sleep(0.02)
        link.stop()
    assert took[0] < PACKET_MIB / 5
