"""Cards that members carry already, from a CSV file: given, their dates changed, refused with a reason."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.audit.models import Entry
from hub.exchange.catalogue import UnknownKind, kind_called
from hub.exchange.drafts import Row
from hub.feed.models import Feed
from hub.members import codes, operations
from hub.members.models import Card, Customer
from hub.members.rotating_operations import make_rotating
from tests.hub.csv_files import BERLIN, changes, counts, errors, exported, imported, looked_at

pytestmark = pytest.mark.usefixtures("database")

FILE = (
    "customer,card_number,from,until\n"
    "A,004006381333931,,\n"
    "BOB@club.example,Old card 17,2026-03-01,2027-03-01\n"
    "A,]C1778,,\n"
)


@pytest.fixture(autouse=True)
def people(database: object) -> None:
    operations.add_customers(
        Customer(name=name, external_id=name[0], email=f"{name.lower()}@club.example")
        for name in ("Ann", "Bob", "Carl")
    )


def carried(name: str) -> set[str]:
    return {codes.decrypt(card) for card in Card.objects.filter(customer__name=name)}


def test_the_same_file_twice_gives_each_card_once() -> None:
    looked = looked_at("cards", FILE)
    assert counts(looked) == (3, 0, 0, 0) and not Card.objects.exists()
    assert counts(imported("cards", FILE)) == (3, 0, 0, 0)
    assert carried("Ann") == {"004006381333931", "778"} and carried("Bob") == {"Old card 17"}
    held = Card.objects.get(customer__name="Bob")
    assert held.valid_from.astimezone(BERLIN).isoformat() == "2026-03-01T00:00:00+01:00"
    feed = Feed.objects.get().sequence
    assert counts(imported("cards", FILE)) == (0, 0, 3, 0)
    assert Feed.objects.get().sequence == feed
    said = str(list(Entry.objects.values()))
    assert not any(code in said for code in (*carried("Ann"), *carried("Bob")))
    assert Entry.objects.filter(action="created", customer_id=held.customer_id).exists()


def test_dates_change_and_go_to_edges() -> None:
    imported("cards", FILE)
    feed = Feed.objects.get().sequence
    text = "customer,code,valid_until\nB,Old card 17,(clear)\n"
    assert changes(looked_at("cards", text)) == [(2, "valid_until", "2027-03-01", "")]
    assert counts(imported("cards", text)) == (0, 1, 0, 0)
    assert Card.objects.get(customer__name="Bob").valid_until is None
    assert Feed.objects.get().sequence > feed


def test_one_that_rotates_goes_on_rotating() -> None:
    card = operations.issue_card(Customer.objects.get(name="Carl"))
    make_rotating([card])
    text = f"customer,code,valid_until\nC,{codes.typed_text(codes.decrypt(card)).lower()},2027-01-01\n"
    assert counts(imported("cards", text)) == (0, 1, 0, 0)
    card.refresh_from_db()
    assert card.rotating_salt is not None and card.valid_until is not None


def test_each_bad_row_says_what_to_do_and_no_code() -> None:
    imported("cards", FILE)
    gone = operations.import_card(Customer.objects.get(name="Carl"), "lost 1")
    operations.revoke_cards([gone], timezone.now())
    text = (
        "customer,code,valid_from,valid_until\n"
        "C,778,,\n"
        "C,lost 1,,\n"
        "C,,,\n"
        ",new 1,,\n"
        "Z,new 2,,\n"
        "C,new 3,2027-01-01,2026-01-01\n"
        "C,new 4,,\n"
        "A, NEW 4 ,,\n"
        "A,new 4,,\n"
        "C,4.00638E+12,,\n"
        f"C,{'x' * 65},,\n"
        "C,new 5,tomorrow,\n"
    )
    told = errors(looked_at("cards", text))
    assert [(line, column) for line, column, _text in told] == [
        *((2, "code"), (3, "code"), (4, "code"), (5, "customer"), (6, "customer"), (7, "valid_until")),
        *((10, "code"), (11, "code"), (12, "code"), (13, "valid_from")),
    ]
    texts = " ".join(text for _line, _column, text in told)
    ann = Customer.objects.get(name="Ann").pk
    for part in (f"Customer {ann} has it", "revoked, for good", "“Z”", "Line 8 is about", "shortened", "1 to 64"):
        assert part in texts, part
    assert not any(code in texts for code in ("778", "lost 1", "new 3"))


def test_many_rows_ask_the_database_as_often_as_one() -> None:
    def asked(count: int) -> int:
        rows = [Row(number + 2, {"customer": "A", "code": f"c {number}"}) for number in range(count)]
        with CaptureQueriesContext(connection) as found:
            kind_called("cards")(BERLIN).draft(rows, timezone.now())
        return len(found)

    assert asked(1) == asked(30) == 2


def test_no_file_of_codes_is_made(colleague_client: Client) -> None:
    with pytest.raises(UnknownKind, match="no file of cards is made"):
        exported("cards")
    assert 'value="cards"' not in colleague_client.get("/desk/export/").content.decode()
    assert 'value="cards"' in colleague_client.get("/desk/import/").content.decode()
