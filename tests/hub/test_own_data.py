"""What is kept of a member: given out whole and without secrets, and deleted by themselves, or why not yet."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from hub.accounts.leaving_operations import NotYet, delete_own, what_stands_against
from hub.accounts.models import Account
from hub.accounts.password_operations import set_password
from hub.audit.models import Entry
from hub.cards.link_operations import LinkRefused, link_of, make_link
from hub.cards.models import CardLink
from hub.exchange.own_data import own_data
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.letters.wish_operations import set_wishes
from hub.members import codes, operations
from hub.members.models import Card, Company, Customer, Link, Membership
from hub.members.profile_operations import add_customer_note, set_photo
from hub.members.signals import leaving_asked
from hub.members.status_operations import freeze_membership
from tests.hub.people import AT, DAY, a_membership, a_plan

pytestmark = pytest.mark.usefixtures("database")


def a_member(name: str = "Ann", email: str = "ann@club.example") -> Customer:
    return operations.save_customer(Customer(name=name, email=email, phone="+49 1"))


def a_picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (300, 300), "red").save(file, "PNG")
    return file.getvalue()


def opened(data: bytes) -> tuple[dict[str, list[dict[str, object]]], set[str]]:
    with ZipFile(BytesIO(data)) as packed:
        return json.loads(packed.read("data.json")), set(packed.namelist())


def test_all_that_is_kept_and_no_secret_and_nothing_of_others() -> None:
    ann, bert = a_member(), a_member("Bert Unknown", "bert@club.example")
    company = operations.save_company(Company(name="Küfer Ltd"))
    for each in (ann, bert):
        operations.save_link(Link(customer=each, company=company), AT)
    membership = a_membership(a_plan(), customer=ann, ends_at=AT + 30 * DAY)
    freeze_membership(membership, AT, AT + DAY)
    card = operations.issue_card(ann)
    secret = make_link(ann, AT).address.rpartition("#")[2]
    set_password(ann, "a long way round", AT)
    set_photo(ann, a_picture())
    add_customer_note(ann, "likes the window seat", User.objects.create_user("desk"), AT)
    set_wishes(ann, receipts=True)
    said, files = opened(own_data(ann, AT))
    assert files == {"data.json", "photo.jpg"}
    kinds = {
        "customer",
        "membership",
        "freeze",
        "card",
        "cardlink",
        "link",
        "account",
        "customernote",
        "letterwishes",
    }
    assert kinds | {"customerphoto", "letters", "changes"} <= set(said)
    assert said["customer"][0]["phone"] == "+49 1"
    assert said["membership"][0]["plan"] == f"Full (#{membership.plan_id})"
    assert said["customernote"][0]["text"] == "likes the window seat"
    assert said["link"][0]["company"] == f"Küfer Ltd (#{company.pk})"
    text = json.dumps(said)
    secrets = (secret, codes.decrypt(card), Account.objects.get().password, "Bert", "bert@", "pbkdf2")
    assert not [each for each in secrets if each in text]
    assert Entry.objects.filter(action="given out", customer_id=ann.pk).count() == 1


def test_what_many_refer_to_is_asked_for_once() -> None:
    ann, desk = a_member(), User.objects.create_user("desk")
    for _ in range(20):
        add_customer_note(ann, "x", desk, AT)
    with CaptureQueriesContext(connection) as asked:
        said, _files = opened(own_data(ann, AT))
    assert len(said["customernote"]) == 20
    assert len([each for each in asked if 'FROM "members_customer"' in each["sql"]]) == 1


def test_deleted_by_themselves_all_of_it_is_dead() -> None:
    ann = a_member()
    membership = a_membership(a_plan(), customer=ann)
    secret = make_link(ann, AT).address.rpartition("#")[2]
    operations.issue_card(ann)
    set_password(ann, "a long way round", AT)
    delete_own(ann, AT)
    delete_own(ann, AT)
    for model in (Customer, Card, CardLink, Account, Membership):
        assert model.objects.count() == 0
    assert membership.pk and feed.head(EVERYONE).digest == feed.digest_from_rows(EVERYONE)
    with pytest.raises(LinkRefused):
        link_of(secret)
    gone = Entry.objects.filter(customer_id=ann.pk, action="deleted", thing_kind="customer").get()
    assert (gone.actor_kind, gone.thing) == ("member", "erased")


def test_not_as_the_last_admin_of_a_company() -> None:
    ann = a_member()
    company = operations.save_company(Company(name="Küfer Ltd"))
    operations.save_link(Link(customer=ann, company=company, is_admin=True), AT)
    with pytest.raises(NotYet, match="last admin of Küfer Ltd"):
        delete_own(ann, AT)
    assert Customer.objects.count() == 1


def test_not_while_somebody_who_was_asked_says_why() -> None:
    ann = a_member()
    with says("Cancel Gold first: it is paid until May."):
        assert what_stands_against(ann, AT) == ["Cancel Gold first: it is paid until May."]
        with pytest.raises(NotYet, match="Cancel Gold first"):
            delete_own(ann, AT)
    with says(""):
        delete_own(ann, AT)
    assert Customer.objects.count() == 0


@contextmanager
def says(text: str) -> Iterator[None]:
    def answer(**_: object) -> str:
        return text

    leaving_asked.connect(answer)
    try:
        yield
    finally:
        leaving_asked.disconnect(answer)
