"""Staff's page of feeds: one is made there, and holders and permissions are assigned to it."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Permission as Right
from django.contrib.auth.models import User
from django.test import Client

from contract.feed import Kind
from hub.feed.models import Assignment, Feed
from hub.feed.operations import EVERYONE
from hub.fleet.feed_shown import slugs
from hub.fleet.models import Edge
from hub.members import operations as members
from hub.members.models import Company, Customer, Permission
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact
from tests.hub.narrower import assert_narrow, kinds_in
from tests.hub.staff_pages import address, history, post


@pytest.fixture
def staff(sqlite_example: Database) -> Iterator[Client]:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.create_superuser("owner"))
    yield client
    assert_exact()


def refused(client: Client, url: str, **fields: object) -> str:
    response = client.post(url, fields)
    assert response.status_code == 200
    return response.content.decode()


def test_a_feed_is_made_filled_and_changed(staff: Client) -> None:
    people = list(Customer.objects.order_by("pk")[:2])
    company = members.save_company(Company(name="A company"))
    door = Permission.objects.order_by("pk").first()
    assert door is not None
    post(
        staff,
        address(Feed, "add"),
        name="counters",
        customers=f"{people[0].pk}, {people[1].pk}",
        companies=[company.pk],
        permissions=[door.pk],
        areas="sauna",
    )
    feed = Feed.objects.get(name="counters")
    assert (feed.with_names, feed.all_holders, feed.all_permissions) == (False, False, False)
    assert kinds_in("counters")[Kind.CUSTOMER] == 2
    assert_narrow("counters")
    shown = staff.get(address(Feed, "changelist")).content.decode()
    assert "2 customers and 1 company" in shown
    assert f"permissions: {door.slug}, areas: sauna" in shown

    url = address(Feed, "change", feed.pk)
    page = staff.get(url).content.decode()
    assert f'value="{people[0].pk}, {people[1].pk}"' in page
    post(staff, url, customers=str(people[1].pk), permissions=[door.pk], areas="")
    assert kinds_in("counters")[Kind.CUSTOMER] == 1
    assert_narrow("counters")
    assert len(history(feed)) == 2


def test_one_that_only_leaves_names_out(staff: Client) -> None:
    post(staff, address(Feed, "add"), name="nameless", all_holders="on", all_permissions="on")
    assert kinds_in("nameless").get(Kind.CARD) == kinds_in(EVERYONE).get(Kind.CARD)
    assert_narrow("nameless")
    assert "nameless" in staff.get(address(Edge, "add")).content.decode()


def test_of_what_a_feed_has_all_of_nothing_is_offered(staff: Client) -> None:
    post(staff, address(Feed, "add"), name="counters", all_holders="on", areas="sauna")
    url = address(Feed, "change", Feed.objects.get(name="counters").pk)
    page = staff.get(url).content.decode()
    assert ('name="customers"' in page, 'name="companies"' in page, 'name="areas"' in page) == (False, False, True)
    assert "This feed has all customers, and stays so: for fewer, make another feed." in refused(
        staff, url, customers=str(Customer.objects.values_list("pk", flat=True)[0]), areas="sauna"
    )
    post(staff, url, areas="pool")
    assert slugs(Feed.objects.get(name="counters"), Assignment.What.AREA) == ["pool"]
    assert (
        "Holds only" not in staff.get(address(Feed, "change", Feed.objects.get(name=EVERYONE).pk)).content.decode()
    )


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "Counters"}, "as in partner-counters"),
        ({"name": EVERYONE}, "already exists"),
        ({"customers": "someone"}, "should be a customer&#x27;s number"),
        ({"customers": "999999"}, "There is no customer 999999"),
        ({"areas": "The Sauna!"}, "as a reader names it"),
        ({"all_holders": "on", "customers": "1"}, "or take “Everybody” off above"),
        ({"all_permissions": "on", "areas": "sauna"}, "or take “All permissions” off above"),
    ],
)
def test_what_does_not_fit_is_said(staff: Client, fields: dict[str, object], says: str) -> None:
    assert says in refused(staff, address(Feed, "add"), **({"name": "counters"} | fields))
    assert Feed.objects.count() == 1


def test_everybodys_feed_is_not_changed_there(staff: Client) -> None:
    url = address(Feed, "change", Feed.objects.get().pk)
    assert staff.get(url).status_code == 200
    assert staff.post(url, {"customers": "1"}).status_code == 403


def test_who_may_only_look_makes_none(staff: Client) -> None:
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.add(Right.objects.get(codename="view_feed"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(clerk)
    assert client.get(address(Feed, "changelist")).status_code == 200
    assert client.post(address(Feed, "add"), {"name": "counters"}).status_code == 403
    assert Feed.objects.count() == 1
