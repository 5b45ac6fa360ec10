"""The real edge, killed after it wrote an ack down and before its replica has what the ack names: a glass that was
redeemed is not poured again."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.brokers import Broker
from tests.edge.edge_process import EdgeProcess
from tests.edge.feed_samples import numbered
from tests.edge.link_runs import hub, until
from tests.edge.mqtt_hub import MqttHub
from tests.edge.test_process_offline import MEMBER, card, changes

__all__ = ["hub"]  # a fixture


def acked_upto(journal: Path) -> int:
    with closing(sqlite3.connect(f"file:{journal}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT coalesce(max(upto), 0) FROM ack").fetchone()[0])


def test_a_glass_whose_ack_was_faster_than_the_feed_is_not_poured_again(
    hub: MqttHub, mosquitto: Broker, tmp_path: Path
) -> None:
    hub.change(*changes(), live=False)
    edge = EdgeProcess(tmp_path, mosquitto.port)
    try:
        edge.wait_for("replica", lambda event: event["sequence"] == len(numbered(changes())))
        edge.wait_for("started")
        hub.says_feed = False
        edge.counter.type(card(MEMBER))
        assert edge.wait_for("scan")["reason"] == "granted"
        edge.wait_for("acked", lambda event: event["upto"] == 1)
        asyncio.run(until(lambda: acked_upto(edge.journal_path) == 1))
        edge.process.kill()
        edge.ended()
    finally:
        edge.close()
    edge = EdgeProcess(tmp_path, mosquitto.port)
    try:
        edge.wait_for("connected")
        edge.wait_for("started")
        edge.counter.type(card(MEMBER))
        assert edge.wait_for("scan")["reason"] == "limit_reached"
        assert "applied" not in {each["event"] for each in edge.events}
        hub.says_feed = True
        hub.publish_head()
        edge.wait_for("applied")
        edge.counter.type(card(MEMBER))
        assert edge.wait_for("scan", count=2)["reason"] == "limit_reached"
        assert edge.stop() == (0, "")
    finally:
        edge.close()
