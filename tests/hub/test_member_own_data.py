"""A member's data on their own pages: changed, given out whole, deleted; and what is dead after that."""

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from contract.feed import Kind
from hub.accounts.models import MemberRequest, Passkey, SignInCode
from hub.accounts.password_operations import set_password
from hub.accounts.request_operations import ask_for
from hub.audit.models import Entry
from hub.cards.link_operations import LinkRefused, link_of
from hub.exchange.own_data import SECRETS
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.mail.models import Mail
from hub.members import operations
from hub.members.models import Company, Customer, CustomerPhoto, Link
from hub.members.profile_operations import add_customer_note, set_photo
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub.card_page import a_member, phone, phone_of, wine_club
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact
from tests.hub.mailed import letters_in, mail_by, text_of
from tests.hub.own_pages import ACCOUNT, done, page, proved_phone, said
from tests.hub.people import AT, DAY
from tests.hub.soft_passkey import SoftPasskey
from tests.hub.test_own_data import a_picture

_What = MemberRequest.What
pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


@pytest.fixture
def ann(database: Database) -> Customer:
    ann = a_member(wine_club())
    ann.email = "ann@club.example"
    return operations.save_customer(ann)


def test_name_and_phone_are_changed_and_edges_hear_of_the_name(ann: Customer) -> None:
    client = proved_phone(ann)
    assert done(client.post(f"{ACCOUNT}profile", {"name": " Ann Baker ", "phone": "+49 30 1"})) == "saved"
    ann.refresh_from_db()
    assert (ann.name, ann.phone, ann.email) == ("Ann Baker", "+49 30 1", "ann@club.example")
    assert Entry.objects.filter(actor_kind="member", thing_kind="customer", action="changed").count() == 1
    for wrong in (
        {"name": ""},
        {"name": "a\0b"},
        {"name": "x" * 201},
        {"name": "a\nb"},
        {"name": "A", "phone": "\x1b"},
    ):
        answer = client.post(f"{ACCOUNT}profile", wrong)
        assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    ann.refresh_from_db()
    assert ann.name == "Ann Baker"
    assert_exact()


def test_another_address_only_by_a_code_sent_there_and_the_old_one_hears(ann: Customer, tmp_path: Path) -> None:
    client = proved_phone(ann)
    with mail_by(f"file://{tmp_path / 'out'}"):
        assert client.post(f"{ACCOUNT}profile/email", {"email": "nonsense"}).status_code == 422
        asked = client.post(f"{ACCOUNT}profile/email", {"email": "Baker@Club.example"})
        state = asked.context_data["state"]
        Mail.objects.update(next_at=AT, created_at=AT, until=AT + timedelta(days=9))
        [letter] = letters_in(tmp_path / "out")
        assert letter["to"] == "baker@club.example" and "Ann" not in text_of(letter)
        code = next(each for each in text_of(letter).splitlines() if each.replace(" ", "").isdigit())
        wrong = client.post(f"{ACCOUNT}profile/email/code", {"state": state, "code": "00000000"})
        assert wrong.status_code == 422
        assert Customer.objects.get(pk=ann.pk).email == "ann@club.example"
        assert done(client.post(f"{ACCOUNT}profile/email/code", {"state": state, "code": code})) == "email"
        Mail.objects.filter(state="queued").update(next_at=AT, created_at=AT, until=AT + timedelta(days=9))
        [told] = letters_in(tmp_path / "out")
    assert told["to"] == "ann@club.example" and "another e-mail address" in text_of(told)
    assert Customer.objects.get(pk=ann.pk).email == "baker@club.example"
    # Pressed twice it is told once; later the code proves nothing.
    count = Mail.objects.count()
    assert done(client.post(f"{ACCOUNT}profile/email/code", {"state": state, "code": code})) == "email"
    assert Mail.objects.count() == count
    SignInCode.objects.update(used_at=AT)
    again = client.post(f"{ACCOUNT}profile/email/code", {"state": state, "code": code})
    assert again.status_code == 422


def test_a_photo_only_where_the_club_lets_them(ann: Customer) -> None:
    client = proved_phone(ann)

    def gives(picture: bytes) -> object:
        return client.post(f"{ACCOUNT}profile/photo", {"photo": SimpleUploadedFile("a.png", picture)})

    gives(a_picture())
    assert CustomerPhoto.objects.count() == 0 and "Set the photo" not in page(client, "profile")
    save_organization(Organization(members_set_photo=True))
    assert done(gives(a_picture())) == "photo"
    assert gives(b"no picture").status_code == 422  # type: ignore[attr-defined]
    assert client.post(f"{ACCOUNT}profile/photo").status_code == 422
    assert CustomerPhoto.objects.get().customer == ann
    assert done(client.post(f"{ACCOUNT}profile/photo", {"remove": ""})) == "no-photo"
    assert CustomerPhoto.objects.count() == 0


@pytest.mark.both_databases
def test_the_file_has_all_that_the_database_keeps_of_them(ann: Customer) -> None:
    """Every table that refers to a customer, and every row of theirs in it."""
    company = operations.save_company(Company(name="Cooper Ltd"))
    operations.save_link(Link(company=company, customer=ann))
    operations.issue_card(ann)
    set_photo(ann, a_picture())
    set_password(ann, "a long way round", timezone.now())
    add_customer_note(ann, "likes the window seat", None, timezone.now())
    ask_for(ann.memberships.get(), MemberRequest.What.KEEP, ann, timezone.now())
    answer = proved_phone(ann).post(f"{ACCOUNT}data")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/zip", "no-store")
    with ZipFile(BytesIO(answer.content)) as packed:
        given = json.loads(packed.read("data.json"))
        assert packed.read("photo.jpg") == bytes(CustomerPhoto.objects.get().jpeg)
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is not Customer or not (field.name == "customer" or field.one_to_one):
                continue
            kept = model._default_manager.filter(**{field.name: ann})
            there = given.get(str(model._meta.model_name), [])
            assert len(there) == kept.count(), model
            for row in kept.values() if there else ():
                shown = next(each for each in there if each.get("id", row.get("id")) == row.get("id"))
                texts = {name: value for name, value in row.items() if isinstance(value, str) and value}
                for name, value in texts.items():
                    if name not in SECRETS and name in shown:
                        assert shown[name] == value, (model, name)
    assert given["memberrequest"][0]["what"] == "keep"


def test_deleted_and_everything_that_was_theirs_is_dead(ann: Customer) -> None:
    operations.issue_card(ann)
    set_password(ann, "a long way round", timezone.now())
    other, client = phone_of(ann), proved_phone(ann)
    secret = other.cookies["doorward_card"].value
    key = SoftPasskey()
    begun = client.post(f"{ACCOUNT}security/passkeys/options").json()
    client.post(
        f"{ACCOUNT}security/passkeys",
        {"state": begun["state"], "answer": key.create(begun["options"]), "name": "phone"},
    )
    assert Passkey.objects.count() == 1
    assert "nobody can bring it back" in page(client, "data/delete")
    assert client.post(f"{ACCOUNT}data/delete").status_code == 409
    answer = client.post(f"{ACCOUNT}data/delete", {"sure": "on"})
    assert (answer.status_code, answer["Location"]) == (302, f"{ACCOUNT}deleted")
    assert "Goodbye" in said(client.get(f"{ACCOUNT}deleted"))
    assert client.cookies["doorward_card"].value == ""
    with pytest.raises(LinkRefused):
        link_of(secret)
    assert other.get("/card/still").status_code == 401
    login = {"email": "ann@club.example", "password": "a long way round"}
    assert phone().post("/card/login/password", login).status_code == 422
    begun = phone().post("/card/login/passkey/options").json()
    told = {"state": begun["state"], "answer": key.get(begun["options"])}
    assert phone().post("/card/login/passkey", told).status_code == 422
    for kind in (Kind.CARD, Kind.MEMBERSHIP, Kind.CUSTOMER):
        assert not feed.live_bodies(EVERYONE, kind)
    assert_exact()


def test_what_stands_against_it_is_said_and_nothing_goes(ann: Customer) -> None:
    company = operations.save_company(Company(name="Cooper Ltd"))
    operations.save_link(Link(company=company, customer=ann, is_admin=True))
    client = proved_phone(ann)
    text = page(client, "data/delete")
    assert "last admin of Cooper Ltd" in text and "nobody can bring it back" not in text
    refused = client.post(f"{ACCOUNT}data/delete", {"sure": "on"})
    assert refused.status_code == 409 and Customer.objects.filter(pk=ann.pk).exists()


def test_the_file_is_not_asked_for_without_end(ann: Customer) -> None:
    client = proved_phone(ann)
    answers = [client.post(f"{ACCOUNT}data").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_staff_see_what_was_asked_for_until_they_have_seen_to_it(
    ann: Customer, owner_client: Client, reports_only_client: Client
) -> None:
    held = ann.memberships.get()
    for what, more in ((_What.KEEP, {}), (_What.PLAN, {"plan": held.plan}), (_What.SEATS, {"seats": 3})):
        ask_for(held, what, ann, timezone.now() - DAY, **more)
    assert Entry.objects.filter(action="asked for", customer_id=ann.pk).count() == 3
    text = said(owner_client.get("/desk/"))
    for each in ("Members ask", "is to become Gold", "is to have 3 seats", "is to be taken back"):
        assert each in text, each
    assert "Members ask" not in said(reports_only_client.get("/desk/"))
    for asked in MemberRequest.objects.all():
        owner_client.post(f"/desk/member-requests/{asked.pk}/settle/")
    assert "Members ask" not in said(owner_client.get("/desk/"))
    assert Entry.objects.filter(action="settled").count() == 3


def test_staff_make_somebody_a_companys_admin(ann: Customer, owner_client: Client) -> None:
    company = operations.save_company(Company(name="Cooper Ltd"))
    link = operations.save_link(Link(company=company, customer=ann))
    owner_client.post(f"/desk/links/{link.pk}/admin/", {"admin": ""})
    link.refresh_from_db()
    assert link.is_admin and "Invite people" in page(proved_phone(ann), f"companies/{company.pk}")
    assert "No admin any more" in said(owner_client.get(f"/desk/companies/{company.pk}/"))
    owner_client.post(f"/desk/links/{link.pk}/admin/")
    link.refresh_from_db()
    assert not link.is_admin
