"""Pages: a cursor goes on where it was, whatever is added; and each costs the same few questions."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hub.api import pages
from hub.api.words import Paging
from hub.fleet.models import Edge
from hub.members import operations
from hub.members.models import Company, Customer, Link, Permission
from tests.hub.api_client import Api
from tests.hub.explained import Scene, scene
from tests.hub.people import a_card, a_customer, a_membership, a_plan
from tests.hub.scans import AT, checkin

pytestmark = pytest.mark.usefixtures("database")


def all_pages(api: Api, path: str, between: Callable[[], object] = lambda: None) -> list[dict[str, object]]:
    found, cursor = [], ""
    while cursor is not None:
        page = api.get(path + cursor)
        found += page["items"]
        between()
        cursor = page["next"] and f"&cursor={page['next']}"
    return found


def test_what_is_added_meanwhile_moves_nothing_and_doubles_nothing() -> None:
    api = Api()
    before = [a_customer(f"Member {number}").pk for number in range(7)]
    late = iter(range(3))
    found = all_pages(api, "/customers?limit=2", lambda: next(late, None) is not None and a_customer("A late one"))
    ids = [each["id"] for each in found]
    assert ids == sorted(set(ids))
    assert set(before) <= set(ids)


def test_what_is_deleted_meanwhile_leaves_the_rest() -> None:
    api = Api()
    people = [a_customer(f"Member {number}") for number in range(6)]
    first = api.get("/customers?limit=2")
    operations.delete_customers([people[1]])
    rest = all_pages(api, f"/customers?limit=2&cursor={first['next']}")
    assert [each["id"] for each in rest] == [each.pk for each in people[2:]]


def test_check_ins_come_newest_first_and_stay_in_their_order() -> None:
    club, api = scene(), Api()
    for number in range(5):
        club.send(checkin(number))
    more = iter(range(5, 8))

    def come_in() -> None:
        number = next(more, None)
        if number is not None:
            club.send(checkin(number))

    numbers = [each["number"] for each in all_pages(api, "/check-ins?limit=2", come_in)]
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == 5
    assert len(api.get("/check-ins?since=2026-03-01T18:30:02Z&until=2026-03-01T18:30:04Z")["items"]) == 2
    assert api.get("/check-ins?outcome=denied")["items"] == []
    one = api.get("/check-ins?limit=1")["items"][0]
    assert api.get(f"/check-ins/{one['id']}") == one


def test_what_is_computed_is_looked_for_page_by_page() -> None:
    api, plan = Api(), a_plan()
    for number in range(6):
        held = a_membership(plan, customer=a_customer(f"Member {number}"))
        if number % 2:
            operations.revoke_memberships([held], AT)
    assert len(all_pages(api, "/memberships?status=expired&limit=1")) == 3
    assert len(all_pages(api, "/customers?status=active&limit=2")) == 3


def test_a_page_on_which_nothing_fits_leads_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LOOKED_AT_MAX", 2)
    made = [a_customer(f"Member {number}").pk for number in range(3)]
    rows = Customer.objects.all()
    found = pages.page_of(rows, Paging(), lambda each: each.pk, fits=lambda each: each.pk == made[2])
    assert (found["items"], pages.value_of(found["next"])) == ([], made[1])


LISTS = (
    *("/customers", "/customers?status=active", "/companies", "/links", "/plans", "/permissions"),
    *(
        "/memberships",
        "/memberships?status=active",
        "/cards",
        "/check-ins",
        "/edges",
        "/customers/{one}/permissions",
    ),
)


def grow(club: Scene, count: int) -> None:
    for number in range(count):
        name = f"thing-{number}"
        customer = operations.save_customer(Customer(name=name))
        company = operations.save_company(Company(name=name))
        operations.save_link(Link(customer=customer, company=company))
        plan = a_plan(name)
        a_membership(plan, company=company)
        a_membership(plan, customer=customer)
        a_card(customer)
        club.send(checkin(number))
        edge = club.club.edge
        Edge.objects.create(name=name, site=edge.site, feed=edge.feed)
    assert Permission.objects.filter(slug="thing-0").exists()


def test_each_page_costs_the_same_whatever_it_shows() -> None:
    club, api = scene(), Api()
    one = club.club.customer.pk
    grow(club, 1)
    api.get("/customers")
    few = {path: questions(api, path.format(one=one)) for path in LISTS}
    Edge.objects.filter(name="thing-0").update(name="first")
    Permission.objects.filter(slug="thing-0").update(slug="first")
    grow(club, 30)
    assert {path: questions(api, path.format(one=one)) for path in LISTS} == few
    assert max(few.values()) <= 12, few


def questions(api: Api, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        api.get(path)
    return len(asked)
