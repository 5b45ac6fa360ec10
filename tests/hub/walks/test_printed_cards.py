"""Cards on paper are read as a scanner reads them: pages of the PDF, drawn by poppler, read by ZXing in a browser.

And a card that a member carries already is given to them by a scanner that types, and by a camera.
"""

import base64
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from hub.access.roles import Role
from hub.members import codes, operations
from hub.members.models import Card, Membership, Plan
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub.colleagues import a_user, client_of
from tests.hub.people import DAY, a_customer
from tests.hub.walks.counter_phone import CounterPhone
from tests.hub.walks.page_rules import violations
from tests.hub.walks.visitor import NARROW, WIDE, Visitor

IMPORTED = ("4006381333931", "Old card/17", "a", "0" * 44, "X" * 23, "~}|{ `^]", "x" * 60, "会员 1")
PEOPLE = ("Ann Müller", "محمد بن سلمان", "Dvořáková Ludmila Svatopluková-Přemyslovna", "דוד", "Ольга Ильина")
DPI = 200
READ = """(async png => {
  const wasm = document.getElementById("camera").dataset.wasm;
  const locateFile = (name, folder) => name.endsWith(".wasm") ? wasm : folder + name;
  BarcodeDetectionAPI.prepareZXingModule({ overrides: { locateFile } });
  const bytes = Uint8Array.from(atob(png), letter => letter.charCodeAt(0));
  const page = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const found = await new BarcodeDetectionAPI.BarcodeDetector().detect(page);
  return found.map(each => [each.format, each.rawValue]);
})"""


@pytest.fixture
def clerk(sqlite_database: object) -> User:
    return a_user("colleague", Role.STAFF)


@pytest.fixture
def visitor(chromium: Visitor, clerk: User) -> Iterator[Visitor]:
    with chromium.at_work(clerk) as visitor:
        yield visitor


@pytest.fixture
def cards(sqlite_database: object) -> list[Card]:
    save_organization(Organization(name="Harbour Wine Club", colour="#7c2d4f"))
    gold = operations.save_plan(Plan(name="Gold, every day but Sundays"))
    for name in PEOPLE:
        customer = a_customer(name)
        operations.save_membership(Membership(plan=gold, customer=customer, starts_at=timezone.now() - DAY))
        operations.issue_card(customer)
    other = a_customer("Zoe Archer")
    for code in IMPORTED:
        operations.import_card(other, code)
    return list(Card.objects.all())


def pages_of(pdf: bytes, folder: Path) -> list[bytes]:
    (folder / "sheet.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-png", "-r", str(DPI), "sheet.pdf", "page"], cwd=folder, check=True)
    return [page.read_bytes() for page in sorted(folder.glob("page*.png"))]


def read(visitor: Visitor, page: bytes) -> list[Any]:
    found: list[Any] = visitor.look(f"{READ}({json.dumps(base64.b64encode(page).decode())})")
    return found


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_every_card_on_the_page_reads_as_its_code(
    visitor: Visitor, cards: list[Card], clerk: User, paper: str, tmp_path: Path
) -> None:
    visitor.open(f"/desk/customers/{cards[0].customer_id}/cards/import/")
    client: Client = client_of(clerk)
    pdf = client.post("/desk/cards/sheet.pdf", {"paper": paper}).content
    pages = pages_of(pdf, tmp_path)
    assert len(pages) == 2
    found = [tuple(each) for page in pages for each in read(visitor, page)]
    barcodes = {("code_128", code) for code in IMPORTED[:6]}
    ours = {codes.scan_text(codes.decrypt(card)) for card in cards if card.customer.name in PEOPLE}
    assert sorted(found) == sorted(barcodes | {("qr_code", text) for text in (*ours, *IMPORTED[6:])})


def test_from_the_list_to_the_pdf(visitor: Visitor, cards: list[Card]) -> None:
    visitor.open("/desk/customers/")
    visitor.keep("print_customers")
    visitor.look("document.querySelectorAll('input[name=customer]')[1].click()")
    visitor.look("document.querySelectorAll('input[name=customer]')[0].click()")
    visitor.click("Print cards of those chosen")
    visitor.sees("Print cards of 2 people")
    for width, dark in ((WIDE, False), (NARROW, False), (NARROW, True)):
        visitor.wears(width, dark)
        visitor.keep(f"print_cards_{width}_{dark}")
        visitor.fits()
        assert violations(visitor) == []


@pytest.fixture
def phone(tmp_path: Path, clerk: User) -> Iterator[CounterPhone]:
    browser = CounterPhone(tmp_path)
    try:
        with browser.at_work(clerk) as phone:
            yield phone
    finally:
        browser.close()


def test_a_card_that_they_carry_is_given_by_scanner_and_by_camera(phone: CounterPhone) -> None:
    ann = a_customer("Ann")
    phone.open(f"/desk/customers/{ann.pk}/")
    phone.click("Give one they carry")
    phone.until("document.activeElement.id === 'code'")
    phone.keep("carried_dialog")
    phone.scanner_types("9783161484100")
    phone.sees("The card is theirs now.")
    phone.click("Give one they carry")
    phone.click("Use the camera")
    phone.camera_sees("4006381333931")
    phone.allows_camera("granted")
    phone.wears(NARROW)
    phone.click("Use the camera")
    phone.until("document.getElementById('code').value === '4006381333931'")
    phone.until("document.activeElement.textContent === 'Give it to them'")
    phone.keep("carried_page")
    phone.fits()
    assert violations(phone) == []
    phone.click("Give it to them")
    phone.sees("The card is theirs now.")
    assert {codes.decrypt(each) for each in Card.objects.all()} == {"9783161484100", "4006381333931"}
