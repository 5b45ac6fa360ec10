"""Joining as plain calls: who comes to what, and that nothing happens twice, too early, or to somebody else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection

from hub.accounts.invitation_operations import invite
from hub.accounts.password_operations import set_password
from hub.accounts.proofs import NotProved
from hub.audit.models import Entry
from hub.joining import ending_operations, flow_operations, who_operations
from hub.joining.ending_operations import NotAgreed
from hub.joining.models import Flow
from hub.joining.queries import FlowOver, flow_with, public_plan
from hub.joining.steps import Step
from hub.mail.models import Mail
from hub.members import operations
from hub.members.models import Card, Company, Customer, CustomerNote, Link, Membership, Plan
from hub.organization.signup_models import Asks
from hub.sync.pruning import Pruning
from tests.hub.conftest import Database
from tests.hub.joining_club import HERE, MAIL, Joiner, a_member, a_plan, code_sent, open_for_all
from tests.hub.mailed import mail_by
from tests.hub.website_tokens import AT, a_website

AT_ONCE = 4


@pytest.fixture(autouse=True)
def club(database: Database, tmp_path: Path) -> Iterator[None]:
    open_for_all()
    with mail_by(f"file://{tmp_path / 'mail'}"):
        yield


def letters(kind: str = "joined") -> int:
    return Mail.objects.filter(kind=kind).count()


def test_somebody_new_takes_a_free_plan() -> None:
    joiner = Joiner(a_plan())
    assert joiner.step is Step.WHO
    who_operations.ask_code(joiner.flow, " Ann@CLUB.example", AT)
    assert joiner.step is Step.CODE
    with pytest.raises(NotProved):
        who_operations.by_code(joiner.flow, "0", HERE, AT)
    who_operations.by_code(joiner.flow, code_sent(), HERE, AT)
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


def test_a_code_pressed_twice_at_once_goes_on() -> None:
    joiner = Joiner(a_plan())
    who_operations.ask_code(joiner.flow, MAIL, AT)
    code, before, waiting = code_sent(), joiner.flow, Barrier(AT_ONCE)

    def press(_number: int) -> None:
        waiting.wait()
        try:
            who_operations.by_code(before, code, HERE, AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(press, range(AT_ONCE)))
    assert joiner.step is Step.FIELDS


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


def test_going_back() -> None:
    joiner = Joiner(a_plan())
    joiner.proves()
    joiner.says(name="Ann")
    steps = []
    for _ in range(4):
        flow_operations.go_back(joiner.flow, AT)
        steps.append(joiner.step)
    assert steps == [Step.FIELDS, Step.WHO, Step.PLAN, Step.PLAN]


def test_names_of_their_own_and_seats_for_who_is_there_already() -> None:
    ann = a_member()
    works = operations.save_company(Company(name="Works"))
    operations.save_link(Link(company=works, customer=ann, is_admin=True))
    operations.save_link(Link(company=works, customer=a_member("Bert", "b@club.example")))
    invite(ann, works, "new@club.example", AT)
    joiner = Joiner(a_plan("Team", for_companies=True))
    joiner.proves()
    who_operations.choose(joiner.flow, str(ann.pk), AT)
    assert set(joiner.says(company="new", company_name="Win at evil.example", seats="1")) == {"company_name"}
    wrong = joiner.says(company=str(works.pk), seats="2")
    assert wrong["seats"].startswith("Works has 3 people")
    assert joiner.says(company=str(works.pk), seats="3") == {}


def test_who_goes_back_after_proving_is_asked_for_no_other_code() -> None:
    other = a_plan("Other")
    joiner = Joiner(a_plan())
    joiner.proves()
    for _ in range(2):
        flow_operations.go_back(joiner.flow, AT)
    flow_operations.choose_plan(joiner.flow, other, AT)
    assert joiner.step is Step.WHO and not joiner.agrees().membership_id
    who_operations.ask_code(joiner.flow, "else@club.example", AT)
    assert joiner.step is Step.CODE
    flow_operations.go_back(joiner.flow, AT)
    who_operations.ask_code(joiner.flow, MAIL, AT)
    assert joiner.step is Step.FIELDS and letters("sign_in_code") == 2
    flow_operations.go_back(joiner.flow, AT)
    joiner.at = AT + timedelta(minutes=16)
    who_operations.ask_code(joiner.flow, MAIL, joiner.at)
    assert joiner.step is Step.CODE


def test_old_flows_go_also_where_nobody_begins_one() -> None:
    Joiner(a_plan())
    later = AT + flow_operations.LASTS
    pruning = Pruning(0.0)
    while Flow.objects.exists() and later < AT + timedelta(days=1):
        pruning.step(later, 0.0)
        later += timedelta(minutes=1)
    assert not Flow.objects.exists()


def test_a_plan_that_nobody_can_name() -> None:
    with pytest.raises(Plan.DoesNotExist):
        public_plan("\0")
