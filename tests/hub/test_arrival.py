"""Where a change has arrived: by what edges report, in every feed that has its rows, over epochs, and polled."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contract.feed import Kind, customer_key
from hub.feed.models import Feed
from hub.feed.newest import newest_by_key, newest_by_ref, one
from hub.feed.operations import EVERYONE, begin_epoch
from hub.fleet.arrival import Arrival, arrival_asked, arrival_of
from hub.fleet.feed_operations import Chosen
from hub.fleet.models import Edge, Site
from hub.fleet.operations import note_presence
from hub.fleet.standing import Light
from hub.members import operations
from hub.members.models import Company, Link, Membership, Plan
from hub.members.rotating_operations import carry_secrets, make_rotating
from hub.watch.operations import note_worker
from tests.hub.csv_files import imported
from tests.hub.narrower import counters
from tests.hub.people import a_card, a_customer, a_membership, a_plan
from tests.hub.presences import well

pytestmark = pytest.mark.usefixtures("database")
NOW = timezone.now()


@pytest.fixture(autouse=True)
def worker(database: object) -> None:
    note_worker("worker", NOW, True, {}, NOW)


@pytest.fixture
def site() -> Site:
    return Site.objects.create(name="clubhouse")


def an_edge(site: Site, name: str, feed: str = EVERYONE, **fields: object) -> Edge:
    fields = {"signing_key": b"k" * 32, "enrolments": 1} | fields
    return Edge.objects.create(name=name, site=site, feed=Feed.objects.get(name=feed), **fields)


def says(edge: Edge, at: datetime = NOW, **changed: object) -> None:
    """It has all of its feed, but for what is changed."""
    feed = Feed.objects.get(pk=edge.feed_id)
    note_presence(edge.name, well(feed, **({"feed": feed.name} | changed)), at)


def told(arrival: Arrival) -> tuple[int, int, list[str]]:
    return arrival.there, arrival.edges, [each.edge for each in arrival.missing]


def test_an_edge_has_it_once_it_has_said_so(site: Site) -> None:
    customer, plan = a_customer(), a_plan()
    held = a_membership(plan, customer=customer)
    door, cellar = an_edge(site, "door"), an_edge(site, "cellar")
    says(door)
    arrival = arrival_of(NOW, customer)
    assert told(arrival) == (1, 2, ["cellar"])
    assert (arrival.light, arrival.text) == (Light.AMBER, "At 1 of 2 edges")
    assert [each.text for each in arrival.named] == ["cellar has never been heard of."]
    says(cellar)
    for thing in (customer, held, plan, plan.grants.get().permission):
        assert told(arrival_of(NOW, thing)) == (2, 2, []), thing
    operations.save_customer(a_customer("Somebody else"))
    assert arrival_of(NOW, customer).is_whole
    operations.revoke_memberships([held], NOW)
    for thing in (customer, held):
        assert told(arrival_of(NOW, thing)) == (0, 2, ["cellar", "door"]), thing
    assert "has not said yet that it has it" in arrival_of(NOW, held).named[0].text
    assert arrival_of(NOW, plan).is_whole
    says(door)
    assert told(arrival_of(NOW, customer)) == (1, 2, ["cellar"])


def test_what_a_membership_rests_on_counts_for_who_holds_it(site: Site) -> None:
    plan, company, customer = a_plan(), operations.save_company(Company(name="Mill")), a_customer()
    link = operations.save_link(Link(customer=customer, company=company))
    a_card(customer)
    door = an_edge(site, "door")
    held = a_membership(plan, company=company)
    steps = [
        (lambda: operations.save_plan(plan), []),
        (lambda: operations.issue_card(customer), [customer]),
        (lambda: operations.save_membership(Membership.objects.get(pk=held.pk)), []),
        (lambda: operations.revoke_memberships([held], NOW), [customer, company, link, held]),
        (lambda: operations.save_plan(plan, (), plan.grants.all()), [customer, company, plan, held]),
        (lambda: operations.delete_links([link]), [customer, company, link]),
        (lambda: operations.delete_cards(customer.cards.all()), [customer]),
    ]
    for number, (step, moved) in enumerate(steps):
        says(door)
        step()
        for thing in (customer, company, link, held, plan):
            if thing.pk:
                assert arrival_of(NOW, thing).is_whole is (thing not in moved), (number, thing)


def test_only_feeds_that_have_it_count(site: Site) -> None:
    inside, outside = a_customer("Inside"), a_customer("Outside")
    plan = a_plan()
    a_membership(plan, customer=inside)
    name = counters(Chosen(customers=[inside]))
    door, counter = an_edge(site, "door"), an_edge(site, "counter", name)
    says(door)
    assert told(arrival_of(NOW, outside)) == (1, 1, [])
    assert told(arrival_of(NOW, inside)) == (1, 2, ["counter"])
    assert told(arrival_of(NOW, plan)) == (1, 2, ["counter"])
    says(counter, feed=EVERYONE)
    assert "follows another feed" in arrival_of(NOW, inside).missing[0].text
    says(counter)
    assert arrival_of(NOW, inside).is_whole
    key = customer_key(inside.pk)
    operations.delete_customers([inside])
    assert set(newest_by_key([one(Kind.CUSTOMER, key)])) == {door.feed_id, counter.feed_id}
    assert newest_by_ref([customer_key(outside.pk)]) == newest_by_ref([]) == {}


def test_a_code_that_begins_to_rotate_is_waited_for(site: Site) -> None:
    customer = a_customer()
    a_card(customer)
    carry_secrets(EVERYONE)
    door, card = an_edge(site, "door"), customer.cards.get()
    says(door)
    make_rotating([card])
    for thing in (customer, card):
        assert told(arrival_of(NOW, thing)) == (0, 1, ["door"]), thing
    says(door)
    for thing in (customer, card):
        assert arrival_of(NOW, thing).is_whole


def test_another_epoch_counts_for_nothing(site: Site) -> None:
    customer = a_customer()
    door = an_edge(site, "door")
    says(door)
    assert arrival_of(NOW, customer).is_whole
    feed = Feed.objects.get(name=EVERYONE)
    assert begin_epoch(EVERYONE, feed.epoch, feed.epoch + 1)
    assert told(arrival_of(NOW, customer)) == (0, 1, ["door"])
    says(door, epoch=feed.epoch, sequence=feed.sequence + 1_000)
    assert not arrival_of(NOW, customer).is_whole
    says(door)
    assert arrival_of(NOW, customer).is_whole


def test_who_gets_nothing_is_not_waited_for(site: Site) -> None:
    customer = a_customer()
    assert (arrival_of(NOW, customer).light, arrival_of(NOW, customer).again_s) == (Light.GREY, 0)
    an_edge(site, "revoked", revoked_at=NOW)
    an_edge(site, "to-come", signing_key=None)
    assert arrival_of(NOW, customer).edges == 0
    assert arrival_of(NOW).light is Light.GREY
    assert newest_by_key([]) == {}


def test_it_says_since_when_an_edge_is_silent_on_the_wall_where_it_stands(site: Site) -> None:
    site.time_zone = "Asia/Tokyo"
    site.save()
    customer, cellar = a_customer(), an_edge(site, "cellar")
    noon = datetime.fromisoformat("2026-03-01T03:00:00Z")
    says(cellar, at=noon, sequence=0)
    note_worker("worker", noon, True, {}, noon + timedelta(minutes=5))
    silent = arrival_of(noon + timedelta(minutes=5), customer)
    assert silent.missing[0].text == "cellar has not been heard of since 12:00."
    assert silent.again_s > arrival_of(noon + timedelta(seconds=20), customer).again_s > 0
    note_worker("worker", noon, True, {}, noon + timedelta(days=1))
    later = arrival_of(noon + timedelta(days=1), customer)
    assert later.missing[0].text == "cellar has not been heard of since 1 Mar 2026, 12:00."
    nobody_listens = arrival_of(noon + timedelta(days=2), customer)
    assert "no worker of the hub reaches the broker" in nobody_listens.missing[0].text


def test_a_page_asks_for_it_again_until_it_is_whole(site: Site, front_desk_client: Client) -> None:
    customer, door = a_customer(), an_edge(site, "door")
    query = arrival_of(timezone.now(), customer).query
    shown = front_desk_client.get(f"/desk/arrival/?{query}").content.decode()
    assert f'hx-get="/desk/arrival/?{query}&amp;shown=' in shown and "At 0 of 1 edge" in shown
    mark = arrival_of(timezone.now(), customer).mark
    assert front_desk_client.get(f"/desk/arrival/?{query}&shown={mark}").status_code == 204
    says(door, at=timezone.now())
    whole = front_desk_client.get(f"/desk/arrival/?{query}&shown={mark}").content.decode()
    assert "hx-get" not in whole and "At 1 of 1 edge" in whole


def test_it_is_asked_for_by_what_it_says(site: Site) -> None:
    customer, company = a_customer(), operations.save_company(Company(name="Mill"))
    an_edge(site, "door")
    query = arrival_of(NOW, customer, company).query
    assert query == f"of=customer-{customer.pk}&of=company-{company.pk}"
    wrong = (
        "customer-",
        "customer--1",
        "user-1",
        "plan-99999999999999999999",
        "customer-99999",
        "",
        "-",
        "plan-²",
    )
    assert arrival_asked(NOW, wrong).edges == 0
    assert arrival_asked(NOW, [f"customer-{customer.pk}", *wrong]).edges == 1


def test_what_is_deleted_is_still_followed_to_its_edges(site: Site, colleague_client: Client) -> None:
    door = an_edge(site, "door")
    customer, company = a_customer(), operations.save_company(Company(name="Mill"))
    operations.save_link(Link(customer=customer, company=company))
    for thing, listing in ((company, "/desk/companies/"), (customer, "/desk/customers/")):
        says(door, at=timezone.now())
        gone = colleague_client.post(f"{listing}{thing.pk}/delete/", {"typed": str(thing)})
        assert gone["Location"].startswith(f"{listing}?of=feed-"), gone["Location"]
        shown = colleague_client.get(gone["Location"]).content.decode()
        assert "At 0 of 1 edge" in shown and 'hx-get="/desk/arrival/?of=feed-' in shown
        says(door, at=timezone.now())
        assert "At 1 of 1 edge" in colleague_client.get(gone["Location"]).content.decode()
    assert "of 1 edge" not in colleague_client.get("/desk/customers/").content.decode()
    assert arrival_asked(NOW, ["feed-999-1", "feed-1", "feed-1-99999999999999999999"]).edges == 0


def test_a_finished_import_says_where_it_has_arrived(site: Site, colleague_client: Client) -> None:
    door = an_edge(site, "door")
    says(door, at=timezone.now())
    job = imported("customers", "external_id,name\nA,Ann\n")
    assert "At 0 of 1 edge" in colleague_client.get(f"/desk/import/{job.pk}/").content.decode()
    says(door, at=timezone.now())
    assert "At 1 of 1 edge" in colleague_client.get(f"/desk/import/{job.pk}/").content.decode()
    same = imported("customers", "external_id,name\nA,Ann\n")
    assert "of 1 edge" not in colleague_client.get(f"/desk/import/{same.pk}/").content.decode()


def test_questions_are_as_many_for_thirty_edges_as_for_one(site: Site) -> None:
    customer, plan = a_customer(), a_plan()
    a_membership(plan, customer=customer)
    an_edge(site, "door")

    def questions() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            arrival_of(NOW, customer)
        return len(asked)

    before = questions()
    for number in range(30):
        an_edge(site, f"edge-{number}")
        a_membership(plan, company=operations.save_company(Company(name=f"Company {number}")))
        a_membership(Plan.objects.create(name=f"Plan {number}"), customer=customer)
    arrival = arrival_of(NOW, customer)
    assert questions() == before
    assert (arrival.edges, len(arrival.named), arrival.others) == (31, 3, 28)
