"""Letters: what stands in them, in which language; the card's link by mail, from the desk and by whoever asks."""

from pathlib import Path

import pytest
from django.test import Client

from hub.cards.link_operations import link_of, live_links
from hub.cards.models import CardLink
from hub.letters.card_link import NoAddress, send_card_link
from hub.mail.models import Mail
from hub.mail.operations import NoMail
from hub.members import many_operations, operations
from hub.members.models import Customer
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub.mailed import letters_in, mail_by, text_of
from tests.hub.people import AT

pytestmark = pytest.mark.usefixtures("database")


def ann(email: str = "ann@club.example", name: str = "Ann") -> Customer:
    return operations.save_customer(Customer(name=name, email=email))


def secret_in(text: str) -> str:
    [line] = [each for each in text.splitlines() if each.startswith("http")]
    return line.rpartition("#")[2].strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_the_link_to_a_card_comes_by_mail_and_opens_it(folder: Path) -> None:
    customer = ann()
    with mail_by(f"file://{folder}"):
        send_card_link(customer, AT)
        [letter] = letters_in(folder)
    assert (letter["to"], letter["subject"]) == ("ann@club.example", "Your card of Doorward")
    assert letter["list-unsubscribe"] is None
    secret = secret_in(text_of(letter))
    assert link_of(secret).customer == customer
    assert f'#{secret}"' in text_of(letter, "html")


def test_in_the_organizations_language_and_name(folder: Path) -> None:
    club = Organization(name="Küfer & Söhne", language="de", reply_to="buero@club.example", colour="#112233")
    save_organization(club)
    customer = ann(name="Ann <b>O'Hara</b> & Co")
    with mail_by(f"file://{folder}"):
        send_card_link(customer, AT)
        [letter] = letters_in(folder)
    assert letter["subject"] == "Die Karte von Küfer & Söhne"
    assert (letter["from"], letter["reply-to"]) == ("Küfer & Söhne <mail@club.example>", "buero@club.example")
    assert "Ann <b>O'Hara</b> & Co" in text_of(letter)
    html = text_of(letter, "html")
    assert "<b>" not in html and "Ann &lt;b&gt;" in html and 'lang="de"' in html and "#112233" in html


def test_a_link_that_waits_goes_to_no_address_that_was_mended(folder: Path) -> None:
    customer, other = ann("amn@club.example"), ann("am@club.example")
    with mail_by(f"file://{folder}"):
        for each in (customer, other):
            send_card_link(each, AT)
        customer.phone = "1"
        operations.save_customer(customer)
        assert Mail.objects.count() == 2
        customer.email = other.email = "ann@club.example"
        operations.save_customer(customer)
        many_operations.change_customers([other])
        send_card_link(customer, AT)
        assert [each["to"] for each in letters_in(folder)] == ["ann@club.example"]


def test_who_cannot_be_written_to_gets_no_link() -> None:
    customer, nobody = ann(), ann("")
    with pytest.raises(NoMail):
        send_card_link(customer, AT)
    with mail_by("console:"), pytest.raises(NoAddress):
        send_card_link(nobody, AT)
    assert (CardLink.objects.count(), Mail.objects.count()) == (0, 0)


def test_the_desk_sends_it_and_says_what_became_of_it(front_desk_client: Client, folder: Path) -> None:
    customer = ann()
    page, send = f"/desk/customers/{customer.pk}/", f"/desk/customers/{customer.pk}/card-links/send/"
    assert b"This hub sends no mail" in front_desk_client.get(page).content
    assert b"is not set" in front_desk_client.post(send, follow=True).content
    with mail_by(f"file://{folder}"):
        assert b"on its way to ann@club.example" in front_desk_client.post(send, follow=True).content
        assert b"waiting" in front_desk_client.get(page).content
        Mail.objects.update(next_at=AT, created_at=AT)
        assert len(letters_in(folder)) == 1
        shown = front_desk_client.get(page).content.decode()
        Mail.objects.update(state="failed", error="refused 550")
        assert "does not take letters to this address" in front_desk_client.get(page).content.decode()
    assert "Link to their card" in shown and "sent" in shown and "Send by mail" in shown


def test_who_asks_for_it_is_told_nothing_else_but_the_member_gets_it(folder: Path) -> None:
    customer = ann()
    with mail_by(f"file://{folder}"):
        answers = [
            Client(HTTP_HOST="127.0.0.1:8000").post("/card/login", {"email": each})
            for each in ("ann@club.example", "bob@club.example")
        ]
        Mail.objects.update(next_at=AT, created_at=AT)
        [letter] = letters_in(folder)
    assert {each.status_code for each in answers} == {200}
    assert link_of(secret_in(text_of(letter))).customer == customer
    assert len(live_links(customer)) == 1
