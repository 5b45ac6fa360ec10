"""Readers at the hub: stored in the words of edge.toml, and meant as the contract means them."""

import pytest
from django.core.exceptions import ValidationError

from contract import reader_configuration
from contract.ask import Policy
from contract.configuration import parse_configuration
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet import operations
from hub.fleet.edge_toml import edge_toml
from hub.fleet.models import Edge, Reader, Schedule, Site
from hub.fleet.rows import policy_of
from hub.members import operations as members
from hub.members.models import Permission
from hub.members.writing import InUse
from hub.partners import operations as partners
from hub.partners.models import Partner

MACHINE = """
device = "/dev/ttyACM0"
relay_pin = 17

[hardware]
pin_factory = "mock"
"""

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def edge() -> Edge:
    site = operations.save_site(Site(name="house", time_zone="Europe/Berlin"))
    return operations.save_edge(Edge(name="east", site=site, feed=Feed.objects.get(name=EVERYONE)))


def a_permission(slug: str) -> Permission:
    found = Permission.objects.filter(slug=slug).first()
    return found or members.save_permission(Permission(slug=slug, name=slug))


def a_reader(edge: Edge, kind: str = "door", **fields: object) -> Reader:
    return operations.save_reader(
        Reader(edge=edge, name="reader", kind=kind, permission=a_permission("front-door"), **fields)
    )


def test_a_reader_that_says_nothing_special(edge: Edge) -> None:
    assert policy_of(a_reader(edge)) == Policy(site="house")


def test_a_reader_that_says_everything(edge: Edge) -> None:
    bar = partners.save_partner(Partner(slug="wine-bar", name="Wine bar"))
    reader = a_reader(
        edge,
        enabled=False,
        partner=bar,
        attended=False,
        codes="rotating",
        clock="holdover",
        replica_age_seconds_max=86_400,
        area="sauna",
        passback="hard",
        passback_seconds=3_600,
        lockdown_permission=a_permission("keyholder"),
        posture="lockdown",
        unlocked_schedule=operations.save_schedule(Schedule(slug="opening", name="Opening")),
        confirm_seconds=2.5,
        rescan_seconds=10,
    )
    found = Reader.objects.select_related("edge__site", "partner", "lockdown_permission").get(pk=reader.pk)
    text = f"{edge_toml(edge, [found])}\n{MACHINE}"
    [section] = parse_configuration(text).readers
    assert policy_of(found) == reader_configuration.policy_of(section, "house")
    with pytest.raises(InUse, match="reader"):
        partners.delete_partners([bar])
    with pytest.raises(InUse, match="reader"):
        members.delete_permissions([a_permission("keyholder")])


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"passback": "hard"}, "area", 'should be there where passback is "hard"'),
        ({"direction": "out"}, "area", 'should be there where direction is "out"'),
        ({"area": "sauna", "passback_seconds": 60}, "passback_seconds", 'left out where passback is "off"'),
        ({"area": "sauna", "passback": "soft", "passback_seconds": 604_801}, "passback_seconds", "604800"),
        ({"area": "sauna", "passback": "soft", "direction": "out"}, "passback", "nobody is kept in"),
        ({"area": "the sauna"}, "area", "lower-case"),
        ({"passback": "strict"}, "passback", "not a valid choice"),
        ({"direction": "up", "area": "sauna"}, "direction", "not a valid choice"),
        ({"codes": "all"}, "codes", "not a valid choice"),
        ({"clock": "wrong"}, "clock", "not a valid choice"),
        ({"replica_age_seconds_max": 0}, "replica_age_seconds_max", "greater than or equal to 1"),
        ({"confirm_seconds": 0}, "confirm_seconds", "greater than or equal to 0.1"),
        ({"confirm_seconds": float("nan")}, "confirm_seconds", "a number of seconds"),
        ({"rescan_seconds": 61}, "rescan_seconds", "less than or equal to 60"),
        ({"undo_permission": "staff"}, "undo_permission", "left out for a door"),
        ({"kind": "counter", "posture": "unlocked"}, "posture", '"lockdown" for a counter'),
        ({"kind": "counter", "posture": "free"}, "posture", '"lockdown" for a counter'),
        ({"kind": "counter", "unlocked_schedule": "opening"}, "unlocked_schedule", "left out for a counter"),
        ({"kind": "counter", "undo_permission": "front-door"}, "undo_permission", "another than the reader's"),
        ({"kind": "gate"}, "kind", "not a valid choice"),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_field(
    edge: Edge, fields: dict[str, object], field: str, words: str
) -> None:
    meant = dict(fields)
    if "undo_permission" in meant:
        meant["undo_permission"] = a_permission(str(meant["undo_permission"]))
    if "unlocked_schedule" in meant:
        meant["unlocked_schedule"] = operations.save_schedule(Schedule(slug="opening", name="Opening"))
    with pytest.raises(ValidationError) as error:
        a_reader(edge, **meant)
    assert words in " ".join(error.value.message_dict[field])
    assert not Reader.objects.exists()


def test_a_counter_that_is_undone_and_locked_down(edge: Edge) -> None:
    counter = a_reader(edge, "counter", posture="lockdown", undo_permission=a_permission("staff"), mode="identify")
    assert policy_of(counter) == Policy(site="house")
