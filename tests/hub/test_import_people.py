"""Customers and companies from a CSV file: found again, compared, written with feed rows and audit entries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.audit.models import Entry
from hub.exchange.catalogue import kind_called
from hub.exchange.drafts import Row
from hub.exchange.job_operations import Refused
from hub.feed.models import Feed
from hub.members import codes, operations
from hub.members.models import Card, Company, Customer, Link, Membership, Plan
from tests.hub.csv_files import BERLIN, changes, counts, errors, imported, looked_at

pytestmark = pytest.mark.usefixtures("database")

COMPANIES = "external_id,name,email\nC1,Harbour Office,office@harbour.example\nC2,Mill,\n"
CUSTOMERS = (
    "external_id;name;email;phone;companies;cards\n"
    "A;Ann Müller;ann@club.example;'+49 170 1;C1 | C2;4006381333931|778\n"
    'B;"Bob ""the Rock"" Stone; jr";bob@club.example;;;\n'
    ";Carl;carl@club.example;;(clear);\n"
)


def test_the_same_file_twice_changes_nothing() -> None:
    assert counts(imported("companies", COMPANIES)) == (2, 0, 0, 0)
    assert counts(imported("customers", CUSTOMERS)) == (3, 0, 0, 0)
    feed, entries = Feed.objects.get().sequence, Entry.objects.exclude(action="imported").count()
    assert counts(imported("customers", CUSTOMERS)) == (0, 0, 3, 0)
    assert counts(imported("companies", COMPANIES)) == (0, 0, 2, 0)
    assert Feed.objects.get().sequence == feed
    assert Entry.objects.exclude(action="imported").count() == entries
    ann = Customer.objects.get(external_id="A")
    assert (ann.phone, ann.search_text.count("muller")) == ("+49 170 1", 1)
    assert {each.name for each in ann.companies.all()} == {"Harbour Office", "Mill"}
    assert {codes.decrypt(each) for each in ann.cards.all()} == {"4006381333931", "778"}
    assert Customer.objects.get(external_id="B").name == 'Bob "the Rock" Stone; jr'


def test_what_changes_is_told_before_and_done_after() -> None:
    imported("companies", COMPANIES)
    imported("customers", CUSTOMERS)
    text = "external_id,email,phone,companies\nA,,(clear),C2\nB,rock@club.example,,\n"
    looked = looked_at("customers", text)
    assert changes(looked) == [
        (2, "phone", "+49 170 1", ""),
        (2, "companies", "C1|C2", "C2"),
        (3, "email", "bob@club.example", "rock@club.example"),
    ]
    assert Customer.objects.get(external_id="A").phone == "+49 170 1"
    assert counts(imported("customers", text)) == (0, 2, 0, 0)
    ann = Customer.objects.get(external_id="A")
    assert (ann.phone, ann.email) == ("", "ann@club.example")
    assert Link.objects.filter(customer=ann).count() == 1
    assert "rock" in Customer.objects.get(external_id="B").search_text
    entry = Entry.objects.get(action="changed", customer_id=Customer.objects.get(external_id="B").pk)
    assert (entry.before, entry.after) == ({"email": "bob@club.example"}, {"email": "rock@club.example"})


def test_each_bad_row_says_its_line_its_column_and_what_to_do() -> None:
    operations.add_customers(Customer(name=name, email="twins@club.example") for name in ("Eva", "Ida"))
    operations.import_card(Customer.objects.get(name="Eva"), "4711")
    text = (
        "number,external_id,name,email,companies,cards\n"
        ",A,Ann,not an address,,\n"
        ",,Nobody,,,\n"
        ",,,twins@club.example,,\n"
        "9999,,,,,\n"
        ",A,Ann again,,,\n"
        ",D,Dora,,C9,\n"
        ',E,"Two\nlines",,,\n'
        ",F,Fay,,,4711\n"
        ",G,Gus,,,,too much\n"
    )
    told = errors(looked_at("customers", text))
    assert [(line, column) for line, column, _text in told] == [
        *((2, "email"), (3, "external_id"), (4, "email"), (5, "number"), (6, "external_id"), (7, "companies")),
        *((8, "name"), (10, "cards"), (11, "")),
    ]
    texts = " ".join(text for _line, _column, text in told)
    for part in ("Give an external id or an email", "Several customers", "Line 2 is about", "There is no “C9”"):
        assert part in texts, part
    assert "4711" not in texts and "line breaks" in texts


def test_nothing_is_written_while_a_row_is_bad_unless_it_is_said_to_be_skipped() -> None:
    text = "external_id,name\nA,Ann\nB,\n"
    with pytest.raises(Refused, match="correct them"):
        imported("customers", text)
    assert not Customer.objects.exists()
    assert counts(imported("customers", text, skip_bad=True)) == (1, 0, 0, 1)
    assert Customer.objects.get().name == "Ann"


def test_who_has_an_email_alone_is_found_and_takes_an_external_id_over() -> None:
    operations.add_customers(
        [Customer(name="Ann Müller", email="Ann@Club.example"), Customer(name="Bob", email="b@c.de")]
    )
    assert counts(looked_at("customers", "name,email\nAnna,ann@club.example\n")) == (0, 1, 0, 0)
    job = imported("customers", "external_id,name,email\nX,Ann Muller,ann@club.example\nY,Bobs child,b@c.de\n")
    assert counts(job) == (1, 1, 0, 0)
    assert Customer.objects.get(external_id="X").email == "ann@club.example"
    assert Customer.objects.filter(email="b@c.de").count() == 2


def test_who_has_an_external_id_is_not_taken_over_by_another() -> None:
    operations.save_customer(Customer(name="Ann", email="a@b.example", external_id="X"))
    assert counts(imported("customers", "external_id,name,email\nY,Ann,a@b.example\n")) == (1, 0, 0, 0)


def test_two_rows_of_one_email_are_one_too_many() -> None:
    for rows in (",Ann,x@y.example\nB,Bob,X@y.example\n", "B,Bob,x@y.example\n,Ann,X@y.example\n"):
        looked = looked_at("customers", f"external_id,name,email\n{rows}")
        assert [line for line, _column, _text in errors(looked)] == [3]


def test_the_number_says_who_is_meant_and_no_id_is_had_twice() -> None:
    imported("companies", COMPANIES)
    one, two = Company.objects.order_by("pk")
    assert counts(imported("companies", f"number,external_id\n{one.pk},C7\n")) == (0, 1, 0, 0)
    told = errors(looked_at("companies", f"number,external_id\n{one.pk},C2\n"))
    assert told == [(2, "external_id", f"Number {two.pk} has it already.")]


def test_cards_are_added_never_taken_away_and_told_without_their_codes() -> None:
    imported("customers", "external_id,name,cards\nA,Ann,123\n")
    text = "external_id,cards\nA,456\n"
    looked = looked_at("customers", text)
    assert changes(looked) == [(2, "cards", "", "1 more")]
    imported("customers", text)
    assert Card.objects.count() == 2
    text = "external_id,name,cards\nB,Bob,77\nC,Cas,77\n"
    assert [line for line, _column, _text in errors(looked_at("customers", text))] == [3]


def test_a_card_that_cannot_be_meant_is_refused() -> None:
    imported("customers", "external_id,name,cards\nA,Ann,04E12345|12E5|gone\n")
    gone = next(each for each in Card.objects.all() if codes.decrypt(each) == "gone")
    operations.revoke_cards([gone], timezone.now())
    text = 'external_id,name,cards\nA,,12|gone\nB,Bob,4.00638E+12\nC,Cas,"4,00638e+12"\n'
    told = [text for _line, column, text in errors(looked_at("customers", text)) if column == "cards"]
    assert ["revoked, for good" in told[0], *("shortened" in each for each in told[1:])] == [True] * 3


def test_thirty_rows_ask_as_few_questions_as_one() -> None:
    imported("companies", COMPANIES)
    asked = []
    for count in (1, 30):
        rows = [
            Row(line, {"external_id": f"A{line}", "name": "Ann", "companies": "C1", "cards": f"77{line}"})
            for line in range(2, 2 + count)
        ]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            kind_called("customers")(BERLIN).draft(rows, timezone.now())
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_nobody_joins_a_company_that_has_no_free_seat() -> None:
    imported("companies", COMPANIES)
    imported("customers", CUSTOMERS)
    company = Company.objects.get(external_id="C1")
    plan = operations.save_plan(Plan(name="Team", for_companies=True))
    operations.save_membership(Membership(plan=plan, company=company, starts_at=timezone.now(), seats=2))
    text = "external_id,name,companies\nB,,C1\nD,Dora,C1\nE,Eve,C2\n"
    looked = looked_at("customers", text)
    assert [(line, column) for line, column, _said in errors(looked)] == [(3, "companies")]
    assert "no free seat" in errors(looked)[0][2]
    # Who leaves in the same file makes room.
    assert errors(looked_at("customers", text + "A,,C2\n")) == []
    assert counts(imported("customers", text + "A,,C2\n"))[3] == 0
    assert {each.name[:4] for each in company.customers.all()} == {"Bob ", "Dora"}
