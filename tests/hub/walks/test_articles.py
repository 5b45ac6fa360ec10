"""A club's members' discount at a bike shop, from the card's QR code to the club's report: no app, no account."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hub.access.roles import Role
from hub.checkins.models import CheckIn
from hub.members import codes, operations
from hub.members.models import Customer, Grant, Membership, Permission, Plan
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub.colleagues import a_user
from tests.hub.served import served
from tests.hub.walks.visitor import WIDE, Visitor

PHONE = {"width": 390, "height": 844}
_ROWS = "document.querySelectorAll('section:has(#report-permission) tbody tr')"
_TOLD = f"[...{_ROWS}].map(e => e.innerText.split('\\t'))"


@pytest.fixture
def code(sqlite_database: object) -> str:
    """Of a member's card, as it stands in its QR code."""
    save_organization(Organization(name="Bicycle Club", colour="#1d4f91"))
    discount = operations.save_permission(Permission(slug="discount", name="Members' discount", is_benefit=True))
    plan = operations.save_plan(Plan(name="Rider"))
    operations.save_grant(Grant(plan=plan, permission=discount), ())
    rider = operations.save_customer(Customer(name="Robin Rider"))
    starts_at = timezone.now() - timedelta(days=1)
    operations.save_membership(Membership(plan=plan, customer=rider, starts_at=starts_at))
    return codes.decrypt(operations.issue_card(rider))


def test_a_bike_shop_checks_a_member_in_and_the_club_sees_it(chromium: Visitor, code: str) -> None:
    with served() as hub:
        chromium.errors.clear()
        chromium.sign_in(hub, None)
        chromium.wears(**PHONE)
        chromium.go(f"{hub}/C/{code}")
        chromium.sees("Active")
        chromium.sees("Rider")
        chromium.sees("Robin R.")
        assert not CheckIn.objects.exists()
        chromium.keep("article_1_card")
        chromium.click("Check in")
        chromium.sees("Checked in")
        chromium.keep("article_1_done")
        chromium.sign_in(hub, a_user("owner", Role.OWNER))
        chromium.wears(WIDE)
        chromium.open("/desk/reports/")
        assert ["Members' discount", "1", "0"] in chromium.look(_TOLD)
        chromium.keep("article_1_report")
        assert chromium.complaints() == []
        chromium.go("about:blank")
