"""Doors in alarm on the fleet's page: red, since when, and what to do."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from msgspec import structs

from contract.instants import to_us
from contract.orders import DoorAlarm, DoorReport, EndedAlarm
from edge.core.door import Alarm, DoorState
from hub.feed.models import Feed
from hub.fleet.operations import note_presence
from hub.watch import operations
from hub.watch.doors import _STATES
from hub.watch.metrics import fleet_metrics
from hub.watch.queries import fleet_shown, judged_fleet
from tests.hub.conftest import Database
from tests.hub.presences import well
from tests.hub.scans import Club, small_club
from tests.hub.telemetries import telemetry


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def club(database: Database, now: datetime) -> Iterator[Club]:
    club = small_club()
    operations.note_worker("worker", now, True, {}, now)
    note_presence("clubhouse", well(Feed.objects.get(pk=club.edge.feed_id)), now)
    yield club


def door(*alarms: str, name: str = "front", since: datetime) -> DoorReport:
    said = [DoorAlarm(alarm=alarm, since_us=to_us(since)) for alarm in alarms]
    return DoorReport(name=name, state="open", since_us=to_us(since), alarms=said)


def note(*doors: DoorReport, at: datetime) -> Any:
    operations.note_telemetry("clubhouse", telemetry(doors=list(doors)), at)
    [edge] = fleet_shown(at).edges
    return edge


def test_a_door_in_alarm_is_red_with_since_and_what_to_do(club: Club, now: datetime) -> None:
    assert note(door(since=now), at=now).light == "green"
    edge = note(door("forced_open", since=now - timedelta(minutes=3)), at=now)
    assert (edge.light, edge.word) == ("red", "online, a door in alarm")
    assert edge.troubles[0].text.startswith("front was forced open since 20")
    assert "look at the door" in edge.troubles[0].remedy
    assert note(door(since=now), at=now).light == "green"


def test_it_stands_on_the_page(club: Club, now: datetime) -> None:
    note(door("held_open", name="<back>", since=now), at=now)
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    shown = client.get("/desk/fleet/").content.decode()
    assert "&lt;back&gt; is held open since" in shown
    assert "online, a door in alarm" in shown
    assert "<back>" not in shown


def test_each_alarm_that_edges_know_has_words_here(club: Club, now: datetime) -> None:
    for alarm in Alarm:
        edge = note(door(alarm, since=now), at=now)
        assert " tells of " not in edge.troubles[0].text
        assert edge.light == ("amber" if alarm in (Alarm.FIRE, Alarm.EXIT_STUCK) else "red")


def test_a_fire_is_a_notice_and_an_unknown_alarm_is_told_as_it_came(club: Club, now: datetime) -> None:
    assert note(door("fire", since=now), at=now).light == "amber"
    edge = note(door("fire", "smoke", since=now), at=now)
    assert edge.light == "red"
    assert [trouble.text.split(" since")[0] for trouble in edge.troubles] == [
        "front is released for fire",
        "front tells of smoke",
    ]


def test_an_alarm_that_was_told_long_ago_says_nothing_of_now(club: Club, now: datetime) -> None:
    operations.note_telemetry(
        "clubhouse", telemetry(doors=[door("tamper", since=now)]), now - timedelta(minutes=6)
    )
    [edge] = fleet_shown(now).edges
    assert edge.light == "green"


def over(alarm: str, until: datetime) -> DoorReport:
    ended = EndedAlarm(alarm=alarm, since_us=to_us(until - timedelta(seconds=40)), until_us=to_us(until))
    return DoorReport(name="front", state="locked", since_us=to_us(until), ended=[ended])


@pytest.mark.parametrize(
    ("alarm", "light"), [("forced_open", "amber"), ("tamper", "amber"), ("held_open", "green")]
)
def test_an_alarm_that_ended_while_nobody_heard_it_is_told_for_half_a_day(
    club: Club, now: datetime, alarm: str, light: str
) -> None:
    edge = note(over(alarm, now - timedelta(hours=11)), at=now)
    assert edge.light == light
    if edge.troubles:
        assert edge.troubles[0].text.startswith(
            "front was forced open from 20" if alarm == "forced_open" else "front had its case open from 20"
        )
        assert " to 20" in edge.troubles[0].text
    assert note(over(alarm, now - timedelta(hours=13)), at=now).light == "green"


def test_an_edge_that_falls_silent_keeps_what_it_told_of_its_doors(club: Club, now: datetime) -> None:
    forced = door("forced_open", since=now - timedelta(minutes=8))
    operations.note_telemetry("clubhouse", telemetry(doors=[forced]), now - timedelta(minutes=7))
    gone = structs.replace(well(Feed.objects.get(pk=club.edge.feed_id)), online=False, n=10**6)
    note_presence("clubhouse", gone, now - timedelta(minutes=6))
    [edge] = fleet_shown(now).edges
    assert (edge.light, edge.word) == ("red", "offline")
    assert edge.troubles[1].text.startswith("front was forced open since 20")
    assert edge.troubles[1].text.endswith(", as it told last")


def test_an_edges_page_has_how_its_doors_stand(club: Club, now: datetime) -> None:
    without = DoorReport(name="back", state=None, since_us=to_us(now))
    note(over("held_open", now - timedelta(hours=20)), without, at=now)
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    shown = client.get("/now/clubhouse/", follow=True).content.decode()
    assert "locked since 20" in shown and "no contact" in shown
    assert "front was held open from 20" in shown
    assert set(_STATES) == set(DoorState)


def test_an_edge_with_a_door_in_alarm_is_up(club: Club, now: datetime) -> None:
    note(door("tamper", since=now), at=now)
    samples = {
        (metric.name, tuple(sample.labels.values())): sample.value
        for metric in fleet_metrics(judged_fleet(now), now)
        for sample in metric.samples
    }
    assert samples["doorward_hub_edge_up", ("clubhouse", "clubhouse")] == 1
    assert samples["doorward_hub_door_alarm", ("clubhouse", "front", "tamper")] == 1
