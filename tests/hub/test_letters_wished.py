"""Which letters somebody gets: staff, they themselves, and each letter's own link say so."""

import pytest
from django.conf import settings
from django.test import Client

from hub.audit.models import Entry
from hub.letters.kinds import Kind
from hub.letters.models import LetterWishes
from hub.letters.queries import wishes_of
from hub.letters.unsubscribing import address_for
from hub.letters.wish_operations import set_wishes
from hub.members import operations
from hub.members.models import Customer
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from hub.wallet import letters
from tests.hub.card_page import phone, phone_of
from tests.hub.mailed import mail_by

pytestmark = pytest.mark.usefixtures("database")
MINE = "/card/letters"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ann(database: object) -> Customer:
    return operations.save_customer(Customer(name="Ann", email="ann@club.example"))


def stop(kind: Kind, customer: Customer) -> str:
    return address_for(kind, customer.pk).removeprefix(settings.DOORWARD_URL)


def wanted(customer: Customer) -> tuple[bool, bool]:
    wishes = wishes_of(customer)
    return wishes.expiring, wishes.receipts


def entries() -> list[tuple[str, dict[str, bool]]]:
    found = Entry.objects.filter(thing_kind="letterwishes").order_by("number")
    return list(found.values_list("actor", "after"))


def test_a_mail_program_ends_them_with_one_press_and_nothing_else(ann: Customer) -> None:
    """RFC 8058: no cookie, no page before it, no redirect; opening the address is no press."""
    set_wishes(ann, receipts=True)
    program = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    expiring, receipts = stop(Kind.EXPIRING, ann), stop(Kind.RECEIPT, ann)
    opened = program.get(expiring)
    assert opened.status_code == 200 and b"Send me no more of them" in opened.content
    assert wanted(ann) == (True, True)
    for _ in range(2):
        assert program.post(expiring, ONE_CLICK).status_code == 200
    assert wanted(ann) == (False, True)
    pressed = program.post(receipts, ONE_CLICK)
    assert b"You get no receipts." in pressed.content and not pressed.cookies.get("doorward_card")
    assert wanted(ann) == (False, False)
    program.post(receipts, {"again": "1"})
    assert wanted(ann) == (False, True)
    assert [actor for actor, _after in entries()[1:]] == ["the member"] * 3
    for header in ("Cache-Control", "X-Robots-Tag"):
        assert opened[header] in ("no-store", "noindex")


def test_a_link_that_is_not_ours_ends_nothing(ann: Customer) -> None:
    bob = operations.save_customer(Customer(name="Bob"))
    good = stop(Kind.EXPIRING, ann)
    client = phone()
    for forged in (
        good[:-1],
        good.replace(f"-{ann.pk}.", f"-{bob.pk}."),
        good.replace("expiring", "receipt"),
        MINE + "/x",
    ):
        assert client.post(forged, ONE_CLICK).status_code == 404
    assert not LetterWishes.objects.exists()
    operations.delete_customers([ann])
    assert client.post(good, ONE_CLICK).status_code == 200
    assert not LetterWishes.objects.exists()


def test_members_choose_on_their_own_phone(ann: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = phone_of(ann)
    assert b"Open my card" in phone().get(MINE).content
    assert b"Letters to me" not in theirs.get("/card/").content
    assert b"sends no letters" in theirs.get(MINE).content
    with mail_by("console:"):
        assert b"Letters to me" in theirs.get("/card/").content
        page = theirs.get(MINE).content.decode()
        assert "They go to ann@club.example." in page and "14 days before my membership ends" in page
        both = {"expiring_shown": "", "receipts_shown": ""}
        saved = theirs.post(MINE, both | {"receipts": "on"}, follow=True).content.decode()
        assert "Saved." in saved and wanted(ann) == (False, True)
        # Where the organization sends none of them, nothing is said of them.
        save_organization(Organization(expiring_days=0))
        assert "before my membership ends" not in theirs.get(MINE).content.decode()
        theirs.post(MINE, {"receipts_shown": ""})
        assert wanted(ann) == (False, False)
        monkeypatch.setattr(letters, "_CHANGED", letters.Limit("few", 1, 3600))
        assert [theirs.post(MINE, both).status_code for _ in range(2)] == [302, 429]
        assert theirs.post(stop(Kind.RECEIPT, ann), {"again": "1"}).status_code == 429
    assert entries() == [
        ("the member", {"expiring": False, "receipts": True}),
        ("the member", {"receipts": False}),
    ]


def test_staff_say_it_on_the_profile(ann: Customer, colleague_client: Client, front_desk_client: Client) -> None:
    profile, address = f"/desk/customers/{ann.pk}/", f"/desk/customers/{ann.pk}/letters/"
    assert b"They want" not in colleague_client.get(profile).content
    with mail_by("console:"):
        assert b'name="expiring" checked' in colleague_client.get(profile).content
        assert b"They want" not in front_desk_client.get(profile).content
        colleague_client.post(address, {"receipts": "on"})
        assert wanted(ann) == (False, True)
        page = colleague_client.get(profile).content.decode()
        assert 'name="receipts" checked' in page and "Letters to Ann" in page
    assert front_desk_client.post(address, {}).status_code == 403
    assert wanted(ann) == (False, True)
