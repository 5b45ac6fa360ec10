"""A wine club whose members' cards are scanned: a glass a week, a discount as often as anybody likes, and two
partners."""

import re
from dataclasses import dataclass
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from contract.limits import Limit
from hub.fleet.models import Site
from hub.members import codes, operations
from hub.members.models import Card, Customer, Grant, Membership, Permission, Plan
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from hub.partners.models import Partner
from hub.partners.operations import save_partner

GLASS, DISCOUNT = "glass-of-wine", "discount"
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
WEEK = Limit(1, 7 * 86_400)


@dataclass(frozen=True)
class ScannedClub:
    anna: Customer
    code: str
    plan: Plan
    bar: Partner
    inn: Partner

    @property
    def card(self) -> Card:
        return self.anna.cards.get()


def scanned_club(**organization: object) -> ScannedClub:
    """`organization`: its settings where they are not the careful ones."""
    save_organization(Organization(name="Wine Club", **organization))
    Site.objects.create(name="clubhouse", time_zone="Europe/Berlin")
    bar, inn = (save_partner(Partner(slug=slug, name=slug.title())) for slug in ("bar", "inn"))
    plan = operations.save_plan(Plan(name="Connoisseur"))
    for slug, name, limits in ((GLASS, "Glass of wine", (WEEK,)), (DISCOUNT, "Discount", ())):
        benefit = operations.save_permission(Permission(slug=slug, name=name, is_benefit=True))
        operations.save_grant(Grant(plan=plan, permission=benefit), limits)
    anna = operations.save_customer(Customer(name="Anna Maria Bauer", email="anna@club.example"))
    starts = timezone.now() - timedelta(days=10)
    operations.save_membership(Membership(plan=plan, customer=anna, starts_at=starts))
    return ScannedClub(anna, codes.decrypt(operations.issue_card(anna)), plan, bar, inn)


def opened(client: Client, code: str, status: int = 200) -> str:
    response = client.get(f"/c/{code}")
    assert response.status_code == status, response.content.decode()
    return response.content.decode()


def pressable(page: str) -> dict[str, dict[str, str]]:
    """What each button of a card's page sends, by its benefit."""
    forms = [part.split("</form>")[0] for part in page.split('action="/c/use">')[1:]]
    found = [dict(_HIDDEN.findall(form)) for form in forms]
    return {each["permission"]: each for each in found}


def press(client: Client, form: dict[str, str], sure: bool = True) -> str:
    """The page that is come to."""
    response = client.post("/c/use", {**form, **({"sure": "1"} if sure else {})}, follow=True)
    return response.content.decode()
