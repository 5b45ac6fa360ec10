"""Sites, edges, readers and feeds at the desk: made, edited, deleted, looked at."""

import html

import pytest
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from contract.ask import Posture
from hub.checkins.models import LostRange
from hub.fleet.models import Edge, Reader, Site
from hub.members.models import Permission
from hub.orders import operations
from hub.orders.mode_operations import set_mode
from hub.orders.places import Place
from tests.hub.conftest import Database
from tests.hub.ordered import TOML, another, house

pytestmark = pytest.mark.any_database


@pytest.fixture
def edge(database: Database) -> Edge:
    return house()


@pytest.fixture
def client(edge: Edge, admin_user_client: Client) -> Client:
    return admin_user_client


def shown(client: Client, url: str) -> str:
    return html.unescape(client.get(url).content.decode())


def told(client: Client, url: str, **fields: object) -> str:
    return html.unescape(client.post(url, fields, follow=True).content.decode())


def begun(client: Client, url: str) -> str:
    """What the form carries of what it was shown with."""
    return shown(client, url).partition('name="shown" value="')[2].partition('"')[0]


def test_a_site_from_its_beginning_to_its_end(client: Client, edge: Edge) -> None:
    fields = {"name": "lake", "time_zone": "Europe/Rome", "week_starts_on": 6, "day_starts_at": "05:00"}
    assert "Added: lake." in told(client, "/desk/sites/new/", **fields)
    site = Site.objects.get(name="lake")
    url = reverse("desk:edit_site", args=[site.pk])
    fields = {
        "time_zone": "Europe/Paris",
        "week_starts_on": 0,
        "day_starts_at": "06:00",
        "shown": begun(client, url),
    }
    assert "Europe/Paris" in told(client, url, **fields)
    assert "06:00" in shown(client, "/desk/sites/")
    assert client.post(url, {**fields, "day_starts_at": "06:00:30"}).status_code == 422
    house_site = reverse("desk:delete_site", args=[edge.site.pk])
    assert client.post(house_site, {"typed": "house"}).status_code == 422
    assert "Deleted: lake." in told(client, reverse("desk:delete_site", args=[site.pk]), typed="lake")


def test_an_edge_from_its_beginning_to_its_end(client: Client, edge: Edge) -> None:
    assert "Added: cellar." in told(
        client, "/desk/fleet/edges/new/", name="cellar", site=edge.site.pk, feed=edge.feed.pk
    )
    cellar = Edge.objects.get(name="cellar")
    assert client.post("/desk/fleet/edges/new/", {"name": "cellar", "site": edge.site.pk}).status_code == 422
    lake = Site.objects.create(name="lake", time_zone="UTC")
    url = reverse("desk:edit_edge", args=[cellar.pk])
    assert "Saved." in told(client, url, site=lake.pk, feed=edge.feed.pk, shown=begun(client, url))
    assert Edge.objects.get(pk=cellar.pk).site == lake
    assert "Deleted: cellar." in told(client, reverse("desk:delete_edge", args=[cellar.pk]), typed="cellar")
    LostRange.objects.create(edge=edge, journal=b"j" * 16, first=1, count=1, why="gone", noticed_at=timezone.now())
    kept = client.post(reverse("desk:delete_edge", args=[edge.pk]), {"typed": "east"})
    assert kept.status_code == 422 and Edge.objects.filter(name="east").exists()


def test_who_may_not_set_modes_moves_no_edge_out_of_a_lockdown(client: Client, edge: Edge) -> None:
    clerk = User.objects.create_user("clerk")
    clerk.user_permissions.set(Right.objects.filter(codename__in=["view_edge", "change_edge"]))
    set_mode(Place(site="house"), Posture.LOCKDOWN, timezone.now(), "owner")
    lake = Site.objects.create(name="lake", time_zone="UTC")
    client.force_login(clerk)
    url = reverse("desk:edit_edge", args=[edge.pk])
    answer = client.post(url, {"site": lake.pk, "feed": edge.feed.pk, "shown": begun(client, url)})
    assert answer.status_code == 409
    assert "is in lockdown where it stands" in html.unescape(answer.content.decode())
    assert Edge.objects.get(pk=edge.pk).site == edge.site


def test_a_reader_from_its_beginning_to_its_end(client: Client, edge: Edge) -> None:
    door = Permission.objects.get(slug="front-door")
    fields = {"name": "door", "kind": "door", "permission": door.pk, "mode": "redeem", "enabled": "on"}
    fields |= {"codes": "static", "clock": "unknown", "direction": "in", "passback": "off", "posture": "secure"}
    fields["confirm_seconds"] = "1"
    new = reverse("desk:new_reader", args=[edge.pk])
    assert client.post(new, {**fields, "passback": "hard"}).status_code == 422
    page = told(client, new, **fields)
    assert "Added: east/door." in page and 'name = "door"' in page
    assert client.post(new, fields).status_code == 422
    reader = Reader.objects.get()
    url = reverse("desk:edit_reader", args=[reader.pk])
    told(client, url, **{**fields, "name": "gate"}, shown=begun(client, url))
    assert Reader.objects.get().name == "gate"
    told(client, reverse("desk:delete_reader", args=[reader.pk]), typed="east/gate")
    assert not Reader.objects.exists()


def test_readers_of_a_configuration_change_with_it_alone(client: Client, edge: Edge) -> None:
    operations.push("east", TOML, timezone.now(), "owner")
    reader = Reader.objects.get(name="door")
    for url in (
        reverse("desk:new_reader", args=[edge.pk]),
        reverse("desk:edit_reader", args=[reader.pk]),
        reverse("desk:delete_reader", args=[reader.pk]),
    ):
        assert (
            client.post(url, {"typed": "east/door"})["Location"] == f"/desk/fleet/edges/{edge.pk}/configuration/"
        )
    assert Reader.objects.filter(name="door").exists()
    assert "changed there" in shown(client, reverse("desk:readers", args=[edge.pk]))


def test_feeds_and_who_follows_them(client: Client, edge: Edge) -> None:
    assert "everybody" in shown(client, "/desk/feeds/")
    page = shown(client, reverse("desk:feed", args=[edge.feed.pk]))
    assert ">east</a>" in page and "not known to have a copy" in page


@pytest.mark.both_databases
def test_a_large_fleet_asks_no_more_of_the_database(client: Client, edge: Edge) -> None:
    pages = ["/desk/fleet/", "/desk/lockdown/", "/desk/sites/", "/desk/feeds/", "/desk/fleet/push/"]
    pages.append(reverse("desk:feed", args=[edge.feed.pk]))

    def questions() -> list[int]:
        found = []
        for url in pages:
            client.get(url)
            with CaptureQueriesContext(connection) as asked:
                assert client.get(url).status_code == 200
            found.append(len(asked))
        return found

    few = questions()
    for number in range(100):
        another(f"e{number:03}", edge.site)
    assert questions() == few
