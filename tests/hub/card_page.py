"""A member's phone: a client that has opened its link, and the club whose card it shows."""

from django.test import Client
from django.utils import timezone

from contract.limits import Limit
from hub.cards.link_operations import make_link
from hub.members import operations
from hub.members.models import Customer, Grant, Membership, Permission, Plan
from tests.hub.people import DAY, a_customer

WEEK_S = 7 * 86_400


def phone() -> Client:
    """Nobody's yet."""
    return Client(SERVER_NAME="localhost")


def secret_for(customer: Customer) -> str:
    return make_link(customer, timezone.now()).address.rpartition("#")[2]


def phone_of(customer: Customer) -> Client:
    client = phone()
    answer = client.post("/card/open", {"link": secret_for(customer)})
    assert (answer.status_code, answer["Location"]) == (302, "/card/")
    return client


def wine_club() -> Plan:
    """A door of its own, and two glasses a week at partners."""
    door = operations.save_permission(Permission(slug="front-door", name="Front door"))
    wine = operations.save_permission(Permission(slug="wine", name="Glass of wine", is_benefit=True))
    gold = operations.save_plan(Plan(name="Gold"))
    operations.save_grant(Grant(plan=gold, permission=door), ())
    operations.save_grant(Grant(plan=gold, permission=wine), [Limit(2, WEEK_S)])
    return gold


def a_member(plan: Plan, name: str = "Ann Miller", **fields: object) -> Customer:
    ann = a_customer(name)
    now = timezone.now()
    dates = {"starts_at": now - 30 * DAY, "ends_at": now + 30 * DAY}
    operations.save_membership(Membership(plan=plan, customer=ann, **(dates | fields)))
    return ann
