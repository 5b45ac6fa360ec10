"""Signing in at /card/login, being asked again, and the page of what a member signs in with and where."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from hub.accounts.code_operations import ask_code
from hub.accounts.models import Account, Ceremony, Passkey, SignInCode
from hub.accounts.password_operations import has_password, set_password
from hub.audit.models import Entry
from hub.cards.link_operations import LinkRefused, link_of, live_links
from hub.cards.models import CardLink
from hub.letters.sign_in_code import send_code
from hub.mail.models import Mail
from hub.members import operations
from hub.members.models import Customer
from tests.hub.card_page import phone, phone_of
from tests.hub.mailed import letters_in, mail_by, text_of
from tests.hub.people import AT
from tests.hub.soft_passkey import SoftPasskey
from tests.hub.without_scripts import Reader

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
MAIL, PASSWORD, SECURITY = "ann@club.example", "a long way round", "/card/account/security"
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


def a_member(name: str = "Ann", email: str = MAIL) -> Customer:
    return operations.save_customer(Customer(name=name, email=email))


def asked_for(client: Client, folder: Path, email: str = MAIL, **more: str) -> tuple[str, str]:
    """State and code: the one from the page, the other from the letter."""
    with mail_by(f"file://{folder}"):
        answer = client.post("/card/login", {"email": email, **more})
        assert answer.status_code == 200
        Mail.objects.update(next_at=AT, created_at=AT, until=AT + timedelta(days=9))
        letters = letters_in(folder)
    lines = text_of(letters[0]).splitlines()
    code = next(each for each in lines if each.replace(" ", "").isdigit())
    return str(answer.context_data["state"]), code


def signed_in(customer: Customer) -> Client:
    """By a password, a moment ago."""
    set_password(customer, PASSWORD, timezone.now())
    client = phone()
    answer = client.post("/card/login/password", {"email": customer.email, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/card/")
    return client


def link_on(client: Client) -> CardLink:
    return link_of(client.cookies["doorward_card"].value)


@pytest.mark.both_databases
def test_by_a_code_and_never_twice_by_the_same(folder: Path) -> None:
    ann, client = a_member(), phone()
    state, code = asked_for(client, folder)
    answer = client.post("/card/login/code", {"state": state, "code": code}, headers={"User-Agent": CHROME})
    assert (answer.status_code, answer["Location"]) == (302, "/card/")
    link = link_on(client)
    assert (link.customer, link.label) == (ann, "Chrome, Android") and link.proved_at is not None
    assert "Ann" in client.get("/card/").content.decode()
    # Pressed twice it is one session; later the code opens nothing.
    twice = phone()
    twice.post("/card/login/code", {"state": state, "code": code})
    assert link_on(twice) == link and CardLink.objects.filter(proved_at__isnull=False).count() == 1
    SignInCode.objects.update(used_at=timezone.now() - timedelta(minutes=1))
    again = phone().post("/card/login/code", {"state": state, "code": code})
    assert again.status_code == 422 and "doorward_card" not in again.cookies


def test_the_letter_has_a_link_too_and_only_the_page_that_asked_takes_the_code(folder: Path) -> None:
    ann, asking = a_member(), phone()
    with mail_by(f"file://{folder}"):
        state = asking.post("/card/login", {"email": MAIL}).context_data["state"]
        Mail.objects.update(next_at=AT, created_at=AT, until=AT + timedelta(days=9))
        [letter] = letters_in(folder)
    text = text_of(letter)
    code = next(each for each in text.splitlines() if each.replace(" ", "").isdigit())
    assert (letter["to"], letter["subject"]) == (MAIL, "Your code for Doorward") and code not in letter["subject"]
    secret = next(each for each in text.splitlines() if "/card/open#" in each).rpartition("#")[2]
    assert link_of(secret).customer == ann and code in text_of(letter, "html")
    other = phone().post("/card/login/code", {"state": "another page's", "code": code})
    assert other.status_code == 422
    assert asking.post("/card/login/code", {"state": state, "code": code}).status_code == 302


def test_who_asks_is_told_the_same_whether_somebody_is_known_or_not(folder: Path) -> None:
    a_member()
    pages = []
    with mail_by(f"file://{folder}"):
        for email in (MAIL, "bob@club.example"):
            answer = phone().post("/card/login", {"email": email})
            state = answer.context_data["state"]
            wrong = phone().post("/card/login/code", {"state": state, "code": "00000000", "email": email})
            said = [each.content.decode().replace(email, "X").replace(state, "S") for each in (answer, wrong)]
            pages.append([each.split("csrfmiddlewaretoken")[0] for each in said])
            pages[-1].append(wrong.status_code)
    assert pages[0] == pages[1]
    assert Mail.objects.count() == 1


def test_a_family_says_who_they_are_and_nobody_elses_name_is_told(folder: Path) -> None:
    ann, bert, client = a_member(), a_member("Bert"), phone()
    cleo = a_member("Cleo", "cleo@club.example")
    state, code = asked_for(client, folder)
    choice = client.post("/card/login/code", {"state": state, "code": code})
    text = choice.content.decode()
    assert choice.status_code == 200 and "Ann" in text and "Bert" in text and "Cleo" not in text
    assert "doorward_card" not in choice.cookies
    proved = choice.context_data["state"]
    assert client.post("/card/login/who", {"state": proved, "customer": str(cleo.pk)}).status_code == 422
    # Whoever chose somebody else's has lost the state.
    assert client.post("/card/login/who", {"state": proved, "customer": str(bert.pk)}).status_code == 422
    assert CardLink.objects.filter(proved_at__isnull=False).count() == 0
    state, code = asked_for(client, folder)
    proved = client.post("/card/login/code", {"state": state, "code": code}).context_data["state"]
    assert client.post("/card/login/who", {"state": proved, "customer": str(bert.pk)}).status_code == 302
    assert link_on(client).customer == bert != ann


def test_wrong_passwords_are_told_the_same_and_braked() -> None:
    set_password(a_member(), PASSWORD, timezone.now())
    said = []
    for email in (MAIL, "bob@club.example"):
        for _ in range(5):
            answer = phone().post("/card/login/password", {"email": email, "password": "guess"})
        said.append((answer.status_code, answer.context_data["wrong_password"]))
    assert said[0] == said[1] and said[0][0] == 422
    assert phone().post("/card/login/password", {"email": MAIL, "password": PASSWORD}).status_code == 429


def test_by_a_passkey() -> None:
    ann, key = a_member(), SoftPasskey()
    client = signed_in(ann)
    begun = client.post(f"{SECURITY}/passkeys/options").json()
    answer = {"state": begun["state"], "answer": key.create(begun["options"]), "name": ""}
    done = client.post(f"{SECURITY}/passkeys", answer, headers={"User-Agent": CHROME})
    assert done["Location"] == f"{SECURITY}?done=passkey"
    assert Passkey.objects.get().name == "Chrome, Android"
    other = phone()
    begun = other.post("/card/login/passkey/options").json()
    told = {"state": begun["state"], "answer": key.get(begun["options"])}
    assert other.post("/card/login/passkey", told).status_code == 302
    assert link_on(other).customer == ann
    assert phone().post("/card/login/passkey", told).status_code == 422
    number = Passkey.objects.get().pk
    client.post(f"{SECURITY}/passkeys/{number}/remove")
    assert Passkey.objects.count() == 0


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/desk/", "/card/\\evil", "javascript:1", "/card//\t/x"]
)
def test_nobody_is_sent_anywhere_else(to: str) -> None:
    set_password(a_member(), PASSWORD, timezone.now())
    said = {"email": MAIL, "password": PASSWORD, "next": to}
    assert phone().post("/card/login/password", said)["Location"].startswith("/card/")
    assert "evil" not in phone().get("/card/login", {"next": to}).content.decode().replace("/card/\\evil", "")


def test_a_link_that_was_shown_is_asked_before_anything_sensitive_and_gets_one_of_its_own(folder: Path) -> None:
    ann = a_member()
    client = phone_of(ann)
    shown = link_on(client)
    asked = client.get(SECURITY)
    assert asked["Location"] == "/card/login?next=%2Fcard%2Faccount%2Fsecurity"
    page = client.get(asked["Location"]).content.decode()
    assert "Is it you?" in page and f'value="{SECURITY}"' in page
    # Who only has the phone learns no address by it.
    assert "a•••@c•••.example" in page and MAIL not in page
    with mail_by(f"file://{folder}"):
        for asked in (
            client.post("/card/login", {"next": SECURITY}),
            client.post("/card/login/code", {"state": "0"}),
        ):
            assert "a•••@c•••.example" in asked.content.decode() and MAIL not in asked.content.decode()
    Mail.objects.all().delete()
    state, code = asked_for(client, folder, email="", next=SECURITY)
    answer = client.post("/card/login/code", {"state": state, "code": code, "next": SECURITY})
    assert answer["Location"] == SECURITY
    assert client.get(SECURITY).status_code == 200
    shown.refresh_from_db()
    assert link_on(client) != shown and shown.proved_at is None and shown.revoked_at is None


@pytest.mark.parametrize(
    "path",
    [
        "/password",
        "/password/remove",
        "/passkeys",
        "/passkeys/options",
        "/passkeys/1/remove",
        "/phones/1/end",
        "/phones/end",
    ],
)
def test_after_a_quarter_of_an_hour_nothing_is_changed(path: str) -> None:
    ann = a_member()
    client = signed_in(ann)
    CardLink.objects.update(proved_at=timezone.now() - timedelta(minutes=16))
    answer = client.post(SECURITY + path, {"password": "another long way", "again": "another long way"})
    assert answer["Location"].startswith("/card/login?next=")
    assert has_password(ann) and len(live_links(ann)) == 1
    stranger = phone().post(SECURITY + path)
    assert stranger.status_code == 200 and "Sign in" in stranger.content.decode()


def test_who_proves_to_be_somebody_else_is_signed_in_as_them_and_the_former_session_ends() -> None:
    ann, bert = a_member(), a_member("Bert", "bert@club.example")
    client = signed_in(ann)
    anns = link_on(client)
    set_password(bert, PASSWORD, timezone.now())
    client.post("/card/login/password", {"email": bert.email, "password": PASSWORD, "next": SECURITY})
    anns.refresh_from_db()
    assert link_on(client).customer == bert and anns.revoked_at is not None


def test_leaving_ends_a_session_and_no_link_that_was_shown() -> None:
    ann = a_member()
    signed, shown = signed_in(ann), phone_of(ann)
    secrets = [each.cookies["doorward_card"].value for each in (signed, shown)]
    for each in (signed, shown):
        each.post("/card/leave")
    with pytest.raises(LinkRefused):
        link_of(secrets[0])
    assert link_of(secrets[1]).customer == ann


def test_phones_are_listed_and_ended_by_their_own_member_alone() -> None:
    ann, bert = a_member(), a_member("Bert", "bert@club.example")
    mine, other, berts = signed_in(ann), phone_of(ann), phone_of(bert)
    other.get("/card/", headers={"User-Agent": CHROME})
    text = mine.get(SECURITY).content.decode()
    assert "Chrome, Android" in text and "this one" in text
    mine.post(f"{SECURITY}/phones/{link_on(berts).pk}/end")
    assert berts.get("/card/still").status_code == 204
    mine.post(f"{SECURITY}/phones/{link_on(other).pk}/end")
    assert other.get("/card/still").status_code == 401
    third = phone_of(ann)
    mine.post(f"{SECURITY}/phones/end")
    assert (third.get("/card/still").status_code, mine.get("/card/still").status_code) == (401, 204)


def test_a_password_is_changed_and_its_mailbox_hears_of_it(folder: Path) -> None:
    ann = a_member()
    client, other = signed_in(ann), phone_of(ann)
    for said in ({"again": "different"}, {"password": "short", "again": "short"}, {}):
        refused = client.post(f"{SECURITY}/password", {"password": "another long way", **said})
        assert refused.status_code == 422
    new = {"password": "another long way", "again": "another long way", "others": "on"}
    with mail_by(f"file://{folder}"):
        done = client.post(f"{SECURITY}/password", new, follow=True)
        Mail.objects.update(next_at=AT, created_at=AT, until=AT + timedelta(days=9))
        [letter] = letters_in(folder)
    assert "Your password is set." in done.content.decode()
    assert letter["to"] == MAIL and "A password was set." in text_of(letter)
    assert other.get("/card/still").status_code == 401
    account = Account.objects.get()
    client.post(f"{SECURITY}/password/remove")
    assert account.password and not has_password(ann)
    logged = str(list(Entry.objects.values()))
    assert "another long way" not in logged and account.password not in logged


def test_what_they_sign_in_with_is_in_no_answer_but_its_own() -> None:
    ann = a_member()
    client = signed_in(ann)
    text = client.get(SECURITY).content.decode()
    assert Account.objects.get().password not in text and client.cookies["doorward_card"].value not in text


def test_without_mail_the_other_ways_are_there() -> None:
    a_member()
    page = phone().get("/card/login").content.decode()
    assert "sends no letters" in page and "With a password" in page
    phone().post("/card/login", {"email": MAIL})
    assert SignInCode.objects.count() == 0


def test_a_letter_that_says_only_the_code_knows_nobody(folder: Path) -> None:
    a_member()
    with mail_by(f"file://{folder}"):
        send_code(ask_code(MAIL, AT, known_only=False), AT, with_links=False)
        [letter] = letters_in(folder, AT)
    assert "Ann" not in text_of(letter) and "/card/open" not in text_of(letter)


def test_a_session_that_somebody_else_is_sent_proves_nothing_there() -> None:
    ann, mine, another = a_member(), signed_in(a_member("Bert", "bert@club.example")), phone()
    secret = mine.cookies["doorward_card"].value
    assert another.post("/card/open", {"link": secret}).status_code == 302
    assert link_on(another).customer == link_on(mine).customer != ann
    assert link_on(another).proved_at is None and link_on(mine).proved_at is not None
    answer = another.get(SECURITY)
    assert answer.status_code == 302 and answer["Location"].startswith("/card/login")
    assert mine.get(SECURITY).status_code == 200 and len(live_links(link_on(mine).customer)) == 2


def test_strangers_who_ask_for_codes_keep_nobody_from_proving_on_their_own_phone(folder: Path) -> None:
    client = phone_of(a_member())
    with mail_by(f"file://{folder}"):
        for _ in range(6):
            phone().post("/card/login", {"email": MAIL})
    Mail.objects.all().delete()
    state, code = asked_for(client, folder)
    assert client.post("/card/login/code", {"state": state, "code": code}).status_code == 302


PROFILE = "/card/account/profile"


def proves_again(client: Client, to: str) -> Any:
    return client.post("/card/login/password", {"password": PASSWORD, "next": to})


def test_what_was_typed_is_kept_while_they_prove_who_they_are() -> None:
    ann = a_member()
    client, other = signed_in(ann), signed_in(ann)
    CardLink.objects.update(proved_at=timezone.now() - timedelta(minutes=16))
    answer = client.post(PROFILE, {"name": "Ann & Co", "phone": "01\n23"})
    assert answer["Location"].startswith("/card/login")
    kept = Ceremony.objects.get(kind="typed")
    # Another phone of theirs is given nothing of it.
    proves_again(other, PROFILE)
    assert "Name and phone" in other.get(PROFILE).content.decode() and Ceremony.objects.get(kind="typed") == kept
    assert proves_again(client, PROFILE)["Location"] == PROFILE
    reader = Reader(client).open(PROFILE)
    assert "Go on with what you typed?" in reader.text and "Ann &amp; Co" in reader.text
    form = next(each for each in reader.forms() if each.action == PROFILE)
    assert (form.fields["name"], "doorward_typed") == ("Ann & Co", client.cookies["doorward_typed"].key)
    client.post(form.action, form.fields | {"phone": "0123"})
    assert Customer.objects.get().name == "Ann & Co"
    assert "Go on with what you typed?" not in client.get(PROFILE).content.decode()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (f"{SECURITY}/password", {"password": "another long way", "again": "another long way"}),
        (f"{SECURITY}/phones/end", {}),
        ("/card/account/data/delete", {"sure": "on"}),
        ("/card/account/profile/email/code", {"state": "s", "code": "12345678"}),
        (PROFILE, {"name": "x" * 30_001}),
    ],
)
def test_nothing_secret_and_nothing_endless_is_kept(path: str, said: dict[str, str]) -> None:
    client = signed_in(a_member())
    CardLink.objects.update(proved_at=timezone.now() - timedelta(minutes=16))
    assert client.post(path, said)["Location"].startswith("/card/login")
    assert not Ceremony.objects.exists() and "doorward_typed" not in client.cookies


def test_what_was_typed_is_nobody_elses_who_signs_in_there() -> None:
    bert = a_member("Bert", "bert@club.example")
    set_password(bert, PASSWORD, timezone.now())
    client = signed_in(a_member())
    CardLink.objects.update(proved_at=timezone.now() - timedelta(minutes=16))
    client.post(PROFILE, {"name": "Ann & Co"})
    client.post("/card/login/password", {"email": bert.email, "password": PASSWORD, "next": PROFILE})
    assert "Ann &amp; Co" not in client.get(PROFILE).content.decode()
