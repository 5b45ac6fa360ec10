"""Joining as plain calls by a website's visitors: whom it knows, whose address stands, and who sees whose card."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.accounts.password_operations import set_password
from hub.cards.link_operations import LinkRefused, link_of
from hub.joining import ending_operations, who_operations
from hub.joining.ending_operations import NoCardHere
from hub.joining.steps import Step
from hub.members.models import Customer
from hub.websites.models import Subject
from hub.websites.queries import customer_of
from hub.websites.subject_operations import AddressStands
from tests.hub.conftest import Database
from tests.hub.joining_club import MAIL, Joiner, a_member, a_plan, open_for_all
from tests.hub.mailed import mail_by
from tests.hub.website_tokens import AT, a_pair, a_token, a_website

AT_ONCE = 4


@pytest.fixture(autouse=True)
def club(database: Database, tmp_path: Path) -> Iterator[None]:
    open_for_all()
    with mail_by(f"file://{tmp_path / 'mail'}"):
        yield


def test_a_visitor_is_known_and_stays_the_same() -> None:
    website, plan = a_website(), a_plan()
    key = a_pair(website)
    joiner = Joiner(plan, website, a_token(website, key, email=MAIL, name="Ann"))
    assert joiner.step is Step.FIELDS
    assert joiner.says(name="Ann") == {}
    joiner.agrees()
    ann = customer_of(website, "user-7")
    assert ann is not None and (ann.email, ann.name) == (MAIL, "Ann")
    assert ending_operations.card_link(joiner.flow, AT)
    again = Joiner(a_plan("Other"), website, a_token(website, key))
    assert (again.step, again.flow.customer) == (Step.AGREE, ann)
    again.agrees()
    # A website's word alone shows nobody's card.
    with pytest.raises(NoCardHere):
        ending_operations.card_link(again.flow, AT)


@pytest.mark.parametrize("declines", [False, True])
def test_an_address_that_stands_is_proved_or_another_given(declines: bool) -> None:
    website, plan, ann = a_website(), a_plan(), a_member()
    joiner = Joiner(plan, website, a_token(website, a_pair(website), email=MAIL, name="Ann"))
    assert joiner.step is Step.WHO
    joiner.proves("else@club.example" if declines else MAIL)
    if declines:
        joiner.says(name="Ann")
    else:
        who_operations.choose(joiner.flow, str(ann.pk), AT)
    joiner.agrees()
    bound = Subject.objects.get().customer
    assert (bound == ann) is not declines
    assert Customer.objects.count() == (2 if declines else 1)


def test_an_address_that_came_to_stand_meanwhile() -> None:
    website, plan = a_website(), a_plan()
    joiner = Joiner(plan, website, a_token(website, a_pair(website), email=MAIL, name="Ann"))
    joiner.says(name="Ann")
    a_member()
    with pytest.raises(AddressStands):
        joiner.agrees()
    ending_operations.ask_address_again(joiner.flow, AT)
    assert joiner.step is Step.WHO
    assert not Subject.objects.exists()


def test_a_visitor_proves_a_mailbox_alone() -> None:
    ann, website = a_member(), a_website()
    set_password(ann, "a long way round", AT)
    joiner = Joiner(a_plan(), website, a_token(website, a_pair(website), email=MAIL))
    who_operations.by_password(joiner.flow, MAIL, "a long way round", "127.0.0.1", AT)
    assert joiner.step is Step.WHO


@pytest.mark.parametrize("proves", [False, True])
def test_a_flow_kept_in_hand_shows_nobodys_card_who_was_bound_meanwhile(proves: bool) -> None:
    """The website begins as a visitor of its own making, and goes on once the visitor has come and is known."""
    website, ann = a_website(), a_member()
    key = a_pair(website)
    kept = Joiner(a_plan("Other"), website, a_token(website, key, email="" if proves else "x@evil.example"))
    if proves:
        kept.proves("x@evil.example")
    kept.says(name="Nobody")
    visitor = Joiner(a_plan(), website, a_token(website, key, email=MAIL))
    visitor.proves()
    who_operations.choose(visitor.flow, str(ann.pk), AT)
    visitor.agrees()
    assert customer_of(website, "user-7") == ann and ending_operations.card_link(visitor.flow, AT)
    kept.agrees()
    with pytest.raises(NoCardHere):
        ending_operations.card_link(kept.flow, AT)


def test_who_was_made_with_anothers_address_loses_them_once_they_prove_it() -> None:
    """A website says an address that is not its visitor's, and waits for whoever has that mailbox."""
    website = a_website()
    key = a_pair(website)
    early = Joiner(a_plan("Other"), website, a_token(website, key, email=MAIL))
    early.says(name="Ann")
    early.agrees()
    kept = ending_operations.card_link(early.flow, AT)
    owner = Joiner(a_plan())
    owner.proves()
    who_operations.choose(owner.flow, str(early.flow.customer_id), AT)
    owner.agrees()
    assert owner.flow.customer == early.flow.customer and ending_operations.card_link(owner.flow, AT)
    assert customer_of(website, "user-7") is None
    with pytest.raises(LinkRefused):
        link_of(kept.address.rpartition("#")[2])
    with pytest.raises(NoCardHere):
        ending_operations.card_link(early.flow, AT)
