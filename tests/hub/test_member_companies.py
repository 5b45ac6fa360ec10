"""Companies on members' own pages: invited by one address a line, accepted, removed, within seats; and left."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from contract.feed import Kind
from hub.accounts.models import CompanyInvitation
from hub.audit.models import Entry
from hub.cards.link_operations import link_of
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.mail.models import Mail
from hub.members import operations
from hub.members.models import Card, Company, Customer, Link, Membership, Plan
from tests.hub.card_page import phone
from tests.hub.conftest import Database
from tests.hub.followed import assert_exact
from tests.hub.joining_club import open_for_all
from tests.hub.mailed import letters_in, mail_by, text_of
from tests.hub.own_pages import ACCOUNT, done, page, press, proved_phone, said
from tests.hub.people import DAY, a_plan
from tests.hub.test_company_people import together

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
INVITATION = f"{ACCOUNT}invitation"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def a_member(name: str, email: str = "") -> Customer:
    return operations.save_customer(Customer(name=name, email=email))


def cooper(admin: Customer, seats: int | None = 3) -> Company:
    company = operations.save_company(Company(name="Cooper Ltd"))
    operations.save_membership(
        Membership(plan=a_plan(), company=company, seats=seats, starts_at=timezone.now() - DAY)
    )
    operations.save_link(Link(company=company, customer=admin, is_admin=True))
    return company


def invited(client: Client, company: Company, lines: str, out: Path) -> tuple[str, list[str]]:
    """What the page says, and the secrets in the letters that left."""
    with mail_by(f"file://{out}"):
        text = said(client.post(f"{ACCOUNT}companies/{company.pk}/invite", {"people": lines}))
        Mail.objects.update(next_at=timezone.now() - DAY)
        letters = [text_of(each) for each in letters_in(out, timezone.now())]
    return text, [each.partition("/card/account/invitation#")[2].split()[0] for each in letters]


def opened(client: Client, secret: str) -> Client:
    answer = client.post(INVITATION, {"link": f"https://club.example{INVITATION}#{secret}"})
    assert (answer.status_code, answer["Location"]) == (302, INVITATION)
    cookie = client.cookies["doorward_invitation"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/card/", True, "Lax")
    return client


def test_each_line_is_invited_or_says_why_not(database: Database, out: Path) -> None:
    ann, bert = a_member("Ann"), a_member("Bert", "bert@club.example")
    company = cooper(ann, seats=4)
    operations.save_link(Link(company=company, customer=bert))
    client = proved_phone(ann)
    lines = "new@club.example\r\n\r\nnonsense\nbert@club.example\nnew@club.example\nx@y.example\nlate@y.example"
    text, secrets = invited(client, company, lines, out)
    assert "Invited: new@club.example, x@y.example" in text and len(secrets) == 2
    for why in (
        "nonsense: Type your e-mail",
        "belongs to this company already",
        "late@y.example: No seat is free",
    ):
        assert why in text, why
    page_text = page(client, f"companies/{company.pk}")
    assert "2 of 4 seats taken. 2 more are held by invitations." in page_text and "No seat is free" in page_text
    assert "Write an e-mail address on each line." in invited(client, company, "  \n", out)[0]


def test_a_letter_that_cannot_go_makes_no_invitation(database: Database) -> None:
    ann = a_member("Ann")
    company = cooper(ann)
    client = proved_phone(ann)
    answer = client.post(f"{ACCOUNT}companies/{company.pk}/invite", {"people": "new@club.example"})
    assert "sends no letters" in said(answer) and CompanyInvitation.objects.count() == 0


def test_accepted_by_somebody_new_who_has_a_card_then(database: Database, out: Path) -> None:
    ann = a_member("Ann")
    company = cooper(ann)
    _text, [secret] = invited(proved_phone(ann), company, "bert@club.example", out)
    client = opened(phone(), secret)
    text = said(client.get(INVITATION))
    assert (
        "Cooper Ltd" in text
        and "bert@club.example" in text
        and secret not in client.get(INVITATION).content.decode()
    )
    assert client.post(f"{INVITATION}/accept", {"name": "\0"}).status_code == 409
    assert done(client.post(f"{INVITATION}/accept", {"name": "Bert"})) == "joined"
    bert = Customer.objects.get(name="Bert")
    assert (bert.email, Card.objects.get().customer) == ("bert@club.example", bert)
    assert link_of(client.cookies["doorward_card"].value).customer == bert
    assert client.cookies["doorward_invitation"].value == ""
    assert "through Cooper Ltd" in page(client)
    assert len(feed.live_bodies(EVERYONE, Kind.LINK)) == 2
    assert_exact()
    again = phone().post(INVITATION, {"link": secret})
    assert again.status_code == 422 and "accepted already" in said(again)


def test_who_is_known_signs_in_first_and_nobody_else_takes_it(database: Database, out: Path) -> None:
    ann, bert, cleo = (a_member(name, f"{name.lower()}@club.example") for name in ("Ann", "Bert", "Cleo"))
    company = cooper(ann)
    _text, [secret] = invited(proved_phone(ann), company, "bert@club.example", out)
    for client in (opened(phone(), secret), opened(proved_phone(cleo), secret)):
        assert "sign in with it first" in said(client.get(INVITATION))
        assert client.post(f"{INVITATION}/accept", {"name": "Eve"}).status_code == 409
    client = opened(proved_phone(bert), secret)
    assert "Accept as Bert" in said(client.get(INVITATION))
    assert done(client.post(f"{INVITATION}/accept")) == "joined"
    assert set(company.customers.all()) == {ann, bert} and Customer.objects.count() == 3


@pytest.mark.parametrize("is_known", [False, True])
def test_the_terms_are_shown_and_accepted(database: Database, out: Path, is_known: bool) -> None:
    ann = a_member("Ann")
    bert = a_member("Bert", "bert@club.example") if is_known else None
    company = cooper(ann)
    old = open_for_all(terms="Be kind.").terms_version
    _text, [secret] = invited(proved_phone(ann), company, "bert@club.example", out)
    client = opened(proved_phone(bert) if bert else phone(), secret)
    assert "Be kind." in said(client.get(INVITATION))
    now = open_for_all(terms="Be <i>kinder</i>.").terms_version
    for wrong in ({}, {"shown": now}, {"terms": "on"}, {"terms": "on", "shown": old}):
        refused = client.post(f"{INVITATION}/accept", {"name": "Bert", **wrong})
        assert refused.status_code == 409 and "Read the terms, and accept them" in said(refused)
        assert "Be &lt;i&gt;kinder&lt;/i&gt;." in refused.content.decode()
    assert list(company.customers.all()) == [ann]
    accepted = {"name": "Bert", "terms": "on", "shown": now}
    assert done(client.post(f"{INVITATION}/accept", accepted)) == "joined"
    assert Entry.objects.get(action="accepted").after == {"terms": now}


def test_nothing_comes_of_hostile_links(database: Database) -> None:
    for link in ("", "#", "\0", "x" * 5_000, "https://evil.example/#abc", "\u202e#\u202e"):
        answer = phone().post(INVITATION, {"link": link})
        assert answer.status_code in (400, 422) and "doorward_card" not in answer.cookies
    client = phone()
    client.cookies["doorward_invitation"] = "nonsense"
    assert "counts no more" in said(client.get(INVITATION))
    assert phone().post(f"{INVITATION}/accept", {"name": "Eve"})["Location"] == INVITATION


def test_removed_made_admin_and_left_and_edges_hear_at_once(database: Database) -> None:
    ann, bert, cleo = a_member("Ann"), a_member("Bert"), a_member("Cleo")
    company = cooper(ann)
    berts, _cleos = (operations.save_link(Link(company=company, customer=each)) for each in (bert, cleo))
    client, path = proved_phone(ann), f"companies/{company.pk}"
    refused = press(client, f"{path}/leave")
    assert refused.status_code == 409 and "last admin" in said(refused)
    assert done(press(client, f"{path}/people/{berts.pk}/admin")) == "admin"
    assert "Invite people" in page(proved_phone(bert), path)
    assert "Invite people" not in page(proved_phone(cleo), path)
    assert done(press(client, f"{path}/leave")) == "left"
    assert client.get(ACCOUNT + path).status_code == 404
    [cleos] = Link.objects.filter(customer=cleo)
    assert done(press(proved_phone(bert), f"{path}/people/{cleos.pk}/remove")) == "removed"
    assert len(feed.live_bodies(EVERYONE, Kind.LINK)) == 1
    assert "You hold no membership now." in page(proved_phone(cleo))
    assert_exact()


def test_an_invitation_is_taken_back(database: Database, out: Path) -> None:
    ann = a_member("Ann")
    company = cooper(ann)
    client = proved_phone(ann)
    _text, [secret] = invited(client, company, "bert@club.example", out)
    number = CompanyInvitation.objects.get().pk
    assert done(press(client, f"companies/{company.pk}/invitations/{number}/revoke")) == "revoked"
    assert phone().post(INVITATION, {"link": secret}).status_code == 422


def test_two_accept_the_last_seat_at_once(postgresql_database: Database, out: Path) -> None:
    """Seats became fewer while both held an invitation."""
    ann = a_member("Ann")
    company = cooper(ann)
    _text, secrets = invited(proved_phone(ann), company, "b@club.example\nc@club.example", out)
    membership = Membership.objects.get()
    membership.seats = 2
    operations.save_membership(membership)
    phones = [opened(phone(), each) for each in secrets]
    answers: list[int] = []

    def accepts(client: Client, name: str) -> None:
        answers.append(client.post(f"{INVITATION}/accept", {"name": name}).status_code)

    together(*(lambda each=each, name=name: accepts(each, name) for each, name in zip(phones, "BC", strict=True)))
    assert sorted(answers) == [302, 409]
    assert (company.links.count(), Customer.objects.count(), Card.objects.count()) == (2, 2, 1)
    assert_exact()


def test_fewer_seats_than_are_needed_are_refused_and_the_page_says_how_many(database: Database, out: Path) -> None:
    ann = a_member("Ann")
    company = cooper(ann, seats=4)
    Plan.objects.update(for_companies=True)
    client = proved_phone(ann)
    invited(client, company, "b@club.example\nc@club.example", out)
    path = f"memberships/{Membership.objects.get().pk}/seats"
    assert "3 seats are needed" in page(client, path)
    refused = press(client, path, seats="2")
    assert refused.status_code == 409 and "fewer than are needed" in said(refused)
    assert done(press(client, path, seats="3")) == "asked"


def test_whoever_accepts_as_somebody_new_ends_the_session_before(database: Database, out: Path) -> None:
    ann, dora = a_member("Ann"), a_member("Dora", "dora@club.example")
    company = cooper(ann)
    [secret] = invited(proved_phone(ann), company, "new@club.example", out)[1]
    client = proved_phone(dora)
    before = link_of(client.cookies["doorward_card"].value)
    opened(client, secret).post(f"{INVITATION}/accept", {"name": "New"})
    before.refresh_from_db()
    assert before.revoked_at is not None
    assert link_of(client.cookies["doorward_card"].value).customer.name == "New"
