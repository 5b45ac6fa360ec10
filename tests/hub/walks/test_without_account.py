"""Pages for people who have no account, in a real browser: the rules of page_rules.py hold there too."""

from collections.abc import Iterator

import pytest

from contract.card import RANDOM_BYTES, new_code
from hub.letters.kinds import Kind
from hub.letters.unsubscribing import address_for
from hub.members import codes, operations
from hub.members.models import Customer
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub.card_page import a_member, secret_for, wine_club
from tests.hub.mailed import mail_by
from tests.hub.walks.page_rules import keeps_the_rules
from tests.hub.walks.visitor import Visitor

PHONE, TALL = 390, 844


@pytest.fixture
def ann(sqlite_database: object) -> Customer:
    save_organization(Organization(name="Harbour Wine Club", colour="#7c2d4f"))
    ann = a_member(wine_club())
    ann.email = "ann@club.example"
    return operations.save_customer(ann)


@pytest.fixture
def somebody(chromium: Visitor, ann: Customer) -> Iterator[Visitor]:
    with mail_by("console:"), chromium.at_work(None) as visitor:
        yield visitor
        visitor._call("Storage.clearDataForOrigin", {"origin": visitor.hub, "storageTypes": "all"})


def looked_at(somebody: Visitor, path: str, says: str) -> None:
    def show() -> None:
        somebody.open(path)
        somebody.sees(says)

    keeps_the_rules(somebody, show)
    for dark in (False, True):
        somebody.wears(PHONE, dark, TALL)
        show()
        somebody.fits()
        name = says.lower().replace(" ", "_").strip("?.")
        somebody.keep(f"account_{name}_{'dark' if dark else 'light'}")


def test_whoever_they_are(somebody: Visitor, ann: Customer) -> None:
    code = codes.decrypt(operations.issue_card(ann))
    stop = address_for(Kind.EXPIRING, ann.pk).partition("/card/")[2]
    pages = {
        "/card/": "Open my card",
        "/card/open": "put your link here",
        "/card/login": "Send me a code",
        f"/card/{stop}": "No more letters?",
        f"/card/{stop[:-1]}": "This link is not whole",
        f"/c/{code}": "Gold",
        f"/c/{new_code(b'n' * RANDOM_BYTES)}": "This card is not known here",
    }
    for path, says in pages.items():
        looked_at(somebody, path, says)
    somebody.open(f"/card/{stop}")
    somebody.click("Send me no more of them")
    somebody.sees("You get no letter when your membership ends.")
    somebody.click("Send them to me again")
    somebody.sees("You get a letter when your membership ends soon.")


def test_a_member_on_their_own_phone(somebody: Visitor, ann: Customer) -> None:
    card = operations.issue_card(ann)
    somebody.go(f"{somebody.hub}/card/open#{secret_for(ann)}")
    somebody.sees("Ann Miller")
    pages = {
        "/card/": "Ann Miller",
        "/card/letters": "They go to ann@club.example.",
        f"/card/lost/{card.pk}": "Is this card lost?",
        "/card/replaced": "Your new card is ready",
    }
    for path, says in pages.items():
        looked_at(somebody, path, says)
    somebody.open("/card/")
    somebody.click("Letters to me")
    somebody.click("a receipt each time something is redeemed with my card")
    somebody.click("Save")
    somebody.sees("Saved.")
    assert ann.letter_wishes.receipts
