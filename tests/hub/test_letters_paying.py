"""Letters about money and its end: what was cancelled, what failed, what was received; to whom, once, and in which
words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

from hub.billing import changing_operations, hand_operations, own_operations, queries
from hub.billing.joining_operations import take_plan
from hub.billing.models import Payment
from hub.billing.offers import Way
from hub.billing.seen import EndedWhy, SubscriptionState
from hub.letters.models import FailTold
from hub.mail.models import Mail
from hub.members import operations, term_operations
from hub.members.models import Company, Customer, Link, Membership
from hub.organization.models import Organization
from hub.organization.operations import save_organization
from tests.hub.mailed import letters_in, mail_by, text_of
from tests.hub.people import AT, DAY, a_membership, a_plan
from tests.hub.provider_club import UTC_ZONE, ProviderClub, a_priced_plan, now, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


@pytest.fixture
def out(tmp_path: Path) -> Iterator[Path]:
    with mail_by(f"file://{tmp_path / 'out'}"):
        yield tmp_path / "out"


def told(out: Path) -> list[tuple[str, str, str]]:
    """Since the last call: to whom, and of what, in words."""
    newest = Mail.objects.order_by("-created_at").first()
    letters = letters_in(out, AT if newest is None else newest.created_at)
    return [(each["to"], each["subject"], " ".join(text_of(each).split())) for each in letters]


def paying(club: ProviderClub, holder: Company | None = None) -> Membership:
    plan = a_priced_plan("Team", for_companies=True) if holder else a_priced_plan()
    membership = club.joins(plan, holder, 2 if holder else None)
    club.pays(membership)
    club.hears()
    return membership


def test_a_cancellation_is_confirmed_with_its_last_day_however_it_came(club: ProviderClub, out: Path) -> None:
    membership = paying(club)
    own_operations.cancel(membership, club.at)
    club.hears()
    [(to, subject, text)] = told(out)
    assert (to, subject) == ("ann@club.example", "Gold is cancelled")
    assert "It ends on 31 Mar 2026" in text and "/card/account/" in text
    own_operations.take_back(membership, club.at)
    club.provider.becomes("sub_1", cancel_at_end=True)
    club.hears()
    club.hears()
    assert [each[1] for each in told(out)] == ["Gold is cancelled"]
    club.later(days=30, hours=1)
    club.provider.end("sub_1", EndedWhy.WISH)
    club.hears()
    assert told(out) == []


def test_what_is_ended_before_that_day_is_said_anew(club: ProviderClub, out: Path) -> None:
    membership = paying(club)
    own_operations.cancel(membership, club.at)
    told(out)
    own_operations.end_now(membership, club.later(days=1))
    [(_to, _subject, text)] = told(out)
    assert "cancelled, and over since" in text and "take it back" not in text


def test_staff_who_cancel_for_somebody_have_it_confirmed(out: Path) -> None:
    ann = operations.save_customer(Customer(name="Ann", email="ann@club.example"))
    at_end = a_membership(a_plan(), customer=ann, ends_at=AT + 30 * DAY, at_end="renews")
    own_operations.cancel(at_end, AT)
    at_once = a_membership(a_plan("other"), customer=ann, ends_at=AT + 30 * DAY)
    term_operations.end_membership(at_once, AT)
    nobody = operations.save_customer(Customer(name="Bert"))
    other = a_membership(a_plan("third"), customer=nobody, ends_at=AT + DAY)
    term_operations.end_membership(other, AT)
    assert [each[0] for each in told(out)] == ["ann@club.example"] * 2


def test_a_payment_that_failed_is_told_once_a_period_with_what_to_do(club: ProviderClub, out: Path) -> None:
    membership = paying(club)
    for month in (1, 2):
        club.at = club.provider.at = AT + month * 30 * DAY
        for days in (3, 5):
            club.provider.decline("sub_1", club.at + days * DAY)
            club.hears()
        [(to, subject, text)] = told(out)
        assert (to, subject) == ("ann@club.example", "The payment for Gold has failed")
        assert "It goes on for now" in text and "tried again on" in text and "/card/account/" in text
        club.provider.becomes(
            "sub_1", state=SubscriptionState.ACTIVE, retry_at=None, paid_until=AT + (month + 1) * 30 * DAY
        )
        club.hears()
    assert told(out) == [] and FailTold.objects.filter(membership=membership).count() == 2


def test_what_nobody_heard_of_before_it_was_given_up_is_told_then(club: ProviderClub, out: Path) -> None:
    paying(club)
    club.later(days=45)
    club.provider.end("sub_1", EndedWhy.PAYMENT_FAILED)
    club.hears()
    [(_to, subject, text)] = told(out)
    assert subject == "The payment for Gold has failed" and "Your membership is over." in text


def test_a_page_that_nobody_paid_on_is_no_failure(club: ProviderClub, out: Path) -> None:
    membership = club.joins(a_priced_plan())
    club.pays(membership)
    club.provider.becomes("sub_1", state=SubscriptionState.INCOMPLETE, paid_until=None)
    club.hears()
    club.provider.becomes("sub_1", state=SubscriptionState.INCOMPLETE_EXPIRED, ended_at=club.at)
    club.hears()
    assert told(out) == []


def test_what_was_paid_by_hand_is_confirmed_once(out: Path) -> None:
    ann = operations.save_customer(Customer(name="Ann", email="ann@club.example"))
    take_plan(a_priced_plan(), ann, None, Way.BY_HAND, AT, UTC_ZONE)
    payment = queries.owed().get()
    for _time in range(2):
        hand_operations.mark_paid(payment, Payment.How.CASH, AT, UTC_ZONE)
    [(to, subject, text)] = told(out)
    assert (to, subject) == ("ann@club.example", "We have received your payment for Gold")
    assert "29.00 EUR for Gold, in cash" in text and "paid until 1 Apr 2026" in text and "no invoice" in text


def test_a_companys_admins_are_written_to(club: ProviderClub, out: Path) -> None:
    company = operations.save_company(Company(name="Mill", email="pay@mill.example"))
    for name, is_admin in (("ann", True), ("bert", True), ("carl", False)):
        person = operations.save_customer(Customer(name=name, email=f"{name}@mill.example"))
        operations.save_link(Link(customer=person, company=company, is_admin=is_admin))
    membership = club.joins(a_priced_plan("Team", for_companies=True), company, 5)
    club.pays(membership)
    club.hears()
    changing_operations.cancel_at_end(membership, club.at)
    letters = sorted(told(out))
    assert [each[0] for each in letters] == ["ann@mill.example", "bert@mill.example"]
    assert f"/card/account/companies/{company.pk}" in letters[0][2]


def test_where_nothing_can_be_written_everything_goes_on(club: ProviderClub, out: Path) -> None:
    membership = paying(club)
    Customer.objects.update(email="no address")
    own_operations.cancel(membership, club.at)
    assert now(membership).at_end == "cancelled" and not Mail.objects.exists()
    with mail_by(""):
        club.later(days=30)
        club.provider.decline("sub_1", None)
        club.hears()
    assert not FailTold.objects.exists()


def test_what_is_not_committed_is_not_written(club: ProviderClub, out: Path) -> None:
    membership = paying(club)
    with transaction.atomic():
        own_operations.cancel(membership, club.at)
        transaction.set_rollback(True)
    assert told(out) == []


def test_in_german(club: ProviderClub, out: Path) -> None:
    save_organization(Organization(name="Weinclub", language="de"))
    own_operations.cancel(paying(club), club.at)
    [(_to, subject, text)] = told(out)
    assert subject == "Gold ist gekündigt" and "31.03.2026" in text
