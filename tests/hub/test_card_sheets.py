"""Cards on paper: which symbol a code gets, whose cards are printed by whom, and what stands on the pages."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from barcode.charsets.code128 import CODES, STOP
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hub.audit.models import Entry
from hub.cards import barcodes, choosing, issuing_operations, lettering
from hub.cards.sheet import Paper, sheet
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.members import codes, operations, queries
from hub.members.models import Card, Company, Customer, Link, Membership, Plan
from hub.members.rotating_operations import make_rotating
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub.card_page import phone_of
from tests.hub.people import DAY, a_customer

pytestmark = pytest.mark.any_database

EVERYBODY = choosing.Whose()


@pytest.fixture(autouse=True)
def fonts_looked_for_anew() -> Iterator[None]:
    yield
    for each in (lettering.lettering, lettering._fonts, lettering._has):
        each.cache_clear()


def dark(symbol: barcodes.Symbol) -> set[tuple[int, int]]:
    return {(bar.x + more, bar.y) for bar in symbol.bars for more in range(bar.width)}


def pdf_says(pdf: bytes, folder: Path, *command: str, to: tuple[str, ...] = ()) -> str:
    (folder / "sheet.pdf").write_bytes(pdf)
    done = subprocess.run([*command, "sheet.pdf", *to], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode()


def text_of(pdf: bytes, folder: Path) -> str:
    return " ".join(pdf_says(pdf, folder, "pdftotext", "-raw", to=("-",)).split())


# Symbols
def test_our_codes_are_qr_codes_with_the_scan_pages_address(database: object) -> None:
    card = operations.issue_card(a_customer())
    code = codes.decrypt(card)
    symbol = barcodes.symbol_of(code)
    assert not symbol.is_barcode and symbol == barcodes.qr_code(codes.scan_text(code))
    assert (symbol.width, symbol.height) == (29 + 8, 29 + 8)  # Version 3
    assert {(4, 4), (10, 4), (4, 10)} <= dark(symbol) and not any(x < 4 or y < 4 for x, y in dark(symbol))
    assert codes.scan_text(code) not in repr(symbol)


@pytest.mark.parametrize("code", ["4006381333931", "Old card/17", "a", "0" * 46, "X" * 23])
def test_a_code_from_elsewhere_that_fits_is_a_barcode(code: str) -> None:
    symbol = barcodes.symbol_of(code)
    assert symbol.is_barcode and symbol.width <= barcodes.BARCODE_MODULES_MAX
    columns = {x for x, _y in dark(symbol)}
    shown = "".join("01"[x in columns] for x in range(symbol.width))
    assert shown.startswith("0" * 10 + "11") and shown.endswith(STOP + "11" + "0" * 10)
    letters = [shown[at : at + 11] for at in range(10, symbol.width - 23, 11)]
    assert set(letters) <= set(CODES)


@pytest.mark.parametrize("code", ["X" * 24, "0" * 48, "Käse 17", "会员 1", "x" * 64])
def test_one_that_does_not_fit_or_has_other_letters_is_a_qr_code(code: str) -> None:
    assert not barcodes.symbol_of(code).is_barcode


def test_a_drawing_tells_no_code_in_words() -> None:
    drawn = barcodes.svg(barcodes.symbol_of("4006381333931"), 80)
    assert 'class="barcode"' in drawn and 'width="80mm"' in drawn and "4006381333931" not in drawn
    assert 'class="qr" viewBox="0 0 29 29"' in barcodes.qr_svg("1")


# Sheets
def test_ten_cards_a_page_on_either_paper_with_who_and_the_code_to_type(database: object, tmp_path: Path) -> None:
    save_organization(Organization(name="Harbour Club", colour="#0f766e"))
    gold, now = operations.save_plan(Plan(name="Gold")), timezone.now()
    people = operations.add_customers(Customer(name=f"Member {number:02}") for number in range(12))
    operations.issue_cards(people[:11])
    operations.import_card(people[11], "4006381333931")
    operations.save_membership(Membership(plan=gold, customer=people[0], starts_at=now - DAY))
    cards = choosing.to_print([number for number, _name in choosing.cards_of(EVERYBODY, now)], now)
    for paper, size in ((Paper.A4, "595.276 x 841.89 pts (A4)"), (Paper.LETTER, "612 x 792 pts (letter)")):
        pdf = sheet(cards, paper, now)
        told = pdf_says(pdf, tmp_path, "pdfinfo")
        assert "Pages:           2" in told and size in told and "Cards of Harbour Club" in told
        text = text_of(pdf, tmp_path)
        assert text.count("Harbour Club") == 12 and text.count("Gold") == 1
        for card in cards:
            assert card.customer.name in text and codes.typed_text(codes.decrypt(card)) in text


@pytest.mark.parametrize(
    "name",
    [
        "Ann " + "Maria " * 30,
        "W" * 200,
        "Dvořák Ł",
        "محمد بن سلمان",
        "דוד בן־גוריון",
        "王小明",
        "Ann 🎉",
        "\u200f",
        "👩‍👩‍👧",
        "ﷺ" * 40,
    ],
)
def test_no_name_stops_a_sheet(sqlite_database: object, name: str, tmp_path: Path) -> None:
    Organization.objects.create(name=name[:100], colour="#fde047")
    plan = Plan.objects.create(name=name[:100])
    ann = Customer(name=name)
    Customer.objects.bulk_create([ann])
    operations.save_membership(Membership(plan=plan, customer=ann, starts_at=timezone.now() - DAY))
    operations.issue_card(ann)
    operations.import_card(ann, "4711")
    now = timezone.now()
    pdf = sheet(queries.live_cards(now), Paper.A4, now)
    assert "Pages:           1" in pdf_says(pdf, tmp_path, "pdfinfo")


def test_names_with_letters_that_no_font_has_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choosing.not_whole(["Ann Müller", "Dvořák", "Łukasz", "Ελένη", "Ольга", "محمد", "Ann \ue000"]) == [
        "Ann \ue000"
    ]
    assert lettering.lettering("Ann \ue000").text == "Ann"
    lettering.lettering.cache_clear()
    lettering._fonts.cache_clear()
    monkeypatch.setattr(lettering, "_FOLDERS", ())
    assert choosing.not_whole(["Ann Müller", "Łukasz"]) == ["Łukasz"]
    assert lettering.lettering("Łukasz").text == "ukasz"


def test_without_what_joins_letters_nothing_is_written_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering.features, "check", lambda _name: False)
    assert choosing.not_whole(["محمد", "Ольга"]) == ["محمد"]


# Whose
def chosen(whose: choosing.Whose, at: datetime) -> list[str]:
    return [name for _number, name in choosing.cards_of(whose, at)]


@pytest.fixture
def club(database: object) -> dict[str, int]:
    """Ann has Gold, Bob had it, Carl has it by his company, Dora has nothing; Eva has no card."""
    gold, now = operations.save_plan(Plan(name="Gold")), timezone.now()
    ann, bob, carl, dora, eva = operations.add_customers(
        Customer(name=name) for name in ("Ann", "Bob", "Carl", "Dora", "Eva")
    )
    mill = operations.save_company(Company(name="Mill"))
    operations.add_links([Link(customer=carl, company=mill), Link(customer=eva, company=mill)])
    for holder, ends in (({"customer": ann}, None), ({"customer": bob}, now - DAY), ({"company": mill}, None)):
        operations.save_membership(Membership(plan=gold, starts_at=now - 9 * DAY, ends_at=ends, **holder))
    operations.issue_cards([ann, bob, carl, dora])
    operations.revoke_cards([operations.issue_card(ann)], now)
    return {each.name: each.pk for each in (ann, bob, carl, dora, eva)} | {"gold": gold.pk, "mill": mill.pk}


def test_whose_cards_are_printed(club: dict[str, int]) -> None:
    now = timezone.now()
    assert chosen(EVERYBODY, now) == ["Ann", "Bob", "Carl", "Dora"]
    assert chosen(choosing.Whose(company=club["mill"]), now) == ["Carl"]
    assert chosen(choosing.Whose(plan=club["gold"]), now) == ["Ann", "Carl"]
    assert chosen(choosing.Whose(customers=(club["Dora"], club["Eva"], club["Bob"])), now) == ["Bob", "Dora"]
    second = operations.issue_card(Customer.objects.get(name="Ann"))
    assert choosing.cards_of(choosing.Whose(card=second.pk), now) == [(second.pk, "Ann")]
    assert choosing.without_a_card(choosing.Whose(company=club["mill"]), now) == [club["Eva"]]
    assert choosing.without_a_card(EVERYBODY, now) == [club["Eva"]]
    assert choosing.without_a_card(choosing.Whose(card=second.pk), now) == []
    # Of a plan those who hold it now, by a company too: not Bob, whose membership is over.
    for name in ("Ann", "Bob"):
        operations.revoke_cards(Card.objects.filter(customer=club[name]), now)
    assert choosing.without_a_card(choosing.Whose(plan=club["gold"]), now) == [club["Ann"], club["Eva"]]


def test_staff_make_a_pdf_and_each_card_in_it_is_noted(
    club: dict[str, int], colleague_client: Client, tmp_path: Path
) -> None:
    page = colleague_client.get(f"/desk/cards/print/?plan={club['gold']}").content.decode()
    assert "<strong>2</strong> cards that work" in page and 'name="plan"' in page
    assert not Entry.objects.filter(action="code shown").exists()
    made = colleague_client.post("/desk/cards/sheet.pdf", {"plan": club["gold"], "paper": "letter"})
    assert (made["Content-Type"], "no-store" in made["Cache-Control"]) == ("application/pdf", True)
    assert made["Content-Disposition"].startswith('attachment; filename="cards-')
    text = text_of(made.content, tmp_path)
    assert "Ann" in text and "Carl" in text and "Bob" not in text
    noted = Entry.objects.filter(action="code shown")
    assert {each.customer_id for each in noted} == {club["Ann"], club["Carl"]}
    assert {each.actor for each in noted} == {"Colleague"}


def test_a_page_with_nobody_to_print_says_so(club: dict[str, int], colleague_client: Client) -> None:
    page = colleague_client.get(f"/desk/cards/print/?customer={club['Eva']}").content.decode()
    assert "None of them has a card that works" in page and "make a card for the 1 person" in page
    assert colleague_client.get("/desk/cards/print/?chosen=1")["Location"] == "/desk/customers/"
    assert colleague_client.get("/desk/cards/print/?plan=9999").status_code == 404
    for wrong in ({"customer": club["Eva"]}, {"paper": "a5"}):
        assert colleague_client.post("/desk/cards/sheet.pdf", wrong)["Location"] == "/desk/cards/print/"
    for wrong in ({"customer": "abc"}, {"card": "-1"}, {"from": "9999"}, {"customer": ["1"] * 1_001}):
        assert colleague_client.post("/desk/cards/sheet.pdf", wrong).status_code == 422
    assert colleague_client.get("/desk/cards/print/?customer=abc").status_code == 422
    assert not Entry.objects.filter(action="code shown").exists()


def test_many_come_in_several_files(
    club: dict[str, int], colleague_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.desk.printing.CARDS_AT_ONCE", 3)
    page = colleague_client.get("/desk/cards/print/").content.decode()
    assert "1 to 3, by name" in page and "4 to 4, by name" in page
    carls = Card.objects.get(customer=club["Carl"])
    operations.revoke_cards(Card.objects.filter(customer=club["Ann"]), timezone.now())
    colleague_client.post("/desk/cards/sheet.pdf", {"from": carls.pk})
    assert Entry.objects.get(action="code shown").customer_id == club["Dora"]


@pytest.mark.both_databases
def test_a_sheet_asks_the_database_as_often_for_many_as_for_one(
    club: dict[str, int], colleague_client: Client
) -> None:
    asked = []
    for _again in range(2):
        with CaptureQueriesContext(connection) as found:
            colleague_client.post("/desk/cards/sheet.pdf", {"plan": club["gold"]})
        asked.append(len(found))
        people = operations.add_customers(Customer(name=f"Person {number}") for number in range(30))
        operations.issue_cards(people)
        gold = Plan.objects.get()
        operations.add_memberships(
            Membership(plan=gold, customer=each, starts_at=timezone.now() - DAY) for each in people
        )
    assert asked[0] == asked[1]


def test_cards_are_made_for_those_who_have_none_and_printed_at_once(
    club: dict[str, int], colleague_client: Client, tmp_path: Path
) -> None:
    page = colleague_client.get(f"/desk/cards/print/?company={club['mill']}").content.decode()
    assert "make a card for the 1 person who has none" in page
    asked = {"company": club["mill"]}
    assert "Eva" not in text_of(colleague_client.post("/desk/cards/sheet.pdf", asked).content, tmp_path)
    for _again in range(2):
        made = colleague_client.post("/desk/cards/sheet.pdf", asked | {"issue": "1"})
        assert {"Carl", "Eva"} <= set(text_of(made.content, tmp_path).split())
    card = Card.objects.get(customer=club["Eva"])
    assert Entry.objects.filter(action="created", thing_id=card.pk, customer_id=club["Eva"]).count() == 1
    assert queries.card_with_code(codes.decrypt(card)) == card
    assert "who has none" not in colleague_client.get("/desk/cards/print/").content.decode()


def test_of_more_than_one_file_the_page_is_shown_again(
    club: dict[str, int], colleague_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.desk.printing.CARDS_AT_ONCE", 1)
    answer = colleague_client.post("/desk/cards/sheet.pdf", {"company": club["mill"], "issue": "1"})
    assert answer["Location"] == f"/desk/cards/print/?company={club['mill']}"
    page = colleague_client.get(answer["Location"]).content.decode()
    assert "1 card was made." in page and "2 to 2, by name" in page
    assert not Entry.objects.filter(action="code shown").exists()


def test_who_may_not_issue_cards_makes_none(
    club: dict[str, int], colleague: User, colleague_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    may = User.has_perm
    monkeypatch.setattr(User, "has_perm", lambda user, name: name != "members.add_card" and may(user, name))
    assert "issue one on their profile" in colleague_client.get("/desk/cards/print/").content.decode()
    assert colleague_client.post("/desk/cards/sheet.pdf", {"issue": "1"}).status_code == 403
    assert not Card.objects.filter(customer=club["Eva"]).exists() and colleague.pk


def test_many_are_issued_in_pieces_that_stand_each_by_itself(
    club: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing_operations, "PEOPLE_AT_ONCE", 2)
    people = [each.pk for each in operations.add_customers(Customer(name=f"P {n}") for n in range(5))]
    asked, now, before = [club["Ann"], *people, 99_999], timezone.now(), feed.head(EVERYONE)
    issue, pieces = operations.issue_cards, []

    def cut_off(customers: list[Customer]) -> list[Card]:
        assert connection.in_atomic_block
        pieces.append(len(customers))
        if len(pieces) == 3:
            raise ConnectionError
        return issue(customers)

    monkeypatch.setattr(operations, "issue_cards", cut_off)
    with pytest.raises(ConnectionError):
        issuing_operations.issue_missing(asked, now)
    assert pieces == [1, 2, 2] and Card.objects.filter(customer__in=people).count() == 3
    assert issuing_operations.issue_missing(asked, now) == 2
    assert issuing_operations.issue_missing(asked, now) == 0
    assert sorted(Card.objects.filter(customer__in=people).values_list("customer", flat=True)) == people
    assert feed.head(EVERYONE).sequence - before.sequence == 5
    assert Card.objects.filter(customer=club["Ann"], revoked_at=None).count() == 1


# The member's own
def test_a_member_prints_their_own_card_but_none_that_rotates(
    club: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = Customer.objects.get(name="Ann")
    phone = phone_of(ann)
    assert "/card/sheet.pdf" in phone.get("/card/").content.decode()
    made = phone.get("/card/sheet.pdf?paper=letter")
    assert "letter" in pdf_says(made.content, tmp_path, "pdfinfo") and "Ann" in text_of(made.content, tmp_path)
    assert (made["Cache-Control"], made["X-Robots-Tag"]) == ("no-store", "noindex")
    with monkeypatch.context() as patched:
        patched.setattr(settings, "KEYS", replace(settings.KEYS, card=bytes(32)))
        assert phone.get("/card/sheet.pdf").status_code == 503
    make_rotating(Card.objects.filter(customer=ann))
    assert "/card/sheet.pdf" not in phone.get("/card/").content.decode()
    assert phone.get("/card/sheet.pdf").status_code == 404
    assert Client(SERVER_NAME="localhost").get("/card/sheet.pdf").status_code == 401
