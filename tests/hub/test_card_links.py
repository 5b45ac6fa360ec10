"""Links to card pages, and lost cards replaced."""

import pytest

from contract.card import is_code
from contract.feed import Kind
from hub.audit.models import Entry
from hub.cards.link_operations import (
    UNOPENED_MAX,
    LinkRefused,
    link_of,
    live_links,
    make_link,
    new_secret,
    open_link,
    revoke_links,
)
from hub.cards.models import CardLink
from hub.cards.replacing import NothingToReplace, replace_card, replace_from_phone
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE
from hub.members import codes, operations
from hub.members.models import Card
from hub.members.rotating_operations import make_rotating
from tests.hub.people import AT, DAY, a_customer

pytestmark = pytest.mark.usefixtures("database")


def secret_in(address: str) -> str:
    return address.rpartition("#")[2]


def test_a_link_opens_its_customer_until_it_is_revoked_and_no_secret_is_kept() -> None:
    ann, bert = a_customer("Ann"), a_customer("Bert")
    shown, other = make_link(ann, AT), make_link(bert, AT)
    secret = secret_in(shown.address)
    assert link_of(secret).customer == ann
    assert link_of(secret_in(other.address)).customer == bert
    assert secret not in repr(shown)
    assert secret not in str(list(CardLink.objects.values())) + str(list(Entry.objects.values()))
    revoke_links([shown.link], AT)
    with pytest.raises(LinkRefused):
        link_of(secret)
    assert link_of(secret_in(other.address)).customer == bert
    said = Entry.objects.filter(thing_kind="cardlink", customer_id=ann.pk).values_list("action", flat=True)
    assert list(said) == ["revoked", "created"]


def test_who_makes_more_links_ends_the_oldest_that_nobody_opened() -> None:
    ann = a_customer()
    opened = make_link(ann, AT)
    open_link(secret_in(opened.address), AT)
    shown = [make_link(ann, AT + n * DAY) for n in range(UNOPENED_MAX + 1)]
    assert len(live_links(ann)) == 1 + UNOPENED_MAX
    with pytest.raises(LinkRefused):
        link_of(secret_in(shown[0].address))
    for still in (opened, shown[1]):
        assert link_of(secret_in(still.address)).customer == ann


def test_a_lost_card_is_replaced_in_one_step_and_the_phone_that_asked_alone_has_a_link() -> None:
    ann = a_customer()
    card = operations.make_card(Card(customer=ann, valid_until=AT + 30 * DAY))
    letters, secret = [make_link(ann, AT), make_link(ann, AT)], new_secret()
    open_link(secret_in(letters[0].address), AT)
    CardLink.objects.filter(pk=letters[0].link.pk).update(label="iPhone", proved_at=AT - DAY)
    letters[0].link.refresh_from_db()
    new = replace_from_phone(card, letters[0].link, secret, AT)
    card.refresh_from_db()
    assert card.revoked_at == AT
    assert (new.customer, new.valid_until, new.revoked_at) == (ann, AT + 30 * DAY, None)
    assert codes.decrypt(new) != codes.decrypt(card)
    link = link_of(secret)
    assert (live_links(ann), link.customer, link.opened_at) == ([link], ann, AT)
    assert (link.label, link.proved_at) == ("iPhone", AT - DAY)
    for letter in letters:
        with pytest.raises(LinkRefused):
            link_of(secret_in(letter.address))
    assert feed.head(EVERYONE).digest == feed.digest_from_rows(EVERYONE)
    assert len(feed.live_bodies(EVERYONE, Kind.CARD)) == 2
    entry = Entry.objects.get(action="card replaced")
    assert (entry.customer_id, entry.before, entry.after) == (
        ann.pk,
        {"card": str(card.pk)},
        {"card": str(new.pk)},
    )


def test_pressed_twice_it_is_replaced_once() -> None:
    card = operations.issue_card(a_customer())
    replace_card(card, AT)
    with pytest.raises(NothingToReplace):
        replace_card(card, AT)
    link = make_link(card.customer, AT).link
    with pytest.raises(NothingToReplace):
        replace_from_phone(card, link, new_secret(), AT)
    assert (Card.objects.count(), live_links(card.customer)) == (2, [link])


def test_what_rotates_goes_on_rotating_and_an_imported_code_becomes_ours() -> None:
    ann = a_customer()
    card = operations.issue_card(ann)
    make_rotating([card])
    new = replace_card(card, AT)
    assert new.rotating_salt is not None
    card.refresh_from_db()
    assert bytes(new.rotating_salt) != bytes(card.rotating_salt)
    imported = operations.import_card(ann, "4006381333931")
    assert is_code(codes.decrypt(replace_card(imported, AT)))
