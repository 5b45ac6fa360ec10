"""Who comes again: what staff ended is not taken back by themselves, free days are had once, and what a website
says of somebody who stands here orders nothing in their name."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.billing.checkout_operations import begin_checkout
from hub.billing.offers import Way
from hub.billing.own import plans_instead
from hub.billing.trials import trial_days
from hub.joining import flow_operations, who_operations
from hub.joining.ending_operations import NotAgreed
from hub.joining.steps import Step
from hub.joining.who_operations import NotTheirs
from hub.members import operations
from hub.members.models import Company, Customer, Link, Membership, Plan
from hub.websites.models import Subject
from hub.websites.subject_operations import bind
from hub.websites.token_operations import use_token
from tests.hub.conftest import Database
from tests.hub.fake_provider import FakeProvider
from tests.hub.joining_club import MAIL, Joiner, a_member, a_paid_plan, a_plan, open_for_all
from tests.hub.joining_reader import proves
from tests.hub.mailed import mail_by
from tests.hub.website_tokens import AT, a_pair, a_token, a_website
from tests.hub.without_scripts import Reader

YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
def club(database: Database, tmp_path: Path) -> Iterator[None]:
    open_for_all()
    with mail_by(f"file://{tmp_path / 'mail'}"):
        yield


def comes(plan: Plan, who: Customer) -> Joiner:
    joiner = Joiner(plan)
    joiner.proves(who.email)
    who_operations.choose(joiner.flow, str(who.pk), AT)
    return joiner


def held(plan: Plan, **holder: object) -> Membership:
    return operations.save_membership(Membership(plan=plan, starts_at=AT - YEAR, **holder))


def a_company(admin: Customer, name: str = "Works") -> Company:
    company = operations.save_company(Company(name=name))
    operations.save_link(Link(company=company, customer=admin, is_admin=True))
    return company


@pytest.mark.parametrize("cents", [None, 2_900])
def test_what_staff_ended_is_asked_for_at_the_club(cents: int | None) -> None:
    plan, ann = a_plan(price_cents=cents, currency="EUR"), a_member()
    operations.revoke_memberships([held(plan, customer=ann)], AT)
    joiner = comes(plan, ann)
    assert joiner.step is Step.ASK
    joiner.agrees()
    assert Membership.objects.count() == 1
    # Another plan is another matter, and so is what staff have given again since.
    assert comes(a_plan("Other"), ann).step is Step.AGREE
    operations.save_membership(Membership(plan=plan, customer=ann, starts_at=AT - YEAR, ends_at=AT - YEAR / 2))
    assert comes(plan, ann).step is Step.AGREE


def test_it_is_no_way_round_to_change_to_it() -> None:
    plan, other, ann = a_plan(), a_plan("Other"), a_member()
    membership = held(a_plan("Silver"), customer=ann)
    operations.revoke_memberships([held(plan, customer=ann), held(other, customer=a_member("Bert"))], AT)
    assert list(plans_instead(membership, by_provider=False)) == [other]


def test_the_page_says_so() -> None:
    plan, ann = a_plan(), a_member()
    operations.revoke_memberships([held(plan, customer=ann)], AT)
    reader = proves(Reader().open("/join/").press("plan")).press("choose", customer=str(ann.pk))
    assert "Please ask the club" in reader.text and "Doorward has ended it" in reader.text
    assert "Who are you?" in reader.press("back").text


@pytest.mark.parametrize("is_new", [False, True])
def test_what_staff_ended_for_a_company(is_new: bool) -> None:
    plan, ann = a_plan(for_companies=True), a_member()
    works = a_company(ann)
    operations.revoke_memberships([held(plan, company=works)], AT)
    joiner = comes(plan, ann)
    joiner.says(company="new" if is_new else str(works.pk), company_name="Again", seats="1")
    with pytest.raises(NotAgreed, match="has ended it"):
        joiner.agrees()
    assert (Membership.objects.count(), Company.objects.count()) == (1, 1)


def test_free_days_are_had_once() -> None:
    plan = a_paid_plan(trial_days=14, by_invoice=True)
    first = Joiner(plan).joins(way=Way.BY_HAND.value).membership
    assert first is not None and first.trial_until == AT + timedelta(days=14) and not first.pending
    ann = Customer.objects.get()
    Membership.objects.update(
        ends_at=AT - timedelta(days=20), starts_at=AT - YEAR, at_end="ends", grace_hours=None
    )
    joiner = comes(plan, ann)
    with pytest.raises(NotAgreed, match="changed meanwhile"):
        joiner.agrees(Way.BY_HAND.value, shown="with free days")
    again = joiner.agrees(Way.BY_HAND.value).membership
    assert again is not None and again != first
    assert (again.trial_until, again.pending) == (None, True)
    assert trial_days(a_paid_plan("Other", trial_days=7), ann) == 7


def test_a_companys_free_days_are_its_admins_other_companies_too() -> None:
    plan, ann, bert = (
        a_paid_plan(trial_days=14, for_companies=True),
        a_member(),
        a_member("Bert", "b@club.example"),
    )
    works, other = a_company(ann), a_company(bert, "Other")
    assert (trial_days(plan, works), trial_days(plan, ann)) == (14, 14)
    held(plan, company=works, trial_until=AT - YEAR / 2)
    assert (trial_days(plan, works), trial_days(plan, ann), trial_days(plan, other)) == (0, 0, 14)
    assert trial_days(plan, a_company(ann, "New")) == 0


def test_a_provider_is_asked_for_no_free_days_more(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = FakeProvider(AT)
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: provider)
    plan, ann = a_paid_plan(trial_days=14), a_member()
    held(plan, customer=ann, ends_at=AT - YEAR / 2, trial_until=AT - YEAR / 2)
    membership = comes(plan, ann).agrees().membership
    assert membership is not None
    begin_checkout(membership, "https://club.example/a", "https://club.example/b", AT)
    assert membership.checkouts.get().asked["trial_days"] == 0


def test_the_pages_say_before_that_there_are_no_free_days_more() -> None:
    plan, ann = a_paid_plan(trial_days=14), a_member()
    held(plan, customer=ann, ends_at=AT - YEAR / 2, trial_until=AT - YEAR / 2)
    reader = proves(Reader().open("/join/").press("plan"))
    reader.press("choose", customer=str(ann.pk))
    assert "You had the free days of this plan before" in reader.text and "days are free" not in reader.text
    reader.press("agree")
    assert "begins as soon as it is paid" in reader.text


def known_visitor(plan: Plan, who: Customer) -> Joiner:
    """Bound before, and come again by the website's word alone."""
    website = a_website()
    key = a_pair(website)
    bind(use_token(website, a_token(website, key), AT), who, who.email, AT)
    return Joiner(plan, website, a_token(website, key))


@pytest.mark.parametrize("fields", [{"for_companies": True}, {"price_cents": 2_900, "currency": "EUR"}])
def test_by_a_websites_word_alone_nothing_is_ordered_in_anothers_name(fields: dict[str, object]) -> None:
    ann = a_member()
    a_company(ann)
    a_member("Eve", "eve@evil.example")
    joiner = known_visitor(a_plan(**fields), ann)
    assert joiner.step is Step.WHO
    joiner.agrees()
    joiner.says(company_name="Mine", seats="1")
    assert not Membership.objects.exists()
    with pytest.raises(NotTheirs):
        joiner.proves("eve@evil.example")
    flow_operations.go_back(joiner.flow, AT)
    joiner.proves()
    assert joiner.flow.customer == ann and joiner.step in {Step.FIELDS, Step.AGREE}
    # Back again they are known, and have proved nothing.
    flow_operations.go_back(joiner.flow, AT)
    assert joiner.flow.customer == ann and joiner.step is Step.WHO


def test_what_is_free_and_for_themselves_they_take_by_it() -> None:
    joiner = known_visitor(a_plan(), a_member())
    assert joiner.step is Step.AGREE


def test_a_flow_kept_in_hand_orders_nothing_for_who_was_bound_meanwhile() -> None:
    website, ann = a_website(), a_member()
    key = a_pair(website)
    kept = Joiner(a_paid_plan(), website, a_token(website, key))
    kept.proves("x@evil.example")
    kept.says(name="Nobody")
    bind(use_token(website, a_token(website, key), AT), ann, MAIL, AT)
    kept.agrees()
    assert (kept.step, kept.flow.customer) == (Step.WHO, ann)
    assert not Membership.objects.exists() and Subject.objects.get().customer == ann
