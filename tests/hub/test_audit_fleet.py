"""The audit log of the fleet, of plans and of what is ordered: who, what, from what to what."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User

from contract.ask import Posture
from contract.limits import Limit
from contract.orders import CommandKind
from hub.access.queries import actor_of
from hub.audit.acting import acting
from hub.audit.models import Entry
from hub.checkins.staff_operations import reset_passages
from hub.enrolment.operations import make_code_for
from hub.feed.models import Feed
from hub.feed.named_operations import Holding
from hub.fleet import feed_operations
from hub.fleet import operations as fleet
from hub.fleet.feed_operations import Chosen
from hub.fleet.identity_operations import enrol_edge
from hub.fleet.models import Edge, Holiday, Reader, Schedule, Site
from hub.members import operations as members
from hub.members.models import Grant, Permission
from hub.orders.command_operations import give_command
from hub.orders.mode_operations import clear_mode, set_mode
from hub.orders.places import Place
from hub.orders.revoke_operations import revoke_edge
from hub.partners.models import Partner
from hub.partners.operations import save_partner
from hub.wire_keys.operations import rotate
from tests.enrolled import HUB_SEED
from tests.hub.conftest import Database
from tests.hub.people import AT, a_customer, a_membership, a_plan

DAY = timedelta(days=1)


@pytest.fixture
def edge(database: Database) -> Edge:
    site = fleet.save_site(Site(name="clubhouse", time_zone="Europe/Berlin"))
    return fleet.save_edge(Edge(name="clubhouse", site=site, feed=Feed.objects.get()))


def told(kind: str) -> list[tuple[str, Any, Any]]:
    found = Entry.objects.filter(thing_kind=kind).order_by("number")
    return [(each.action, each.before, each.after) for each in found]


def test_places_edges_and_readers(edge: Edge) -> None:
    site = edge.site
    site.time_zone = "Europe/London"
    fleet.save_site(site)
    fleet.replace_holidays(site, [Holiday(site=site, month=12, day=25, name="Christmas")])
    fleet.replace_holidays(site, list(site.holidays.all()))
    assert [action for action, _, _ in told("site")] == ["created", "changed", "holidays changed"]
    assert told("site")[1][1:] == ({"time_zone": "Europe/Berlin"}, {"time_zone": "Europe/London"})
    assert told("edge")[0][2].keys() == {"name", "site", "feed", "revoked_at"}
    permission = members.save_permission(Permission(slug="front-door", name="Front door"))
    reader = fleet.save_reader(Reader(edge=edge, name="door", kind="door", permission=permission))
    fleet.delete_readers([reader])
    fleet.delete_edges([edge])
    schedule = fleet.save_schedule(Schedule(slug="late", name="Late"))
    fleet.delete_schedules([schedule])
    for kind in ("reader", "schedule"):
        assert [action for action, _, _ in told(kind)] == ["created", "deleted"]
    assert told("edge")[-1][0] == "deleted"


def test_who_an_edge_is(edge: Edge) -> None:
    make_code_for("clubhouse", AT)
    enrol_edge(edge.pk, HUB_SEED, AT)
    revoke_edge(edge.pk, AT)
    revoke_edge(edge.pk, AT)
    actions = [action for action, _, _ in told("edge")]
    assert actions == ["created", "enrolment code made", "enrolled", "revoked"]


def test_what_is_ordered(edge: Edge, owner: User) -> None:
    enrol_edge(edge.pk, HUB_SEED, AT)
    with acting(actor_of(owner)):
        set_mode(Place(edge="clubhouse"), Posture.LOCKDOWN, AT, "owner")
        set_mode(Place(edge="clubhouse"), Posture.LOCKDOWN, AT, "owner")
        set_mode(Place(edge="clubhouse"), Posture.SECURE, AT, "owner")
        clear_mode(Place(edge="clubhouse"), AT, "owner")
        give_command("clubhouse", CommandKind.RESYNC, None, AT, "owner")
    assert told("modeorder") == [
        ("mode set", None, {"posture": "lockdown"}),
        ("mode set", {"posture": "lockdown"}, {"posture": "secure"}),
        ("mode cleared", {"posture": "secure"}, None),
    ]
    assert told("commandorder") == [("command given", None, {"command": "resync", "reader": ""})]
    assert set(Entry.objects.filter(thing_kind="modeorder").values_list("actor", "user")) == {("Owner", owner.pk)}


def test_feeds_name_customers_by_their_numbers(database: Database) -> None:
    customer = a_customer("Ann")
    feed_operations.create_feed("counters", 1, Holding(all_holders=False))
    feed_operations.assign("counters", Chosen(customers=[customer]))
    feed_operations.unassign("counters", Chosen(customers=[customer]))
    created, assigned, unassigned = told("feed")
    assert created[0] == "created"
    assert assigned[2]["customers"] == unassigned[1]["customers"] == [customer.pk]


def test_a_key_is_rotated(database: Database) -> None:
    before = settings.ENVIRONMENT.keys
    made = rotate(before, DAY, datetime.now(UTC))
    try:
        assert told("wirekey") == [
            ("key rotated", {"generation": made.generation - 1}, {"generation": made.generation})
        ]
    finally:
        (before / f"signing.{made.generation}.key").unlink()


def test_grants_and_limits_in_words(database: Database) -> None:
    plan = a_plan("glass-of-wine", Limit(count=1, window_seconds=7 * 86_400))
    grant = plan.grants.get()
    members.save_grant(grant, [Limit(count=2, window_seconds=7 * 86_400)])
    members.save_grant(grant, [Limit(count=2, window_seconds=7 * 86_400)])
    door = members.save_permission(Permission(slug="door", name="Door"))
    members.save_plan(plan, [(Grant(plan=plan, permission=door), [])], [grant])
    assert told("plan")[1:] == [
        ("grants changed", None, {"glass-of-wine": "Glass-Of-Wine (1 per week; offline too)"}),
        (
            "grants changed",
            {"glass-of-wine": "Glass-Of-Wine (1 per week; offline too)"},
            {"glass-of-wine": "Glass-Of-Wine (2 per week; offline too)"},
        ),
        ("grants changed", {"glass-of-wine": "Glass-Of-Wine (2 per week; offline too)"}, {"door": "Door"}),
    ]


def test_who_is_approved_for_a_permission(database: Database) -> None:
    bar = save_partner(Partner(slug="bar", name="Bar"))
    wine = members.save_permission(Permission(slug="wine", name="Wine", approved_partners_only=True), [bar])
    members.save_permission(wine)
    wine.approved_partners_only = False
    members.save_permission(wine, [])
    assert told("permission")[1:] == [
        ("partners changed", {"partners": []}, {"partners": ["Bar"]}),
        ("changed", {"approved_partners_only": True}, {"approved_partners_only": False}),
        ("partners changed", {"partners": ["Bar"]}, {"partners": []}),
    ]


def test_who_is_deleted_leaves_no_name_behind(database: Database) -> None:
    customer = a_customer("Ann Bee")
    a_membership(a_plan(), customer=customer)
    customer.name = "Anne Bee"
    members.save_customer(customer)
    reset_passages([customer], AT)
    number = customer.pk
    members.delete_customers([customer])
    left = Entry.objects.filter(customer_id=number)
    assert {(each.thing, each.before, each.after) for each in left} == {("erased", None, None)}
    assert {each.action for each in left} == {"created", "changed", "deleted"}
    assert not any("Bee" in str(values) for values in Entry.objects.values_list())
