"""Lockdowns that staff without the right to end them cannot lift by a detour."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from contract.ask import Posture
from hub.fleet import operations as fleet
from hub.fleet.models import Edge, Reader, Site
from hub.orders import operations, queries
from hub.orders.held import LockdownHolds
from hub.orders.mode_operations import set_mode
from hub.orders.operations import Terms
from hub.orders.places import Place
from tests.hub.conftest import Database
from tests.hub.ordered import OTHER, TOML, house
from tests.hub.scans import AT
from tests.hub.staff_pages import address, inline

BY = "clerk"
DOOR = Place(edge="east", reader="door")
LOCKDOWN = Posture.LOCKDOWN
CLERK = Terms(may_lift=False)
WARDEN = TOML.replace('device = "/dev/ttyACM0"', 'device = "/dev/ttyACM0"\nlockdown_permission = "undo"')
RENAMED = TOML.replace('name = "door"', 'name = "front"')
DETOURS = {
    "gone": RENAMED,
    "another scanner": TOML.replace("ttyACM0", "ttyACM7"),
    "another pin": TOML.replace("relay_pin = 17", "relay_pin = 18"),
    "another permission": WARDEN,
}


@pytest.fixture
def edge(sqlite_database: Database) -> Edge:
    edge = house()
    operations.push("east", TOML, AT, "owner")
    return edge


def locked(place: Place) -> None:
    set_mode(place, LOCKDOWN, AT, "owner")


def moved(edge: Edge) -> Edge:
    edge.site = fleet.save_site(Site(name="lake", time_zone="UTC"))
    return edge


def refused(deed: Callable[[], object], edge: Edge) -> None:
    before = (queries.newest(edge), queries.modes_for(Edge.objects.get(pk=edge.pk)))
    with pytest.raises(LockdownHolds, match="end the lockdown first"):
        deed()
    assert (queries.newest(edge), queries.modes_for(Edge.objects.get(pk=edge.pk))) == before


@pytest.mark.parametrize("text", DETOURS.values(), ids=DETOURS)
def test_a_reader_in_lockdown_stays_as_it_is(edge: Edge, text: str) -> None:
    locked(DOOR)
    refused(lambda: operations.push("east", text, AT, BY, CLERK), edge)
    assert operations.push("east", OTHER, AT, BY, CLERK).new
    assert operations.push("east", text, AT, "owner").new


def test_a_reader_that_is_set_otherwise_is_free_to_go(edge: Edge) -> None:
    set_mode(DOOR, Posture.SECURE, AT, "owner")
    assert operations.push("east", RENAMED, AT, BY, CLERK).new
    locked(Place(edge="east", reader="bar"))
    assert operations.push("east", WARDEN, AT, BY, CLERK).new
    assert operations.push("east", TOML, AT, BY, CLERK).new


@pytest.mark.parametrize("place", [Place(), Place(site="house"), Place(edge="east")])
def test_an_edge_in_lockdown_lets_nobody_else_pass(edge: Edge, place: Place) -> None:
    locked(place)
    refused(lambda: operations.push("east", WARDEN, AT, BY, CLERK), edge)
    refused(lambda: operations.push("east", WARDEN.replace('"door"\n', '"front"\n', 1), AT, BY, CLERK), edge)
    assert operations.push("east", RENAMED, AT, BY, CLERK).new


def test_the_first_push_of_an_edge_in_lockdown(sqlite_database: Database) -> None:
    edge = house()
    locked(Place(site="house"))
    refused(lambda: operations.push("east", WARDEN, AT, BY, CLERK), edge)
    assert operations.push("east", TOML, AT, BY, CLERK).new


@pytest.mark.parametrize("text", [RENAMED, WARDEN])
def test_the_first_push_to_an_edge_with_a_reader_in_lockdown(sqlite_database: Database, text: str) -> None:
    edge = house()
    Reader.objects.create(edge=edge, name="door", kind="door", permission_id=1)
    locked(DOOR)
    refused(lambda: operations.push("east", text, AT, BY, CLERK), edge)
    assert operations.push("east", TOML, AT, BY, CLERK).new


def test_a_reader_comes_back_into_its_lockdown_as_it_is(edge: Edge) -> None:
    locked(DOOR)
    operations.push("east", RENAMED, AT, "owner")
    refused(lambda: operations.push("east", WARDEN, AT, BY, CLERK), edge)
    assert operations.push("east", RENAMED.replace("4.5", "6"), AT, BY, CLERK).new
    assert operations.push("east", TOML, AT, BY, CLERK).new


def test_nobody_rolls_back_to_one_that_lifts_it(edge: Edge) -> None:
    queries.newest(edge).edge.configurations.update(stood_at=AT)
    operations.push("east", RENAMED, AT, "owner")
    locked(Place(edge="east", reader="front"))
    refused(lambda: operations.rollback("east", AT, BY, CLERK), edge)
    assert operations.rollback("east", AT, "owner").generation == 3


def test_an_edge_is_not_moved_out_of_a_lockdown(edge: Edge) -> None:
    locked(Place(site="house"))
    moved(edge)
    refused(lambda: operations.save_edge(edge, AT, BY, may_lift=False), edge)
    assert Edge.objects.get().site.name == "house"
    operations.save_edge(edge, AT, "owner")
    assert queries.modes_for(Edge.objects.get()).edge is None


def test_one_that_stays_in_lockdown_may_move(edge: Edge) -> None:
    locked(Place(site="house"))
    locked(Place(edge="east"))
    operations.save_edge(moved(edge), AT, BY, may_lift=False)
    assert queries.modes_for(Edge.objects.get()).edge is LOCKDOWN


def test_a_clerks_pages_say_so(edge: Edge) -> None:
    locked(Place(site="house"))
    locked(DOOR)
    clerk = User.objects.create_user("clerk", is_staff=True)
    rights = ["view_edge", "change_edge", "add_configuration"]
    clerk.user_permissions.set(Right.objects.filter(codename__in=rights))
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk)
    lake = fleet.save_site(Site(name="lake", time_zone="UTC"))
    fields = {"site": lake.pk, "feed": edge.feed_id, **inline("readers")}
    shown = client.post(address(Edge, "change", edge.pk), fields, follow=True).content.decode()
    assert "Not saved: east is in lockdown where it stands" in shown
    url = reverse("desk:edge_configuration", args=[edge.pk])
    over = queries.newest(edge).pk
    shown = client.post(url, {"text": RENAMED, "over": over}).content.decode()
    assert "Not pushed: east/door is in lockdown" in shown
    assert queries.modes_for(Edge.objects.get()).of("door") is LOCKDOWN
    clerk.user_permissions.add(Right.objects.get(codename="set_mode"))
    assert client.post(url, {"text": RENAMED, "over": over}).status_code == 302


def test_a_reader_in_lockdown_comes_to_open_no_other_door(edge: Edge) -> None:
    door = '[[readers]]\nname = "{0}"\nkind = "door"\npermission = "front-door"\ndevice = "/dev/{0}"\n'
    text = TOML + door.format("gate") + "relay_pin = 5\n" + door.format("out") + 'door = "door"\n'
    operations.push("east", text, AT, "owner")
    locked(Place(edge="east", reader="out"))
    refused(lambda: operations.push("east", text.replace('door = "door"', 'door = "gate"'), AT, BY, CLERK), edge)
