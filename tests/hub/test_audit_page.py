"""The audit log as staff see it: who did what, filtered, page by page, as CSV; the history on a profile."""

import csv
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hub.access.queries import actor_of
from hub.audit.acting import acting
from hub.audit.models import Entry
from hub.audit.queries import PAGE_ENTRIES
from hub.desk.audit import history
from hub.members import operations
from hub.members.models import Company, Customer
from tests.hub.colleagues import client_of
from tests.hub.conftest import Database


@pytest.fixture
def ann(database: Database, colleague: User) -> Customer:
    with acting(actor_of(colleague)):
        ann = operations.save_customer(Customer(name="Ann", email="ann@club.example"))
        ann.name = "=Anne"
        return operations.save_customer(ann)


def page(client: Client, query: str = "") -> str:
    response = client.get(f"/desk/audit/{query}")
    assert response.status_code == 200
    return response.content.decode()


def test_who_changed_what_from_what_to_what(ann: Customer, owner_client: Client) -> None:
    shown = page(owner_client)
    assert "<del>Ann</del>" in shown
    assert "<ins>=Anne</ins>" in shown
    assert "Colleague" in shown


def test_it_is_filtered_by_person_kind_customer_and_day(ann: Customer, owner_client: Client) -> None:
    operations.save_company(Company(name="Wine Ltd"))
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    for query, there in (
        ("?who=colle", True),
        ("?who=nobody", False),
        ("?kind=customer", True),
        ("?kind=company", False),
        (f"?customer={ann.pk}", True),
        ("?customer=987654", False),
        (f"?from_day={today}&until_day={today}", True),
        ("?until_day=2020-01-01", False),
        ("?until_day=9999-12-31", True),
        (f"?customer={10**20}", True),
        ("?from_day=nonsense&kind=nonsense&before=-1", True),
    ):
        assert ("=Anne" in page(owner_client, query)) is there, query


def test_pages_go_on_where_the_last_one_ended(database: Database, owner_client: Client) -> None:
    operations.add_customers(Customer(name=f"Person {number:03}") for number in range(PAGE_ENTRIES + 1))
    first = page(owner_client)
    assert first.count("<strong>Person") == PAGE_ENTRIES
    older = first.partition('href="/desk/audit/?before=')[2].partition('"')[0]
    operations.save_customer(Customer(name="Somebody new"))
    second = page(owner_client, f"?before={older}")
    assert second.count("<strong>Person") == 1
    assert "Person 000" in second
    assert "Older" not in second


def test_it_asks_the_same_number_of_questions_for_more_entries(ann: Customer, owner_client: Client) -> None:
    page(owner_client)
    with CaptureQueriesContext(connection) as few:
        page(owner_client)
    operations.add_customers(Customer(name=f"Person {number}") for number in range(30))
    with CaptureQueriesContext(connection) as many:
        page(owner_client)
    assert len(many) == len(few)


def test_as_csv_that_no_spreadsheet_calculates(ann: Customer, owner_client: Client) -> None:
    answer = owner_client.get("/desk/audit.csv?kind=customer")
    lines = list(csv.DictReader(answer.getvalue().decode("utf-8-sig").splitlines()))
    assert [line["action"] for line in lines] == ["changed", "created"]
    assert lines[0]["thing"] == "'=Anne"
    assert lines[0]["after"] == '{"name": "=Anne"}'
    assert datetime.fromisoformat(lines[0]["at"]).tzinfo is not None
    assert "audit.csv" in page(owner_client, "?kind=job")


def test_the_history_of_a_customer(ann: Customer) -> None:
    operations.save_customer(Customer(name="Somebody else"))
    shown = history(customer_id=ann.pk)
    assert [each.action for each in shown] == ["changed", "created"]
    assert shown[0].changes[0][:3] == ("name", "Ann", "=Anne")


def test_requests_say_whose_they_are(owner: User, database: Database) -> None:
    client = client_of(owner)
    fields = {"name": "Bob", "email": "bob@club.example", "role": "reports"}
    shown = client.post("/desk/users/invite/", fields)
    assert "/account/link/#" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    invited = User.objects.get(email="bob@club.example")
    assert set(Entry.objects.values_list("actor_kind", "actor", "user")) == {("user", "Owner", owner.pk)}
    for address, sent, says in (
        ("role/", {"role": "staff"}, "Done"),
        ("role/", {"role": "king"}, "Choose a role"),
        ("active/", {}, "Done"),
        ("link/", {}, "deactivated"),
        ("active/", {"active": "yes"}, "Done"),
        ("link/", {"without_factor": "on"}, "/account/link/#"),
    ):
        answer = client.post(f"/desk/users/{invited.pk}/{address}", sent, follow=True)
        assert says in answer.content.decode(), (address, sent)
    assert "Bob" in client.get("/desk/users/").content.decode()
    mine = client.post(f"/desk/users/{owner.pk}/role/", {"role": "staff"}, follow=True)
    assert "This is you" in mine.content.decode()


def test_the_list_of_users_asks_the_same_number_of_questions_for_more(owner_client: Client) -> None:
    owner_client.get("/desk/users/")
    with CaptureQueriesContext(connection) as few:
        owner_client.get("/desk/users/")
    User.objects.bulk_create(User(username=f"user-{number}") for number in range(30))
    with CaptureQueriesContext(connection) as many:
        owner_client.get("/desk/users/")
    assert len(many) == len(few)
