"""Import at the desk: a file chosen, looked at row by row, imported, its bad rows taken home; and who may."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.audit.models import Entry
from hub.desk import exchange_forms
from hub.exchange.job_operations import claim
from hub.exchange.models import Job
from hub.members import operations
from hub.members.models import Customer
from tests.hub.csv_files import looked_at, taken_in

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
TEXT = "external_id,name,email,shoe size\nA,Ann,ann@club.example,38\nB,,bob@club.example,44\n,Carl,,\n"


def sent(client: Client, text: str | bytes, **fields: object) -> object:
    data = text.encode() if isinstance(text, str) else text
    file = SimpleUploadedFile("members.csv", data, "text/csv")
    return client.post("/desk/import/", {"kind": "customers", "file": file} | fields)


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_a_file_is_looked_at_then_imported_without_its_bad_rows(colleague_client: Client) -> None:
    address = sent(colleague_client, TEXT)["Location"]  # type: ignore[index]
    shown = page(colleague_client, address)
    for text in (
        "What would change",
        "shoe size",
        "This field cannot be blank",
        "Give an external id or an email",
    ):
        assert text in shown, text
    assert "Skip the bad rows and import 1" in shown and not Customer.objects.exists()
    refused = colleague_client.post(f"{address}write/", follow=True).content.decode()
    assert "correct them, or choose to skip them" in refused and not Customer.objects.exists()
    done = colleague_client.post(f"{address}write/", {"skip_bad": "1"}, follow=True).content.decode()
    assert "Imported" in done and Customer.objects.get().name == "Ann"
    assert Entry.objects.get(action="created").actor == "Colleague"
    bad = colleague_client.get(f"{address}bad-rows.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(bad.streaming_content).decode("utf-8-sig"))))
    assert [(row["line"], row["external_id"]) for row in rows] == [("3", "B"), ("4", "")]
    assert rows[0]["reason"] == "name: This field cannot be blank." and rows[1]["name"] == "Carl"
    assert "Customers: members.csv" in page(colleague_client, "/desk/import/")
    assert "CSV file" in page(colleague_client, "/desk/audit/")


def test_rows_are_shown_by_what_they_come_to_page_by_page(colleague_client: Client) -> None:
    text = "external_id,name\n" + "".join(f"A{line},{'Ann' if line % 2 else ''}\n" for line in range(2, 142))
    address = f"/desk/import/{looked_at('customers', text).pk}/"
    first = page(colleague_client, f"{address}?rows=wrong")
    assert first.count("cannot be blank") == 50 and "after=100" in first
    assert page(colleague_client, f"{address}?rows=wrong&after=100").count("cannot be blank") == 20
    assert "No row is like this." in page(colleague_client, f"{address}?rows=changed")
    assert page(colleague_client, f"{address}?rows=nonsense&after=x").count("cannot be blank") == 25


def test_a_page_asks_the_same_for_many_rows(colleague_client: Client) -> None:
    asked = []
    for count in (1, 30):
        text = "external_id,name\n" + "".join(f"A{line},Ann\n" for line in range(count))
        job = looked_at("customers", text)
        with CaptureQueriesContext(connection) as queries:
            page(colleague_client, f"/desk/import/{job.pk}/")
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_file_that_cannot_be_taken_says_why(colleague_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for text, told in (
        (b"PK\x03\x04", "workbook"),
        (b"", "empty"),
        (b"a,b\n1,2\n", "No column is known"),
        (b"name,Name\n1,2\n", "Two columns are called name"),
        (b"name\n\n", "no rows"),
    ):
        response = sent(colleague_client, text)
        assert response.status_code == 422 and told in response.content.decode(), told  # type: ignore[attr-defined]
    monkeypatch.setattr(exchange_forms, "BYTES_MAX", 1_000)
    response = sent(colleague_client, b"name\n" + b"Ann\n" * 100_000)
    assert response.status_code == 422 and "more than 100 MB" in response.content.decode()  # type: ignore[attr-defined]
    assert not Job.objects.exists()


def test_a_large_file_comes_by_the_disk(colleague_client: Client) -> None:
    text = "external_id,name\n" + "".join(f"A{line},Member {'of the club ' * 10}\n" for line in range(20_000))
    assert len(text) > 2_621_440
    assert sent(colleague_client, text).status_code == 302  # type: ignore[attr-defined]


def test_the_bar_is_asked_for_until_it_is_done(colleague_client: Client) -> None:
    job = taken_in("customers", TEXT)
    address = f"/desk/import/{job.pk}/"
    assert "Go on" in page(colleague_client, address)
    claim(job, timezone.now())
    assert "every 1s" in page(colleague_client, f"{address}progress/")
    assert "It goes on when you leave this page" in page(colleague_client, address)
    done = looked_at_after(job)
    asked = colleague_client.get(f"/desk/import/{done.pk}/progress/", HTTP_HX_REQUEST="true")
    assert asked["HX-Redirect"] == f"/desk/import/{done.pk}/"


def looked_at_after(job: Job) -> Job:
    Job.objects.filter(pk=job.pk).delete()
    return looked_at("customers", TEXT)


def test_a_file_is_forgotten_when_it_is_said(colleague_client: Client) -> None:
    operations.save_customer(Customer(name="Ann"))
    job = looked_at("customers", TEXT)
    colleague_client.post(f"/desk/import/{job.pk}/forget/")
    assert not Job.objects.exists() and Customer.objects.count() == 1


def test_the_token_is_asked_for_where_a_file_is_sent(colleague: object) -> None:
    client = Client(enforce_csrf_checks=True, SERVER_NAME="localhost")
    client.force_login(colleague)  # type: ignore[arg-type]
    assert sent(client, TEXT).status_code == 403  # type: ignore[attr-defined]
    assert not Job.objects.exists()
