"""The front desk in a real browser: a scanner that types, the keyboard alone, a phone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from contract.limits import Limit
from hub.checkins.models import CheckIn
from hub.decisions.checkin_operations import Station, check_in
from hub.fleet.models import Site
from hub.members.models import Grant, Permission
from hub.members.operations import save_grant, save_permission
from hub.partners.models import Partner
from tests.hub.limited_club import GLASS, LimitedClub, limited_club
from tests.hub.people import a_card
from tests.hub.walks.visitor import NARROW, WIDE, Visitor


@pytest.fixture
def visitor(chromium: Visitor, front_desk: User) -> Iterator[Visitor]:
    with chromium.at_work(front_desk) as visitor:
        yield visitor


@pytest.fixture
def here(database: object) -> LimitedClub:
    return limited_club(Limit(1, 7 * 86_400))


def in_the_field(visitor: Visitor) -> None:
    visitor.until("document.activeElement.id === 'checkin-text' && !document.activeElement.value")


def tab_to(visitor: Visitor, selector: str) -> None:
    for _stop in range(60):
        visitor.key("Tab")
        if visitor.look(f"document.activeElement.matches({selector!r})"):
            return
    raise AssertionError(f"no Tab leads to {selector}")


def test_scan_enter_scan_with_the_keyboard_alone(visitor: Visitor, here: LimitedClub) -> None:
    code, other = a_card(here.club.customer), a_card(here.people[0])
    visitor.open("/desk/checkin/")
    visitor.look(f"document.querySelector('#checkin-permission').value = '{GLASS}'")
    visitor.keep("checkin_empty")
    in_the_field(visitor)
    visitor.write("#checkin-text", code)
    visitor.key("Enter")
    visitor.sees("May: glass-of-wine")
    in_the_field(visitor)
    visitor.keep("checkin_who")
    # The next one scans before the first is checked in: nobody is checked in by that.
    visitor.write("#checkin-text", other)
    visitor.key("Enter")
    visitor.sees("Person 0")
    in_the_field(visitor)
    assert not CheckIn.objects.exists()
    visitor.key("Enter")
    visitor.sees("Checked in")
    in_the_field(visitor)
    visitor.keep("checkin_granted")
    visitor.write("#checkin-text", other)
    visitor.key("Enter")
    visitor.sees("Used up")
    in_the_field(visitor)
    visitor.key("Enter")
    visitor.until("!!document.querySelector('.checkin-result.denied')")
    visitor.keep("checkin_denied")
    assert list(CheckIn.objects.order_by("number").values_list("outcome", flat=True)) == ["granted", "denied"]


def test_from_the_search_to_the_profile_to_a_check_in_with_the_keyboard_alone(
    visitor: Visitor, here: LimitedClub
) -> None:
    visitor.open("/desk/")
    visitor.key("/")
    visitor.write(":focus", "person 1")
    visitor.sees("Person 1")
    visitor.key("ArrowDown")
    visitor.key("Enter")
    visitor.until("document.querySelector('h1').textContent === 'Person 1' && document.readyState === 'complete'")
    for _stop in range(60):
        visitor.key("Tab")
        if visitor.look(
            "document.activeElement.textContent.trim() === 'Check in' && !!document.activeElement.form"
        ):
            break
    visitor.key("Enter")
    visitor.until("!!document.querySelector('#checkin-do') && document.readyState === 'complete'")
    in_the_field(visitor)
    tab_to(visitor, "#checkin-permission")
    visitor.key("ArrowDown")
    visitor.sees("May: glass-of-wine")
    in_the_field(visitor)
    visitor.keep("checkin_from_profile")
    visitor.key("Enter")
    visitor.sees("Checked in")
    assert CheckIn.objects.get().customer_id == here.people[1].pk


def test_on_a_phone_in_the_dark_chosen_by_name_and_undone(visitor: Visitor, here: LimitedClub) -> None:
    visitor.wears(NARROW, dark=True)
    visitor.open("/desk/checkin/")
    visitor.look(f"document.querySelector('#checkin-permission').value = '{GLASS}'")
    visitor.write("#checkin-text", "person")
    visitor.key("Enter")
    visitor.sees("Who is it?")
    visitor.fits()
    visitor.keep("checkin_found_narrow")
    visitor.look("[...document.querySelectorAll('.checkin-found button')][1].click()")
    visitor.sees("May: glass-of-wine")
    in_the_field(visitor)
    visitor.fits()
    visitor.keep("checkin_who_narrow")
    visitor.key("Enter")
    visitor.sees("Checked in")
    visitor.fits()
    visitor.keep("checkin_granted_narrow")
    visitor.click("Undo", "#checkin")
    visitor.sees("it counts no more")
    assert CheckIn.objects.get().voided_at is not None


def test_the_list_fills_by_itself_and_reports_are_drawn(
    chromium: Visitor, colleague: User, here: LimitedClub
) -> None:
    with chromium.at_work(colleague):
        chromium.open("/desk/checkins/")
        chromium.sees("No check-in is like this.")
        site = Site.objects.get(name="clubhouse")
        check_in(here.people[0], GLASS, Station(site=site), timezone.now())
        check_in(here.people[0], GLASS, Station(site=site), timezone.now())
        chromium.until("document.querySelectorAll('#checkins tbody tr').length === 2")
        chromium.keep("checkins")
        chromium.click("Void")
        chromium.sees("what was used up is given back")
        chromium.keep("checkins_void")
        chromium.write("#void-reason", "scanned twice")
        chromium.click("Void", "dialog .buttons")
        chromium.sees("Voided")
        chromium.wears(NARROW, dark=True)
        chromium.open("/desk/checkins/")
        chromium.fits()
        chromium.keep("checkins_narrow")
        chromium.open("/desk/reports/")
        chromium.fits()
        chromium.keep("reports_narrow")
        chromium.wears(WIDE)
        chromium.open("/desk/reports/")
        chromium.sees("By hour of the day")
        chromium.keep("reports")


def test_benefits_are_drawn_by_partner_wide_and_on_a_phone_in_the_dark(
    chromium: Visitor, colleague: User, here: LimitedClub
) -> None:
    winery, bar = (Partner.objects.create(slug=slug, name=slug.capitalize()) for slug in ("winery", "bar"))
    ride = save_permission(Permission(slug="ride", name="Ride", is_benefit=True))
    save_grant(Grant(plan=here.club.membership.plan, permission=ride), ())
    for number in range(30):
        then = timezone.now() - timedelta(hours=7 * (30 - number))
        partner = bar if number % 4 else winery
        check_in(here.people[number % 3], GLASS if number % 5 == 0 else "ride", Station(partner=partner), then)
    with chromium.at_work(colleague):
        chromium.open("/desk/reports/")
        chromium.click("Benefits", ".tabs")
        chromium.sees("By partner and benefit")
        chromium.fits()
        chromium.keep("reports_benefits")
        chromium.look("document.querySelector('#report-partner').value = 'winery'")
        chromium.click("Show")
        chromium.until("location.search.includes('partner=winery')")
        chromium.wears(NARROW, dark=True)
        chromium.look("document.querySelector('#report-range').value = '365'")
        chromium.click("Show")
        chromium.until("location.search.includes('range=365') && document.readyState === 'complete'")
        chromium.fits()
        chromium.keep("reports_benefits_narrow")
        chromium.open("/desk/reports/memberships/")
        chromium.fits()
        chromium.keep("reports_memberships_narrow")
