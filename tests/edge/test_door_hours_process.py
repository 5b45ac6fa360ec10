"""Hours in the real replica, and a real edge that holds a door by them."""

import asyncio
from pathlib import Path

import pytest

from contract.hours import Schedule
from contract.instants import to_us
from contract.plan_rows import schedule_change, site_change
from edge.clock import SystemClock
from edge.core.saved_trust import SavedTrust
from edge.storage.replica import Replica
from edge.storage.trust_file import SmallTrustFile
from tests.brokers import Broker
from tests.edge.edge_process import EdgeProcess
from tests.edge.feed_samples import numbered
from tests.edge.mqtt_hub import MqttHub
from tests.edge.replica_runs import club_rows, fill, run
from tests.edge.test_door_hours import ALWAYS, CLUB, DAYTIME, rows_of

# The replica


def test_a_replica_tells_its_hours_and_when_it_has_changed(tmp_path: Path) -> None:
    changes = [site_change("clubhouse", CLUB), schedule_change("daytime", DAYTIME)]
    rows = [*club_rows(), *numbered(changes, len(club_rows()) + 1)]

    async def work(replica: Replica) -> None:
        assert await replica.hours_rows() == []
        waiting = asyncio.create_task(replica.changed())
        await asyncio.sleep(0)
        assert await fill(replica, rows)
        await waiting
        assert sorted(await replica.hours_rows()) == sorted(rows_of(*changes))
        waiting = asyncio.create_task(replica.changed())
        await asyncio.sleep(0)
        assert not waiting.done()
        news = numbered([schedule_change("daytime", ALWAYS)], len(rows) + 1)
        await replica.apply(news, len(rows) + 1)
        await waiting
        assert sorted(await replica.hours_rows()) == sorted(
            rows_of(changes[0], schedule_change("daytime", ALWAYS))
        )

    run(tmp_path, work)


# The real process


@pytest.fixture
def hub(mosquitto: Broker) -> MqttHub:
    hub = MqttHub(mosquitto.port)
    hub.wait()
    return hub


def believe_the_clock(state_dir: Path) -> None:
    """As if an edge that ran before in this boot had seen the clock synchronized."""
    clock = SystemClock()
    mark = (to_us(clock.now()), clock.boottime_s())
    state_dir.mkdir(mode=0o700, exist_ok=True)
    trust = SavedTrust(boot=clock.boot_id(), saved_s=mark[1], floor=mark, hub=mark, synced=mark)
    SmallTrustFile(state_dir / "trust.json").write(trust)


UNLOCKED_BY_HOURS = {
    'feed = "everyone"': 'feed = "everyone"\nsite = "clubhouse"',
    "relay_pin = 17": 'relay_pin = 17\nunlocked_schedule = "daytime"',
}


def test_a_real_edge_holds_a_door_by_the_hours_that_its_hub_says(
    tmp_path: Path, mosquitto: Broker, hub: MqttHub
) -> None:
    believe_the_clock(tmp_path / "state")
    hub.change(site_change("clubhouse", CLUB), schedule_change("daytime", ALWAYS))
    edge = EdgeProcess(tmp_path, mosquitto.port, **UNLOCKED_BY_HOURS)
    try:
        opened = edge.wait_for("posture")
        assert (opened["reader"], opened["from"], opened["to"], opened["why"]) == (
            "door",
            "secure",
            "unlocked",
            "hours",
        )
        edge.wait_for("started")
        edge.door.type(b"4006381333931\r")
        scan = edge.wait_for("scan")
        assert (scan["outcome"], scan["reason"]) == ("granted", "unlocked")
        hub.change(schedule_change("daytime", Schedule()))
        closed = edge.wait_for("posture", count=2)
        assert (closed["from"], closed["to"], closed["why"]) == ("unlocked", "secure", "hours")
        edge.door.type(b"4006381333931\r")
        assert edge.wait_for("scan", count=2)["reason"] == "unknown_card"
        assert edge.stop() == (0, "")
        assert [checkin.circumstances.posture for checkin in edge.journal()] == ["unlocked", "secure"]
    finally:
        edge.close()
        hub.stop()


def test_a_real_edge_without_a_clock_to_believe_leaves_the_door_as_it_is(tmp_path: Path) -> None:
    rows = numbered([site_change("clubhouse", CLUB), schedule_change("daytime", ALWAYS)])

    async def filled(replica: Replica) -> None:
        assert await fill(replica, rows)

    run(tmp_path / "state", filled)
    edge = EdgeProcess(tmp_path, **UNLOCKED_BY_HOURS)
    try:
        assert edge.wait_for("hours_not_followed")["why"] == "clock_unknown"
        edge.wait_for("started")
        edge.door.type(b"4006381333931\r")
        assert edge.wait_for("scan")["reason"] == "unknown_card"
        assert edge.stop() == (0, "")
    finally:
        edge.close()
    assert [each for each in edge.events if each["event"] == "posture"] == []


def test_a_real_edge_holds_a_door_that_is_unlocked_by_hand_without_any_replica(tmp_path: Path) -> None:
    edge = EdgeProcess(tmp_path, **{"relay_pin = 17": 'relay_pin = 17\nposture = "unlocked"'})
    try:
        opened = edge.wait_for("posture")
        assert (opened["to"], opened["why"]) == ("unlocked", "configured")
        edge.wait_for("started")
        edge.door.type(b"\x01\r")
        assert edge.wait_for("scan")["reason"] == "unlocked"
        assert edge.stop() == (0, "")
    finally:
        edge.close()
