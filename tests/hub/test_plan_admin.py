"""Plans on staff's pages: what edges hear of it, and what cannot be meant."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contract.limits import Limit, Window
from contract.plan_rows import plan_of
from contract.reasons import Reason
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.fleet.models import Edge, Schedule, Site
from hub.members import codes, operations, rows
from hub.members.models import Customer, Grant, Membership, Permission, Plan
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact, decision
from tests.hub.staff_pages import address, history, inline, post

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAN = {"name": "Full", "description": "", "billed_in": "months"}


@pytest.fixture
def staff(sqlite_database: Database) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client
    assert_exact()


@pytest.fixture
def wine(staff: Client) -> Permission:
    return operations.save_permission(Permission(slug="glass-of-wine", name="Glass of wine"))


def grant(permission: Permission, limits: str, **fields: object) -> dict[str, object]:
    return {"permission": permission.pk, "limits": limits, "offline": "allow"} | fields


def saved(plan: Plan, *forms: dict[str, object]) -> dict[str, object]:
    """The forms of grants that are stored, in their order."""
    ids = plan.grants.order_by("id").values_list("pk", flat=True)
    known = [{"id": pk, "plan": plan.pk} | form for pk, form in zip(ids, forms, strict=False)]
    return inline("grants", *known, *forms[len(known) :], initial=len(known))


def a_card(plan: Plan) -> str:
    customer = operations.save_customer(Customer(name="Member"))
    operations.save_membership(Membership(plan=plan, customer=customer, starts_at=AT))
    return codes.decrypt(operations.issue_card(customer))


def says(staff: Client, url: str, **fields: object) -> str:
    """The page of what was refused; nothing reached the feed."""
    before = feed.head(EVERYONE)
    response = staff.post(url, fields)
    assert response.status_code == 200, response.content.decode()
    assert feed.head(EVERYONE) == before
    return response.content.decode()


# Plans


def test_a_plan_with_grants_and_limits(staff: Client, wine: Permission) -> None:
    door = operations.save_permission(Permission(slug="front-door", name="Front door"))
    grants = inline("grants", grant(door, ""), grant(wine, "1 per week; 3 per 30 days"))
    post(staff, address(Plan, "add"), **PLAN, **grants)
    plan = Plan.objects.get()
    code = a_card(plan)
    assert decision(code, "front-door", AT).remaining is None
    assert decision(code, "glass-of-wine", AT).counted
    gone = grant(door, "") | {"DELETE": "on"}
    post(staff, address(Plan, "change", plan.pk), **PLAN, **saved(plan, gone, grant(wine, "5 per day")))
    assert decision(code, "front-door", AT).reason is Reason.PERMISSION_MISSING
    assert decision(code, "glass-of-wine", AT).remaining == 4
    assert history(plan)[-1].startswith("Changed")


def test_everything_a_grant_may_say_reaches_the_feed(staff: Client, wine: Permission) -> None:
    schedule = Schedule.objects.create(slug="evenings", name="Evenings")
    text = "5 per billing period for the company, 1 per calendar day at each partner 30 minutes apart"
    all_of_it = grant(wine, text, schedule=schedule.pk, confirm="on", offline="at_most", offline_uses=2)
    post(staff, address(Plan, "add"), **PLAN | {"billed_every": 3}, **inline("grants", all_of_it))
    plan = Plan.objects.get()
    change = rows.plan_row(plan)
    assert feed.live_bodies(EVERYONE, change.kind)[change.key] == change.body
    meant = plan_of(change.key, change.body or b"")
    assert meant.billing is not None
    assert meant.billing.months == 3
    [granted] = meant.grants
    assert (granted.schedule, granted.confirm, granted.offline, granted.offline_uses) == (
        "evenings",
        True,
        "at_most",
        2,
    )
    assert granted.limits == rows.limits_of(Grant.objects.get())
    page = staff.get(address(Plan, "change", plan.pk)).content.decode()
    assert f'value="{text}"' in page
    listed = staff.get(address(Plan, "changelist")).content.decode()
    assert "Glass of wine (5 per billing period for the company" in listed
    assert "; Evenings; asks the hub first; offline at most 2)" in listed


@pytest.mark.parametrize(
    ("limits", "offline", "words"),
    [
        ("1 per day", "allow", "Glass of wine (1 per day; offline too)"),
        ("1 per day", "deny", "Glass of wine (1 per day; not while offline)"),
        ("", "deny", "Glass of wine (not while offline)"),
        ("", "allow", ">Glass of wine<"),
    ],
)
def test_the_list_of_plans_tells_what_holds_offline(
    staff: Client, wine: Permission, limits: str, offline: str, words: str
) -> None:
    post(staff, address(Plan, "add"), **PLAN, **inline("grants", grant(wine, limits, offline=offline)))
    assert words in "".join(staff.get(address(Plan, "changelist")).content.decode().split("\n"))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"limits": "once a week"}, "as in 1 per week"),
        ({"limits": "0 per day"}, "count is 1 to 1000000"),
        ({"limits": "1 per month"}, "“per calendar month”"),
        ({"limits": "1 per billing period"}, "This plan has no billing periods"),
        ({"limits": "", "confirm": "on"}, "only a limited benefit can be confirmed by the hub"),
        ({"limits": "", "offline": "at_most", "offline_uses": "2"}, "a number of times offline: give it a limit"),
        ({"limits": "1 per day", "offline": "at_most"}, "Say how many times: 1 to 1000."),
        (
            {"limits": "1 per day", "offline": "at_most", "offline_uses": "1001"},
            "times offline, not 1001",
        ),
        (
            {"limits": "1 per day", "offline": "deny", "offline_uses": "2"},
            "where the offline rule is deny",
        ),
        ({"limits": "1 per day", "offline": "sometimes"}, "Select a valid choice"),
        ({"limits": "1 per day", "schedule": "987"}, "Select a valid choice"),
    ],
)
def test_a_grant_that_cannot_be_meant(
    staff: Client, wine: Permission, fields: dict[str, object], words: str
) -> None:
    page = says(staff, address(Plan, "add"), **PLAN, **inline("grants", grant(wine, "") | fields))
    assert words in page
    assert not Plan.objects.exists()


@pytest.mark.parametrize(
    ("billed", "words"),
    [
        ({"billed_every": "0"}, "1 to 120 months or 1 to 3653 days"),
        ({"billed_every": "-1"}, "greater than or equal to 0"),
        ({"billed_every": "121"}, "not 121 months"),
        ({"billed_every": "3654", "billed_in": "days"}, "3654 days"),
        ({"billed_every": "1", "billed_in": "moons"}, "Select a valid choice"),
    ],
)
def test_a_billing_interval_that_cannot_be_meant(staff: Client, billed: dict[str, object], words: str) -> None:
    assert words in says(staff, address(Plan, "add"), **PLAN | billed, **inline("grants"))


def test_billing_and_the_limits_that_need_it_change_together(staff: Client, wine: Permission) -> None:
    url = address(Plan, "add")
    post(staff, url, **PLAN | {"billed_every": 1}, **inline("grants", grant(wine, "1 per billing period")))
    plan = Plan.objects.get()
    url = address(Plan, "change", plan.pk)
    assert "This plan has no billing periods" in says(
        staff, url, **PLAN, **saved(plan, grant(wine, "1 per billing period"))
    )
    post(staff, url, **PLAN, **saved(plan, grant(wine, "1 per calendar month")))
    assert rows.limits_of(Grant.objects.get()) == (Limit(1, window=Window.MONTH),)
    plan.refresh_from_db()
    assert plan.billing is None
    post(staff, url, **PLAN | {"billed_every": 30, "billed_in": "days"}, **saved(plan, grant(wine, "1 in all")))
    assert "every 30 days" in staff.get(address(Plan, "changelist")).content.decode()


def test_the_editor_says_what_a_number_offline_means(staff: Client, wine: Permission) -> None:
    plan = operations.save_plan(Plan(name="Full"))
    url = address(Plan, "change", plan.pk)
    post(staff, url, **PLAN, **saved(plan, grant(wine, "1 per week", offline="at_most", offline_uses=2)))
    assert "there are no edges" in staff.get(url).content.decode()
    site = Site.objects.create(name="clubhouse")
    feed_id = feed.head(EVERYONE) and Edge._meta.get_field("feed").related_model.objects.get().pk
    for name, meaning in (("a", "2 at 1 edge: up to 2 more"), ("b", "2 at each of 2 edges: up to 4 more")):
        Edge.objects.create(name=name, site=site, feed_id=feed_id)
        assert f"{meaning} than the limit" in staff.get(url).content.decode()
    for offline, meaning in (("deny", "nothing"), ("allow", "at each of 2 edges as much as it knows")):
        post(staff, url, **PLAN, **saved(plan, grant(wine, "1 per week", offline=offline)))
        assert meaning in staff.get(url).content.decode()
    post(staff, url, **PLAN, **saved(plan, grant(wine, "")))
    assert "it has no limit" in staff.get(url).content.decode()


def test_a_plans_page_asks_as_often_for_many_grants_as_for_one(staff: Client, wine: Permission) -> None:
    plan = operations.save_plan(Plan(name="Full"), [(Grant(permission=wine), [Limit(1, 60)])])
    url = address(Plan, "change", plan.pk)
    staff.get(url)
    with CaptureQueriesContext(connection) as few:
        staff.get(url)
    for number in range(8):
        each = operations.save_permission(Permission(slug=f"p-{number}", name=str(number)))
        operations.save_grant(Grant(plan=plan, permission=each), [Limit(1, 60), Limit(2, 60)])
    with CaptureQueriesContext(connection) as many:
        staff.get(url)
    assert len(many) == len(few)


def test_whoever_may_change_a_plan_may_change_its_grants_and_nobody_else(staff: Client, wine: Permission) -> None:
    plan = operations.save_plan(Plan(name="Full"), [(Grant(permission=wine), [])])
    clerk = User.objects.create_user("clerk", is_staff=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk)
    url = address(Plan, "change", plan.pk)
    for right, status in (("view_grant", 403), ("view_plan", 403), ("change_plan", 302)):
        clerk.user_permissions.add(Right.objects.get(codename=right))
        assert client.post(url, PLAN | saved(plan, grant(wine, "1 per day"))).status_code == status
    assert rows.limits_of(Grant.objects.get()) == (Limit(1, 86_400),)


def test_more_than_edges_take_is_told_and_not_saved(staff: Client, wine: Permission) -> None:
    plan = operations.save_plan(Plan(name="Full"))
    before = feed.head(EVERYONE)
    url = address(Plan, "change", plan.pk)
    too_many = ", ".join(f"10 per billing period for the company {n} minutes apart" for n in range(1, 901))
    response = staff.post(url, PLAN | {"billed_every": 1} | saved(plan, grant(wine, too_many)), follow=True)
    assert "edges take 16384: shorten it or split it." in response.content.decode()
    assert feed.head(EVERYONE) == before
    assert not Grant.objects.exists()


def test_who_was_slower_is_told(staff: Client, wine: Permission) -> None:
    billed = Limit(1, window=Window.BILLING_PERIOD)
    plan = operations.save_plan(Plan(name="Full", billed_every=1), [(Grant(permission=wine), [billed])])
    # From a page that was opened before that grant was there.
    response = staff.post(address(Plan, "change", plan.pk), PLAN | inline("grants"), follow=True)
    page = response.content.decode()
    assert "Not saved: “Glass of wine” is limited per billing period: say how often" in page
    plan.refresh_from_db()
    assert plan.billed_every == 1
