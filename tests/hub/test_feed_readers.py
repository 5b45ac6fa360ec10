"""Readers ask for nothing that their edge's feed does not hold; the command and what it says."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from hub.feed.models import Feed
from hub.feed.named_operations import Holding
from hub.feed.operations import EVERYONE
from hub.fleet import feed_operations, operations
from hub.fleet.feed_operations import Chosen
from hub.fleet.feed_scope import NeededByReaders
from hub.fleet.models import Edge, Reader, Site
from hub.management.commands.feed import UnclearHolder
from hub.members import operations as members
from hub.members.models import Company, Customer, Permission
from hub.orders import operations as orders
from hub.orders.documents import ConfigurationRefused
from tests.hub.conftest import Database
from tests.hub.scans import AT

GLASS, DOOR = "glass-of-wine", "front-door"
TOML = """
[hardware]
pin_factory = "mock"

[[readers]]
name = "bar"
kind = "counter"
device = "/dev/ttyACM0"
permission = "{permission}"
"""


@pytest.fixture
def edge(sqlite_database: Database) -> Edge:
    for slug in (GLASS, DOOR):
        members.save_permission(Permission(slug=slug, name=slug))
    feed = feed_operations.create_feed("counters", 1, Holding(all_permissions=False), Chosen(permissions=[GLASS]))
    site = operations.save_site(Site(name="house"))
    return operations.save_edge(Edge(name="bar", site=site, feed=feed))


def reader(edge: Edge, permission: str, **more: object) -> Reader:
    asked = Permission.objects.get(slug=permission)
    return Reader(edge=edge, name="bar", kind="counter", permission=asked, **more)


def test_a_reader_asks_for_what_the_feed_has(edge: Edge) -> None:
    operations.save_reader(reader(edge, GLASS))
    for field, other in (
        ("permission", reader(edge, DOOR)),
        ("undo_permission", reader(edge, GLASS, undo_permission=Permission.objects.get(slug=DOOR))),
        ("area", reader(edge, GLASS, area="sauna")),
    ):
        other.name = "other"
        with pytest.raises(ValidationError, match="is not in the feed “counters” that the edge follows") as raised:
            operations.save_reader(other)
        assert set(raised.value.message_dict) == {field}
    assert Reader.objects.count() == 1


def test_an_edge_moves_only_where_its_readers_find_what_they_ask_for(edge: Edge) -> None:
    edge.feed = Feed.objects.get(name=EVERYONE)
    operations.save_edge(edge)
    operations.save_reader(reader(edge, DOOR))
    edge.feed = Feed.objects.get(name="counters")
    with pytest.raises(ValidationError, match="bar: the permission “front-door” is not in the feed"):
        operations.save_edge(edge)
    assert Edge.objects.get().feed.name == EVERYONE


def test_a_configuration_asks_for_what_the_feed_has(edge: Edge) -> None:
    orders.push("bar", TOML.format(permission=GLASS), AT, "owner")
    with pytest.raises(ConfigurationRefused, match="is not in the feed “counters”") as raised:
        orders.push("bar", TOML.format(permission=DOOR), AT, "owner")
    assert raised.value.field == 'readers[0] ("bar").permission'
    assert Reader.objects.get().permission.slug == GLASS


def test_what_readers_ask_for_stays(edge: Edge) -> None:
    operations.save_reader(reader(edge, GLASS))
    with pytest.raises(NeededByReaders, match="the reader bar/bar needs the permission “glass-of-wine”"):
        feed_operations.unassign("counters", Chosen(permissions=[GLASS]))
    feed_operations.assign("counters", Chosen(permissions=[DOOR]))
    feed_operations.unassign("counters", Chosen(permissions=[DOOR]))


# The command

Run = Callable[..., str]


@pytest.fixture
def run(edge: Edge, capsys: pytest.CaptureFixture[str]) -> Run:
    def feed(*words: object) -> str:
        call_command("feed", *map(str, words))
        return capsys.readouterr().out

    return feed


def test_the_command_makes_lists_and_assigns(run: Run) -> None:
    [*_, one, two] = members.add_customers([Customer(name=name) for name in ("One", "Two", "Two")])
    company = members.save_company(Company(name="Company: North"))
    made = run("create", "east", "--without-names", "--holders", "customer:One", "company:Company: North")
    assert made == "east: 0 edges; 1 customer and 1 company; all permissions; without names\n"
    assert run("assign", "east", "--holders", f"customer:{one.pk}", f"customer:{two.pk}").startswith(
        "east: 0 edges; 3 customers and 1 company;"
    )
    gone = run("unassign", "east", "--holders", "customer:One", f"company:{company.pk}")
    assert "2 customers;" in gone
    assert run("complete", "east") == gone
    assert run("create", "west", "--permissions", GLASS, DOOR, "--areas", "sauna") == (
        "west: 0 edges; everybody; permissions: front-door, glass-of-wine, areas: sauna; with names\n"
    )
    assert run("list").splitlines()[:2] == [
        "everyone: 0 edges; everybody; all permissions; with names",
        "counters: 1 edge; everybody; permissions: glass-of-wine; with names",
    ]


@pytest.mark.parametrize(
    ("holder", "says"),
    [
        ("One", "should be a holder: customer:NAME"),
        ("customer:", "should be a holder"),
        ("customer:Nobody", "there is no customer 'Nobody'"),
        ("company:1", "there is no company '1'"),
        ("customer:Two", "give a number, as in customer:1 or customer:2"),
    ],
)
def test_the_command_says_what_is_unclear(run: Run, holder: str, says: str) -> None:
    members.add_customers([Customer(name="Two"), Customer(name="Two")])
    with pytest.raises(UnclearHolder, match=says):
        run("create", "east", "--holders", holder)
    assert not Feed.objects.filter(name="east").exists()
