"""Staff define a benefit in a real browser: a glass a week at approved wineries, read back with dates before it is
saved."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from contract.limits import Limit
from hub.fleet.models import Site
from hub.members import operations, rows
from hub.members.models import Grant, Membership, Permission, Plan
from hub.partners.models import Partner
from hub.partners.operations import save_partner
from tests.hub.people import a_customer
from tests.hub.walks.page_rules import other_hosts, violations
from tests.hub.walks.visitor import NARROW, WIDE, Visitor


@pytest.fixture
def visitor(chromium: Visitor, colleague: User) -> Iterator[Visitor]:
    with chromium.at_work(colleague) as visitor:
        visitor.requests.clear()
        yield visitor


@pytest.fixture
def gold(database: object) -> Plan:
    """Two plans, of which one has a member, and three wineries."""
    Site.objects.create(name="clubhouse", time_zone="Europe/Berlin")
    for slug, name in (("old-mill", "Old mill"), ("hill-side", "Hillside"), ("wine-bar", "Wine bar")):
        save_partner(Partner(slug=slug, name=name))
    operations.save_plan(Plan(name="Silver"))
    gold = operations.save_plan(Plan(name="Gold", billed_every=1))
    starts_at = timezone.now() - timedelta(days=3)
    operations.save_membership(Membership(plan=gold, customer=a_customer("Ann Müller"), starts_at=starts_at))
    return gold


def chosen(visitor: Visitor, name: str, value: str) -> None:
    """As somebody chooses it: the page's scripts hear of it."""
    field = f"document.querySelector('[name={name}]')"
    visitor.look(f"{field}.value = '{value}', {field}.dispatchEvent(new Event('change', {{bubbles: true}}))")


def looked_at(visitor: Visitor, name: str) -> None:
    for width, dark in ((NARROW, True), (NARROW, False), (WIDE, True), (WIDE, False)):
        visitor.wears(width, dark, height=1900)
        visitor.fits()
        assert violations(visitor) == []
        visitor.keep(f"benefit_{name}_{width}{'_dark' if dark else ''}")


def test_a_glass_a_week_at_approved_wineries(visitor: Visitor, gold: Plan) -> None:
    visitor.open("/desk/permissions/new/")
    visitor.write("[name=name]", "Glass of wine")
    visitor.write("[name=slug]", "glass-of-wine")
    for name in ("is_benefit", "approved_partners_only", f"plan{gold.pk}-given"):
        visitor.look(f"document.querySelector('[name={name}]').click()")
    visitor.until("document.querySelector('[name=approved]').checkVisibility()")
    visitor.look("[...document.querySelectorAll('[name=approved]')].slice(0, 2).forEach(e => e.click())")
    visitor.until("!document.querySelector('.limits .words').checkVisibility()")
    chosen(visitor, f"plan{gold.pk}-limits_per", "per week")
    visitor.sees("1 per week, only at Hillside, Old mill")
    visitor.sees("Left now: 1.")
    visitor.sees("If it is used now: again on")
    looked_at(visitor, "defined")
    visitor.click("Save")
    visitor.sees("1 customer gains something")
    visitor.click("Save it so")
    visitor.sees("Saved: Glass of wine.")
    looked_at(visitor, "page")
    made = Permission.objects.get()
    assert rows.limits_of(Grant.objects.get()) == (Limit(1, 7 * 86_400),)
    assert sorted(each.name for each in made.partners.all()) == ["Hillside", "Old mill"]
    visitor.click("Wine bar")
    visitor.click("Approve these")
    visitor.sees("For 1 customer something differs")
    visitor.click("Save it so")
    visitor.sees("Saved: Glass of wine.")
    assert made.partners.count() == 3
    visitor.open(f"/desk/plans/{gold.pk}/edit/")
    visitor.sees("only at Hillside, Old mill, Wine bar")
    chosen(visitor, "grant0-limits_count", "2")
    visitor.sees("If it is used 2 times now: again on")
    looked_at(visitor, "in_plan")
    assert other_hosts(visitor) == []
