"""Joining as plain calls: who comes to what, and that nothing happens twice, too early, or to somebody else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection

from hub.accounts.password_operations import set_password
from hub.accounts.proofs import NotProved
from hub.audit.models import Entry
from hub.billing.offers import Way
from hub.cards.link_operations import LinkRefused, link_of
from hub.joining import ending_operations, flow_operations, who_operations
from hub.joining.ending_operations import NoCardHere, NotAgreed
from hub.joining.models import Flow
from hub.joining.queries import FlowOver, flow_with, public_plan
from hub.joining.steps import Step
from hub.mail.models import Mail
from hub.members import operations
from hub.members.models import Card, Company, Customer, CustomerNote, Link, Membership, Plan
from hub.organization.signup_models import Asks
from hub.websites.models import Subject
from hub.websites.queries import customer_of
from hub.websites.subject_operations import AddressStands
from tests.hub.conftest import Database
from tests.hub.fake_provider import FakeProvider
from tests.hub.joining_club import MAIL, Joiner, a_member, a_paid_plan, a_plan, code_sent, open_for_all
from tests.hub.mailed import mail_by
from tests.hub.provider_club import ProviderClub
from tests.hub.website_tokens import AT, a_pair, a_token, a_website

AT_ONCE = 4


@pytest.fixture(autouse=True)
def club(database: Database, tmp_path: Path) -> Iterator[None]:
    open_for_all()
    with mail_by(f"file://{tmp_path / 'mail'}"):
        yield


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> ProviderClub:
    provider = FakeProvider(AT)
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: provider)
    return ProviderClub(provider)


def letters(kind: str = "joined") -> int:
    return Mail.objects.filter(kind=kind).count()


def test_somebody_new_takes_a_free_plan() -> None:
    joiner = Joiner(a_plan())
    assert joiner.step is Step.WHO
    who_operations.ask_code(joiner.flow, " Ann@CLUB.example", AT)
    assert joiner.step is Step.CODE
    with pytest.raises(NotProved):
        who_operations.by_code(joiner.flow, "0", AT)
    who_operations.by_code(joiner.flow, code_sent(), AT)
    assert joiner.step is Step.FIELDS
    assert joiner.says(name="\x00") == {"name": "Leave out line breaks and control characters."}
    assert joiner.says(name="") == {"name": "Please fill this in."}
    joiner.says(name="Ann")
    assert joiner.step is Step.AGREE
    ending_operations.finish(joiner.agrees(), AT)
    assert joiner.step is Step.DONE
    ann = Customer.objects.get()
    assert (ann.name, ann.email) == ("Ann", MAIL)
    membership = Membership.objects.get()
    assert (membership.customer, membership.pending) == (ann, False)
    assert Card.objects.get().customer == ann
    assert letters() == 1
    entry = Entry.objects.get(action="joined")
    assert (entry.actor_kind, entry.customer_id) == ("member", ann.pk)
    assert "#" in ending_operations.card_link(joiner.flow, AT).address
    kept = Flow.objects.get()
    assert (kept.said, kept.hint_email, kept.code_email) == (None, "", "")


def test_pressed_again_nothing_changes() -> None:
    joiner = Joiner(a_plan())
    old = joiner.flow
    joiner.joins()
    for _ in range(2):
        joiner.agrees()
        ending_operations.finish(joiner.flow, AT)
        joiner.says(name="Bo")
        who_operations.ask_code(joiner.flow, "bo@club.example", AT)
        flow_operations.go_back(old, AT)
        flow_operations.choose_plan(old, a_plan("Other"), AT)
    assert joiner.step is Step.DONE
    assert (Membership.objects.count(), Customer.objects.count(), Card.objects.count(), letters()) == (1, 1, 1, 1)


def test_pressed_at_once_it_is_one_membership() -> None:
    joiner = Joiner(a_plan())
    joiner.proves()
    joiner.says(name="Ann")
    waiting = Barrier(AT_ONCE)

    def press(_number: int) -> None:
        waiting.wait()
        try:
            ending_operations.finish(joiner.agrees(), AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(press, range(AT_ONCE)))
    assert (Membership.objects.count(), Customer.objects.count(), Card.objects.count(), letters()) == (1, 1, 1, 1)


def test_a_flow_is_its_secrets_and_ends() -> None:
    joiner = Joiner(a_plan())
    with pytest.raises(FlowOver):
        flow_with("x" * 43, None, AT)
    with pytest.raises(FlowOver):
        flow_with(joiner.secret, a_website(), AT)
    with pytest.raises(FlowOver):
        flow_with(joiner.secret, None, AT + flow_operations.LASTS)
    assert joiner.secret.encode() != bytes(joiner.flow.secret_hash)
    flow_operations.begin(None, None, AT + flow_operations.LASTS)
    assert Flow.objects.count() == 1


def test_a_member_holds_it_already_and_who_is_the_same_is_asked() -> None:
    plan, ann = a_plan(), a_member()
    first = Joiner(plan)
    first.proves()
    assert first.step is Step.CHOOSE
    with pytest.raises(who_operations.NotTheirs):
        who_operations.choose(first.flow, str(a_member("Eve", "eve@club.example").pk), AT)
    who_operations.choose(first.flow, str(ann.pk), AT)
    assert first.step is Step.AGREE
    first.agrees()
    again = Joiner(plan)
    again.proves()
    who_operations.choose(again.flow, str(ann.pk), AT)
    assert again.step is Step.HELD
    assert again.agrees().membership is None
    # Somebody else of the family can still.
    flow_operations.go_back(again.flow, AT)
    again.proves()
    who_operations.choose(again.flow, "", AT)
    again.says(name="Bo")
    again.agrees()
    assert list(Customer.objects.filter(email=MAIL).values_list("name", flat=True)) == ["Ann Arbor", "Bo"]


def test_by_a_password_nobody_new_comes() -> None:
    ann = a_member()
    set_password(ann, "a long way round", AT)
    joiner = Joiner(a_plan())
    who_operations.by_password(joiner.flow, MAIL, "a long way round", "127.0.0.1", AT)
    assert (joiner.step, joiner.flow.customer) == (Step.AGREE, ann)


def test_in_two_windows_they_are_made_once() -> None:
    one, other = Joiner(a_plan()), Joiner(a_plan("Other"))
    for each in (one, other):
        each.proves()
        each.says(name="Ann")
    one.agrees()
    other.agrees()
    assert other.step is Step.CHOOSE
    assert Customer.objects.count() == 1


def test_what_is_agreed_to_is_what_was_seen() -> None:
    plan = a_plan()
    open_for_all(terms="Be kind.")
    joiner = Joiner(plan)
    joiner.proves()
    joiner.says(name="Ann")
    with pytest.raises(NotAgreed, match="Accept the terms"):
        joiner.agrees(accepted=False)
    with pytest.raises(NotAgreed, match="changed meanwhile"):
        joiner.agrees(shown="0" * 16)
    version = open_for_all(terms="Be kinder.").terms_version
    joiner.agrees()
    assert Entry.objects.get(action="joined").after["terms"] == version


@pytest.mark.parametrize("closed", ["plan", "signup"])
def test_what_is_not_offered_any_more(closed: str) -> None:
    plan = a_plan()
    joiner = Joiner(plan)
    joiner.proves()
    joiner.says(name="Ann")
    if closed == "plan":
        plan.is_public = False
        operations.save_plan(plan)
        assert joiner.step is Step.PLAN
        joiner.agrees()
    else:
        open_for_all(is_open=False)
        with pytest.raises(NotAgreed):
            joiner.agrees()
    assert not Membership.objects.exists() and not Customer.objects.exists()


def test_what_else_is_asked() -> None:
    needed = {"asks_phone": Asks.REQUIRED, "asks_birthday": Asks.OPTIONAL, "asks_address": Asks.REQUIRED}
    open_for_all(**needed, question_1="Shoe size?", question_1_needed=True, question_3="Why?")
    joiner = Joiner(a_plan())
    joiner.proves()
    wrong = joiner.says(name="Ann", birthday="1899-01-01", phone="1" * 41)
    assert set(wrong) == {"phone", "birthday", "address", "question_1"}
    said = {"phone": "0123", "birthday": "1990-12-31", "address": "A street\r\n\r\nA town", "question_1": "42"}
    assert joiner.says(name="Ann", **said) == {}
    joiner.agrees()
    assert Customer.objects.get().phone == "0123"
    assert CustomerNote.objects.get().by_themselves
    note = CustomerNote.objects.get().text
    assert "Date of birth: 1990-12-31" in note and "Shoe size?: 42" in note and "Why?" not in note


def test_by_invoice_it_waits_for_staff(provider: ProviderClub) -> None:
    joiner = Joiner(a_paid_plan(by_invoice=True))
    joiner.proves()
    joiner.says(name="Ann")
    with pytest.raises(NotAgreed, match="how you pay"):
        joiner.agrees()
    ending_operations.finish(joiner.agrees(Way.BY_HAND.value), AT)
    assert (joiner.step, Membership.objects.get().pending, letters()) == (Step.DONE, True, 1)
    again = Joiner(Plan.objects.get())
    again.proves()
    who_operations.choose(again.flow, str(Customer.objects.get().pk), AT)
    assert again.step is Step.HELD


def test_paid_online_and_told_once(provider: ProviderClub) -> None:
    plan = a_paid_plan()
    joiner = Joiner(plan)
    flow = joiner.joins()
    ending_operations.finish(flow, AT)
    assert (joiner.step, letters()) == (Step.PAY, 0)
    # Who left and comes once more goes on with the same membership.
    again = Joiner(plan)
    again.proves()
    who_operations.choose(again.flow, str(Customer.objects.get().pk), AT)
    again.agrees()
    membership = Membership.objects.get()
    assert again.flow.membership == membership
    provider.pays(membership)
    provider.hears()
    assert joiner.step is Step.DONE
    ending_operations.finish_paid(AT)
    assert ending_operations.finish_paid(AT) == 0
    assert letters() == 1


def test_a_company_with_its_first_admin() -> None:
    plan = a_plan("Team", for_companies=True, seats_max=5)
    joiner = Joiner(plan)
    joiner.proves()
    assert set(joiner.says(name="Ann", seats="6")) == {"seats", "company_name"}
    joiner.says(name="Ann", seats="3", company_name="Works")
    joiner.agrees()
    membership = Membership.objects.get()
    assert (membership.company.name, membership.seats) == ("Works", 3)
    assert Link.objects.get(is_admin=True).customer == Customer.objects.get()
    again = Joiner(plan)
    again.proves()
    who_operations.choose(again.flow, str(Customer.objects.get().pk), AT)
    again.says(company=str(Company.objects.get().pk), seats="2")
    with pytest.raises(NotAgreed, match="has this plan already"):
        again.agrees()


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


def test_going_back() -> None:
    joiner = Joiner(a_plan())
    joiner.proves()
    joiner.says(name="Ann")
    steps = []
    for _ in range(4):
        flow_operations.go_back(joiner.flow, AT)
        steps.append(joiner.step)
    assert steps == [Step.FIELDS, Step.WHO, Step.PLAN, Step.PLAN]


def test_a_plan_that_nobody_can_name() -> None:
    with pytest.raises(Plan.DoesNotExist):
        public_plan("\0")


def test_who_was_written_to_stands_before_nobody_else(
    provider: ProviderClub,
) -> None:
    """Of several flows that came to one membership none is looked at again once its letter is written."""
    plan = a_paid_plan()
    membership = Joiner(plan).joins().membership
    assert membership is not None
    provider.pays(membership)
    provider.hears()
    assert ending_operations.finish_paid(AT) == 1
    Flow.objects.create(
        secret_hash=b"x", began_at=AT, until=AT, membership=membership, customer=membership.customer
    )
    assert ending_operations.finish_paid(AT) == 1
    assert (ending_operations.finish_paid(AT), letters()) == (0, 1)


def test_a_flow_that_ran_out_while_somebody_paid(provider: ProviderClub) -> None:
    joiner = Joiner(a_paid_plan())
    membership = joiner.joins().membership
    assert membership is not None
    provider.pays(membership)
    provider.hears()
    later = AT + timedelta(hours=5)
    flow_operations.begin(None, None, later)
    assert ending_operations.finish_paid(later) == 1
    assert letters() == 1
