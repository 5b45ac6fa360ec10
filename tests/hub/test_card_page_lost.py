"""A lost card, reported on the member's card page: confirmed first, once, and on no phone but theirs."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from hub.audit.models import Entry
from hub.cards.link_operations import live_links, revoke_all_links
from hub.cards.models import CardLink
from hub.members import codes, operations
from hub.members.models import Card, Plan
from tests.hub.card_page import a_member, phone, phone_of, secret_for, wine_club
from tests.hub.own_pages import proved_phone
from tests.hub.people import DAY

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]


@pytest.fixture
def gold() -> Plan:
    return wine_club()


def text_of(client: Client, address: str = "/card/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.mark.both_databases
def test_a_lost_card_is_confirmed_first_and_then_another_one(gold: Plan) -> None:
    ann = a_member(gold)
    card = operations.issue_card(ann)
    client, tablet = proved_phone(ann), phone_of(ann)
    assert b"Is this card lost?" in client.get(f"/card/lost/{card.pk}").content
    card.refresh_from_db()
    assert card.revoked_at is None
    for _ in range(2):
        assert client.post(f"/card/lost/{card.pk}")["Location"] == "/card/replaced"
    new = Card.objects.get(revoked_at=None)
    assert codes.typed_text(codes.decrypt(new)) in text_of(client)
    assert "it was revoked" in text_of(tablet)
    entry = Entry.objects.get(action="card replaced")
    assert (entry.actor_kind, entry.actor) == ("member", "the member")


def test_a_phone_with_the_same_letters_link_does_not_see_the_new_card(gold: Plan) -> None:
    ann = a_member(gold)
    card, secret = operations.issue_card(ann), secret_for(ann)
    mine, stolen = proved_phone(ann), phone()
    stolen.post("/card/open", {"link": f"#{secret}"})
    for each in (mine, stolen):
        each.get(f"/card/lost/{card.pk}")
    mine.post(f"/card/lost/{card.pk}")
    new = codes.typed_text(codes.decrypt(Card.objects.get(revoked_at=None)))
    assert new in text_of(mine)
    assert "it was revoked" in text_of(stolen)
    assert "Open my card" in text_of(stolen) and stolen.get("/card/still").status_code == 401
    assert phone().post("/card/open", {"link": f"#{secret}"}).status_code == 422


def test_a_phone_that_the_answer_did_not_reach_has_its_new_link_all_the_same(gold: Plan) -> None:
    ann = a_member(gold)
    card = operations.issue_card(ann)
    client = proved_phone(ann)
    client.get(f"/card/lost/{card.pk}")
    before = client.cookies["doorward_card"].value
    client.post(f"/card/lost/{card.pk}")
    client.cookies["doorward_card"] = before
    assert client.post(f"/card/lost/{card.pk}")["Location"] == "/card/replaced"
    new = Card.objects.get(revoked_at=None)
    assert codes.typed_text(codes.decrypt(new)) in text_of(client)
    assert client.get(f"/card/lost/{new.pk}").status_code == 200
    assert client.post(f"/card/lost/{new.pk}")["Location"] == "/card/replaced"
    assert len(live_links(ann)) == 1 and Card.objects.filter(revoked_at=None).count() == 1


def test_whoever_only_looked_whether_to_replace_it_goes_on_with_the_same_link(gold: Plan) -> None:
    ann = a_member(gold)
    card = operations.issue_card(ann)
    client = proved_phone(ann)
    client.get(f"/card/lost/{card.pk}")
    assert "Ann Miller" in text_of(client)
    assert len(live_links(ann)) == 1
    revoke_all_links(ann, timezone.now())
    assert "it was revoked" in text_of(client)


def test_who_has_proved_nothing_blocks_it_and_gets_no_other(gold: Plan) -> None:
    """Whoever came by a link of theirs keeps nobody's phones from showing the card, and has no new one."""
    ann = a_member(gold)
    card, mine, found = operations.issue_card(ann), proved_phone(ann), phone_of(ann)
    shown = text_of(found, f"/card/lost/{card.pk}")
    assert "First show that it is you" in shown and "Block it" in shown
    for _ in range(2):
        assert found.post(f"/card/lost/{card.pk}")["Location"] == "/card/blocked"
    assert "blocked" in text_of(found, "/card/blocked")
    assert not Card.objects.filter(revoked_at=None).exists()
    assert len(live_links(ann)) == 2 and "You have no card now" in text_of(mine)
    entry = Entry.objects.get(action="revoked", thing_kind="card")
    assert entry.actor_kind == "member"


def test_each_card_that_works_or_will_can_be_reported_lost(gold: Plan) -> None:
    ann = a_member(gold)
    works = [operations.issue_card(ann) for _ in range(2)]
    will = operations.make_card(Card(customer=ann, valid_from=timezone.now() + DAY))
    over = operations.make_card(Card(customer=ann, valid_until=timezone.now() - DAY))
    shown = phone_of(ann).get("/card/").content.decode()
    for card in (*works, will):
        assert shown.count(f'href="/card/lost/{card.pk}"') == 1
    assert f"/card/lost/{over.pk}" not in shown


def test_who_asked_for_a_new_one_too_late_is_asked_who_they_are_and_loses_none(gold: Plan) -> None:
    ann = a_member(gold)
    card, client = operations.issue_card(ann), proved_phone(ann)
    shown = client.get(f"/card/lost/{card.pk}").content.decode()
    (name,) = re.findall(r'<button class="main danger" name="(\w+)"', shown)
    CardLink.objects.update(proved_at=timezone.now() - DAY)
    answer = client.post(f"/card/lost/{card.pk}", {name: ""})
    assert answer["Location"] == f"/card/login?next=%2Fcard%2Flost%2F{card.pk}"
    assert Card.objects.get().revoked_at is None
    CardLink.objects.update(proved_at=timezone.now())
    assert client.post(f"/card/lost/{card.pk}", {name: ""})["Location"] == "/card/replaced"


def test_who_blocked_it_and_proved_it_later_is_not_told_of_a_new_one(gold: Plan) -> None:
    ann = a_member(gold)
    card, found = operations.issue_card(ann), phone_of(ann)
    found.post(f"/card/lost/{card.pk}")
    assert proved_phone(ann).get(f"/card/lost/{card.pk}")["Location"] == "/card/blocked"
