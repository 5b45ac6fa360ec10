"""A plan changed in a real browser: looked at, saved, and seen to arrive at an edge as that tells of itself."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from contract.limits import Limit, Window
from hub.feed.models import Feed
from hub.feed.operations import EVERYONE
from hub.fleet.models import Edge, Schedule, Site
from hub.fleet.operations import note_presence
from hub.members import operations
from hub.members.models import Company, Grant, Link, Membership, Permission, Plan
from hub.partners import operations as partners
from hub.partners.models import Partner
from hub.watch.operations import note_worker
from tests.hub.people import a_customer
from tests.hub.presences import well
from tests.hub.walks.visitor import NARROW, WIDE, Visitor

WEEK_S = 604_800


@pytest.fixture
def visitor(chromium: Visitor, colleague: User) -> Iterator[Visitor]:
    with chromium.at_work(colleague) as visitor:
        yield visitor


@pytest.fixture
def gold(database: object) -> Plan:
    """A plan of many, at a club with two partners and one edge."""
    door = operations.save_permission(Permission(slug="front-door", name="Front door"))
    bar = partners.save_partner(Partner(slug="wine-bar", name="Wine bar"))
    partners.save_partner(Partner(slug="old-mill", name="Old mill", active=False))
    operations.save_permission(Permission(slug="lounge", name="Lounge"))
    wine = Permission(slug="glass-of-wine", name="Glass of wine", approved_partners_only=True)
    wine = operations.save_permission(wine, [bar])
    Schedule.objects.create(slug="opening", name="Opening hours")
    gold = Plan(name="Gold", description="Everything there is.", price_cents=2900, currency="EUR", billed_every=1)
    operations.save_plan(gold)
    operations.save_grant(Grant(plan=gold, permission=door), ())
    operations.save_grant(Grant(plan=gold, permission=wine), [Limit(1, WEEK_S), Limit(3, None, Window.MONTH)])
    operations.save_plan(Plan(name="Door only"))
    starts_at = timezone.now() - timedelta(days=3)
    company = operations.save_company(Company(name="Harbour Office"))
    operations.save_membership(Membership(plan=gold, company=company, starts_at=starts_at))
    for name in ("Ann Müller", "Bert Anders", "Carla Hannover"):
        operations.save_link(Link(customer=a_customer(name), company=company))
    for name in ("Dora Berg", "Emil Anders"):
        operations.save_membership(Membership(plan=gold, customer=a_customer(name), starts_at=starts_at))
    late = a_customer("Frieda Late")
    operations.save_membership(Membership(plan=gold, customer=late, starts_at=starts_at + timedelta(days=30)))
    return gold


@pytest.fixture
def cellar(gold: Plan) -> Edge:
    now = timezone.now()
    note_worker("worker", now, True, {}, now)
    site = Site.objects.create(name="clubhouse")
    feed = Feed.objects.get(name=EVERYONE)
    return Edge.objects.create(name="cellar", site=site, feed=feed, signing_key=b"k" * 32, enrolments=1)


def says_it_has_all(edge: Edge) -> None:
    note_presence(edge.name, well(Feed.objects.get(pk=edge.feed_id)), timezone.now())


def test_a_plan_is_changed_as_it_was_foreseen_and_arrives(visitor: Visitor, gold: Plan, cellar: Edge) -> None:
    says_it_has_all(cellar)
    visitor.open("/desk/plans/")
    visitor.sees("29.00 EUR")
    visitor.sees("3 active")
    visitor.sees("1 inactive")
    visitor.keep("plans")
    visitor.click("Gold")
    visitor.sees("At 1 of 1 edge")
    visitor.keep("plan")
    visitor.click("Edit")
    visitor.until("!!document.querySelector('[name=grant1-limits]')")
    visitor.keep("plan_edit")
    visitor.look("document.querySelector('[name=grant0-removed]').click()")
    visitor.look("document.querySelector('[name=grant1-limits]').value = '2 per week'")
    visitor.look("document.querySelector('[name=name]').focus()")
    visitor.key("Enter")
    visitor.sees("5 customers lose something")
    visitor.sees("For 5 customers something differs")
    visitor.sees("1 membership that is not active now changes with it")
    visitor.click("Show the first 5 names")
    visitor.sees("Ann Müller")
    visitor.keep("plan_preview")
    visitor.wears(NARROW)
    visitor.fits()
    visitor.keep("plan_preview_narrow")
    visitor.wears(WIDE)
    visitor.click("Save it so")
    visitor.sees("Saved: Gold.")
    visitor.sees("At 0 of 1 edge")
    visitor.sees("cellar has not said yet that it has it.")
    visitor.keep("plan_on_its_way")
    says_it_has_all(cellar)
    visitor.sees("At 1 of 1 edge")
    assert not visitor.look("!!document.querySelector('.arrival [hx-get]')")
    assert [each.permission.slug for each in gold.grants.all()] == ["glass-of-wine"]


def test_a_permission_is_taken_from_a_partner(visitor: Visitor, gold: Plan) -> None:
    visitor.open("/desk/partners/")
    visitor.keep("partners")
    visitor.click("Wine bar")
    visitor.sees("Glass of wine")
    visitor.keep("partner")
    visitor.click("Edit")
    visitor.until("!!document.querySelector('[name=active]')")
    visitor.look("document.querySelector('[name=active]').click()")
    visitor.click("Save")
    visitor.sees("5 customers lose something")
    visitor.click("Save it so")
    visitor.sees("Saved: Wine bar.")
    visitor.open("/desk/permissions/")
    visitor.click("Glass of wine")
    visitor.sees("It can be redeemed nowhere")
    visitor.keep("permission")


@pytest.mark.parametrize(("width", "dark"), [(WIDE, False), (NARROW, False), (NARROW, True), (WIDE, True)])
def test_the_pages_fit(visitor: Visitor, gold: Plan, cellar: Edge, width: int, dark: bool) -> None:
    wine = Permission.objects.get(slug="glass-of-wine")
    visitor.wears(width, dark, height=1500)
    for name, path in (
        ("plans", "/desk/plans/"),
        ("plan", f"/desk/plans/{gold.pk}/"),
        ("plan_edit", f"/desk/plans/{gold.pk}/edit/"),
        ("plan_delete", f"/desk/plans/{gold.pk}/delete/"),
        ("permissions", "/desk/permissions/"),
        ("permission", f"/desk/permissions/{wine.pk}/"),
        ("permission_edit", f"/desk/permissions/{wine.pk}/edit/"),
        ("permission_delete", f"/desk/permissions/{wine.pk}/delete/"),
        ("partners", "/desk/partners/"),
    ):
        visitor.open(path)
        visitor.fits()
        visitor.keep(f"{name}_{width}{'_dark' if dark else ''}")
