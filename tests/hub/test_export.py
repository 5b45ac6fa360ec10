"""Export: what comes back by import is what there was; streamed, audited, without codes and formulas."""

import csv
import io

from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.audit.models import Entry
from hub.exchange import exporting
from hub.feed.models import Feed
from hub.members import operations
from hub.members.models import Company, Customer, Link, Membership, Plan
from tests.hub.conftest import Database
from tests.hub.csv_files import counts, exported, imported
from tests.hub.people import AT, DAY, a_card

# Whatever the fields' own rules let through; whatever spreadsheets and our own marks could trip over among it.
printable = st.text(st.characters(codec="utf-8"), max_size=30).filter(str.isprintable)
awkward = st.sampled_from(
    ["=1", "'=1", "(clear)", '"', 'a"b', "a,b;c\td".replace("\t", ""), "#1", "a|b", " a ", "'"]
)
text = printable | awkward
names = text.filter(str.strip)
ids = st.none() | names


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(people=st.lists(st.tuples(names, ids, text), max_size=6, unique_by=lambda each: each[1] or object()))
def test_what_is_exported_and_imported_changes_nothing(
    sqlite_database: Database, people: list[tuple[str, str | None, str]]
) -> None:
    operations.delete_customers(Customer.objects.all())
    operations.delete_companies(Company.objects.all())
    plan = Plan.objects.first() or operations.save_plan(Plan(name="Gold"))
    for name, external_id, phone in people:
        fields = {"name": name, "external_id": external_id, "phone": phone}
        customer = operations.save_customer(Customer(**fields))
        company = operations.save_company(Company(**fields))
        operations.save_link(Link(customer=customer, company=company))
        for holder in ({"customer": customer}, {"company": company}):
            held = Membership(plan=plan, external_id=None, starts_at=AT, ends_at=AT + DAY, **holder)
            operations.save_membership(held)
    before = Feed.objects.get().sequence
    for kind in ("companies", "customers", "memberships"):
        text_of_kind = exported(kind)
        count = len(list(csv.reader(io.StringIO(text_of_kind)))) - 1
        if count:
            assert counts(imported(kind, text_of_kind)) == (0, 0, count, 0)
    assert Feed.objects.get().sequence == before


def test_a_file_of_many_is_read_in_steps_and_noted_once(database: Database, monkeypatch: object) -> None:
    operations.add_customers(Customer(name=f"Member {number}") for number in range(7))
    monkeypatch.setattr(exporting, "_AT_ONCE", 3)  # type: ignore[attr-defined]
    rows = list(csv.reader(io.StringIO(exported("customers"))))
    assert [row[2] for row in rows[1:]] == [f"Member {number}" for number in range(7)]
    entry = Entry.objects.get(action="exported")
    assert (entry.thing, entry.after) == ("customers", {"rows": 7})


def test_staff_get_a_file_and_reports_do_not(
    colleague_client: Client, reports_only_client: Client, front_desk_client: Client
) -> None:
    ann = operations.save_customer(Customer(name="=cmd()", email="ann@club.example"))
    code = a_card(ann)
    response = colleague_client.post("/desk/export/", {"kind": "customers"})
    body = b"".join(response.streaming_content).decode()
    assert response["Content-Disposition"].startswith('attachment; filename="customers-')
    assert "'=cmd()" in body and code not in body and body.startswith("\ufeff")
    assert Entry.objects.get(action="exported").actor == "Colleague"
    for client in (reports_only_client, front_desk_client):
        assert client.post("/desk/export/", {"kind": "customers"}).status_code == 403
    assert colleague_client.get("/desk/export/?kind=customers")["Content-Type"].startswith("text/html")
