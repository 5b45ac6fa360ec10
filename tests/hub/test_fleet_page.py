"""The page of the fleet: the worst first, what is wrong and what to do, for one edge and for a thousand."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contract.messages import ReaderPresence
from contract.trust import ClockState
from hub.checkins.models import LostRange
from hub.feed.models import Feed
from hub.fleet.models import Edge
from hub.fleet.operations import note_presence
from hub.fleet.paging import PAGE_EDGES
from hub.orders.models import Configuration, ReportedState
from hub.watch import operations
from hub.watch.queries import NEVER, fleet_shown
from tests.hub.conftest import Database
from tests.hub.presences import well
from tests.hub.scans import Club, small_club
from tests.hub.telemetries import scans, telemetry

pytestmark = pytest.mark.any_database


@pytest.fixture
def club(database: Database) -> Club:
    return small_club()


@pytest.fixture
def feed(club: Club) -> Feed:
    return Feed.objects.get(pk=club.edge.feed_id)


@pytest.fixture
def staff(club: Club) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    return client


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture(autouse=True)
def worker(club: Club, now: datetime) -> Iterator[None]:
    operations.note_worker("worker", now, True, {}, now)
    yield


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/desk/fleet/{query}")
    assert response.status_code == 200
    return response.content.decode()


def edge_page(client: Client, club: Club) -> str:
    response = client.get(reverse("desk:edge", args=[club.edge.pk]))
    assert response.status_code == 200
    return response.content.decode()


def add_edges(club: Club, feed: Feed, names: list[str]) -> None:
    Edge.objects.bulk_create(
        [Edge(name=name, site=club.edge.site, feed=feed, signing_key=b"k" * 32) for name in names]
    )


def test_it_shows_what_an_edge_said_and_measured(staff: Client, feed: Feed, club: Club, now: datetime) -> None:
    assert "Nothing has come from it." in page(staff)
    note_presence("clubhouse", well(feed), now)
    operations.note_telemetry("clubhouse", telemetry(latency_ms=scans(up_to_5=98, up_to_500=2)), now)
    shown = page(staff)
    machine = "48 °C, disk 70% free"
    for text in ("online", "up to date", "synced", "✓ door", "100", "≤ 5 ms", "≤ 500 ms", machine, "1.2"):
        assert text in shown, text
    assert "in trouble</" not in shown.split('id="fleet-now"')[1].split("</nav>")[1]


def test_what_is_wrong_comes_with_what_to_do(staff: Client, feed: Feed, club: Club, now: datetime) -> None:
    closed = [ReaderPresence(name="<door>", open=False)]
    note_presence("clubhouse", well(feed, readers=closed, clock=ClockState.UNKNOWN), now)
    full = telemetry(disk_free_share=0.03, temperature_c=84.0, counters={"lost": 2})
    operations.note_telemetry("clubhouse", full, now)
    shown = page(staff)
    for text in (
        "Clock unknown.</b> Give it network time",
        "&lt;door&gt;: port closed.</b> Plug its scanner in",
        "Its disk is 97% full.</b> Free some space",
        "It is 84 °C hot.",
        "2 check-ins could not be written down since it started.",
    ):
        assert text in shown, text


def test_an_edge_whose_outputs_nobody_stands_by_is_in_trouble_until_somebody_does(
    staff: Client, feed: Feed, club: Club, now: datetime
) -> None:
    note_presence("clubhouse", well(feed), now)
    alone = "Nobody stands by its outputs: if it is killed, a relay may stay on.</b> Its dead man"
    for told, shown in (({}, False), ({"unguarded": 1}, True), ({"unguarded": 1, "guarded": 1}, False)):
        operations.note_telemetry("clubhouse", telemetry(counters=told), now)
        assert (alone in page(staff)) is shown, told
        assert (fleet_shown(now).edges[0].light == "amber") is shown


def test_a_refused_configuration_is_trouble(feed: Feed, club: Club, now: datetime) -> None:
    note_presence("clubhouse", well(feed), now)
    Edge.objects.update(epoch=5, config_generation=2)
    order = Configuration.objects.create(
        edge=club.edge, epoch=5, generation=2, document={}, text="", made_at=now, by="owner"
    )
    [waiting] = fleet_shown(now).edges
    assert (waiting.light, waiting.configuration) == ("green", "generation 2 under way")
    order.refused_at, order.refused_step = now, "validate"
    order.refused_field, order.refused_why = "readers.0.relay_pin", "pin 99 is none."
    order.save()
    [refused] = fleet_shown(now).edges
    assert (refused.light, refused.configuration) == ("amber", "generation 2 refused")
    said = "it refused the configuration 2: readers.0.relay_pin: pin 99 is none (what it says cannot be)"
    assert refused.troubles[0].text == said
    marks = {"mode_epoch": 0, "mode_generation": 0, "command_epoch": 0, "command": 0}
    ReportedState.objects.create(
        edge=club.edge, received_at=now, said_at=now, epoch=5, generation=1, trying=False, **marks
    )
    assert fleet_shown(now).edges[0].configuration == "generation 2 refused, 1 stands"
    ReportedState.objects.update(generation=2)
    Configuration.objects.update(refused_at=None)
    assert fleet_shown(now).edges[0].configuration == "generation 2 stands"


def test_old_telemetry_says_nothing_of_now(feed: Feed, club: Club, now: datetime) -> None:
    note_presence("clubhouse", well(feed), now)
    operations.note_telemetry("clubhouse", telemetry(disk_free_share=0.01), now - timedelta(minutes=6))
    [edge] = fleet_shown(now).edges
    assert (edge.light, edge.machine) == ("green", "-")


def test_how_far_it_is_behind(feed: Feed, club: Club, now: datetime) -> None:
    Feed.objects.update(sequence=feed.sequence + 7)
    note_presence("clubhouse", well(feed), now)
    assert fleet_shown(now).edges[0].behind == "7 rows, 2 s"
    note_presence("clubhouse", well(feed, replica_age_s=None), now)
    assert fleet_shown(now).edges[0].behind == "7 rows"
    note_presence("clubhouse", well(feed, epoch=feed.epoch + 1), now)
    assert fleet_shown(now).edges[0].behind == "copies anew"
    note_presence("clubhouse", well(feed, epoch=None, sequence=None, replica_age_s=None), now)
    assert fleet_shown(now).edges[0].behind == "no copy"


def test_the_worst_come_first_and_pages_hold_fifty(staff: Client, feed: Feed, club: Club, now: datetime) -> None:
    add_edges(club, feed, [f"edge-{number:03}" for number in range(PAGE_EDGES + 10)])
    note_presence("clubhouse", well(feed), now)
    note_presence("edge-005", well(feed, clock=ClockState.UNKNOWN), now)
    Edge.objects.filter(name="edge-006").update(revoked_at=now)
    first, second = fleet_shown(now), fleet_shown(now, page=2)
    assert first.lights == {"green": 1, "amber": 1, "red": PAGE_EDGES + 8, "grey": 1}
    assert (len(first.edges), first.pages, first.edges[0].edge.name) == (PAGE_EDGES, 2, "edge-000")
    assert [each.edge.name for each in second.edges][-3:] == ["edge-005", "clubhouse", "edge-006"]
    assert fleet_shown(now, page=99).page == 2
    assert [each.edge.name for each in fleet_shown(now, light="amber").edges] == ["edge-005"]
    assert len(fleet_shown(now, "EDGE-00").edges) == 10
    shown = page(staff, "?page=2")
    assert "Page 2 of 2" in shown
    assert "No edge is like that" in page(staff, "?q=nowhere&light=purple&page=-1")


@pytest.mark.both_databases
def test_a_large_fleet_asks_no_more_of_the_database(staff: Client, feed: Feed, club: Club, now: datetime) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            page(staff)
        return len(asked)

    note_presence("clubhouse", well(feed), now)
    operations.note_telemetry("clubhouse", telemetry(), now)
    questions()
    few = questions()
    add_edges(club, feed, [f"edge-{number}" for number in range(30)])
    for number in range(0, 30, 3):
        note_presence(f"edge-{number}", well(feed), now)
        operations.note_telemetry(f"edge-{number}", telemetry(), now)
    assert questions() == few


def test_no_worker_or_none_that_is_connected_is_told(staff: Client, club: Club, now: datetime) -> None:
    assert "Nothing is heard of any edge" not in page(staff)
    operations.note_worker("worker", now, False, {}, now)
    assert "does not reach the broker" in page(staff)
    operations.end_worker("worker")
    assert "no worker runs" in page(staff)


def test_no_edge_is_blamed_while_no_worker_hears_it(staff: Client, feed: Feed, club: Club, now: datetime) -> None:
    note_presence("clubhouse", well(feed, online=False), now - timedelta(hours=1))
    assert fleet_shown(now).lights["red"] == 1
    operations.end_worker("worker")
    [edge] = fleet_shown(now).edges
    assert (edge.light, edge.word, edge.troubles) == ("grey", "not known", [])
    assert edge.lasting == "for 1 h"
    assert "</strong> not known</a>" in page(staff)


def test_the_addresses_of_before_lead_here(staff: Client, club: Club) -> None:
    followed = staff.get("/now/?q=club", follow=True)
    assert followed.redirect_chain[-1][0] == "/desk/fleet/?q=club"
    followed = staff.get("/now/clubhouse/", follow=True)
    assert followed.redirect_chain[-1][0] == reverse("desk:edge", args=[club.edge.pk])
    assert staff.get("/now/nowhere/", follow=True).status_code == 404


def test_what_keeps_up_is_the_inside_alone(staff: Client, club: Club) -> None:
    for address in ("/desk/fleet/", reverse("desk:edge", args=[club.edge.pk])):
        inside = staff.get(address, HTTP_HX_REQUEST="true").content.decode()
        assert inside.startswith('<div id="fleet-now"')
        assert "as of" in inside and "<html" not in inside


def test_edges_that_were_never_heard_of(staff: Client, feed: Feed, club: Club, now: datetime) -> None:
    add_edges(club, feed, ["annex", "cellar"])
    note_presence("clubhouse", well(feed), now)
    Edge.objects.filter(name="cellar").update(revoked_at=now)
    fleet = fleet_shown(now, light=NEVER)
    assert (fleet.never, [each.edge.name for each in fleet.edges]) == (1, ["annex"])
    assert ">annex</a>" in page(staff, "?light=never")
    assert ">clubhouse</a>" not in page(staff, "?light=never")


def test_check_ins_that_are_lost_for_good(staff: Client, feed: Feed, club: Club, now: datetime) -> None:
    note_presence("clubhouse", well(feed), now)
    assert "Lost check-ins" not in edge_page(staff, club)
    for first, count in ((1, 3), (9, None)):
        LostRange.objects.create(
            edge=club.edge, journal=b"j" * 16, first=first, count=count, why="gone", noticed_at=now
        )
    assert "3 are lost for good" in edge_page(staff, club)


def test_an_empty_hub_says_how_to_begin(staff: Client, club: Club) -> None:
    Edge.objects.all().delete()
    assert "There is no edge yet" in page(staff)


# One edge in figures


def test_an_edges_page_has_its_week_and_its_counters(staff: Client, feed: Feed, club: Club, now: datetime) -> None:
    assert "It has told no figures yet" in edge_page(staff, club)
    note_presence("clubhouse", well(feed), now)
    told = telemetry(counters={"scan.granted": 41, "lost": 1}, queue=6, uptime_s=90_000.0)
    operations.note_telemetry("clubhouse", told, now)
    shown = edge_page(staff, club)
    for text in (
        "Online, in trouble",
        "3 scans, half ≤ 5 ms",
        "6 at most",
        "48 °C at most",
        "scan.granted",
        "1 d 1 h",
    ):
        assert text in shown, text
    assert staff.get("/desk/fleet/edges/0/").status_code == 404


def test_one_scan_is_one(staff: Client, feed: Feed, club: Club, now: datetime) -> None:
    note_presence("clubhouse", well(feed), now)
    operations.note_telemetry("clubhouse", telemetry(latency_ms=scans(up_to_5=1)), now)
    assert "1 scan in 6 h" in page(staff)
    assert ": 1 scan, half ≤ 5 ms" in edge_page(staff, club)
