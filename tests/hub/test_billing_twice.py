"""Paid twice, too late, or in another currency: whoever takes the money, it is for something, or staff see it."""

import pytest

from contract.membership import Detail
from hub.billing import changing_operations, hand_operations, queries
from hub.billing.joining_operations import take_plan
from hub.billing.models import Checkout, Payment
from hub.billing.offers import Way
from hub.billing.reconciling import Reconciling
from hub.billing.seen import CheckoutState, PaymentState, SubscriptionState
from hub.members import operations
from hub.members.models import Membership, Plan
from tests.hub.fake_provider import FakeProvider
from tests.hub.followed import assert_exact
from tests.hub.people import AT, DAY, a_customer
from tests.hub.provider_club import UTC_ZONE, ProviderClub, a_priced_plan, now, status

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def club(monkeypatch: pytest.MonkeyPatch) -> ProviderClub:
    provider = FakeProvider(AT)
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: provider)
    return ProviderClub(provider)


def catch_up(club: ProviderClub) -> None:
    Reconciling(club.provider, lambda: club.at).catch_up()


def waits_by_invoice(club: ProviderClub) -> Membership:
    return take_plan(a_priced_plan(by_invoice=True), a_customer(), None, Way.BY_HAND, club.at, UTC_ZONE)


def paid_by_hand(club: ProviderClub) -> None:
    hand_operations.mark_paid(queries.owed().get(), Payment.How.CASH, club.at, UTC_ZONE)


def test_what_was_paid_by_hand_while_its_page_was_open_is_billed_once(club: ProviderClub) -> None:
    membership = waits_by_invoice(club)
    reference = club.at_the_page(membership)
    paid_by_hand(club)
    until = now(membership).ends_at
    number = club.provider.pay(reference)
    club.hears()
    assert club.provider.subscriptions[number].state is SubscriptionState.CANCELED
    assert [each.is_spare for each in queries.to_look_at()] == [True]
    held = now(membership)
    assert (held.ends_at, held.billed_by) == (until, "") and queries.standing(held).is_by_hand
    assert_exact()


def test_what_staff_gave_back_by_hand_is_billed_by_the_provider(club: ProviderClub) -> None:
    membership = waits_by_invoice(club)
    reference = club.at_the_page(membership)
    paid_by_hand(club)
    changing_operations.refund(Payment.objects.get(), 2_900, club.at)
    club.provider.pay(reference)
    club.hears()
    assert queries.standing(now(membership)).is_by_provider and not queries.to_look_at()


@pytest.mark.parametrize("end", ["paid by hand", "revoked"])
def test_the_page_of_what_waits_no_more_is_closed(club: ProviderClub, end: str) -> None:
    membership = waits_by_invoice(club)
    reference = club.at_the_page(membership)
    if end == "revoked":
        operations.revoke_memberships([membership], club.at)
    else:
        paid_by_hand(club)
    catch_up(club)
    assert club.provider.checkouts[reference].state is CheckoutState.EXPIRED
    assert Checkout.objects.get().state == CheckoutState.EXPIRED


def test_what_is_taken_for_a_revoked_membership_before_it_is_ended_there_is_seen(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.hears()
    operations.revoke_memberships([membership], club.at + DAY)
    club.later(days=30)
    club.provider.renew(number)
    club.provider.take_money("", "cus_x", 2_900, "EUR", number)
    club.hears()
    assert [each.reference for each in queries.to_look_at()] == ["pi_2"]
    catch_up(club)
    assert club.provider.subscriptions[number].state is SubscriptionState.CANCELED
    assert status(membership, club.at).detail is Detail.REVOKED


def test_what_somebody_paid_before_they_were_deleted_is_nothing_to_look_at(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.hears()
    changing_operations.cancel_now(membership, club.at)
    operations.delete_customers([membership.customer])
    club.provider.give_back("pi_1", 900)
    club.hears()
    payment = Payment.objects.get()
    assert (payment.is_spare, payment.refunds.get().cents) == (False, 900)
    assert not queries.to_look_at() and number


def test_money_that_was_on_its_way_as_they_were_deleted_is(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan(billed_every=None))
    reference = club.at_the_page(membership)
    number = club.provider.pay_later(reference)
    club.hears()
    assert Payment.objects.get().state == PaymentState.OPEN
    operations.delete_customers([membership.customer])
    club.provider.settle(reference, number, pays=True)
    club.hears()
    assert [each.membership for each in queries.to_look_at()] == [None]


def test_no_provider_is_asked_for_another_currency(club: ProviderClub) -> None:
    gold, pound = a_priced_plan(), a_priced_plan("Pound", currency="GBP")
    membership = club.joins(gold)
    club.pays(membership)
    club.hears()
    with pytest.raises(changing_operations.CannotChange, match="paid in EUR, and Pound in GBP"):
        changing_operations.change_plan(membership, pound, None, club.at)
    # What its own plan costs by now is no other.
    Plan.objects.filter(pk=gold.pk).update(currency="GBP")
    with pytest.raises(changing_operations.CannotChange, match="Gold in GBP"):
        changing_operations.change_plan(membership, Plan.objects.get(pk=gold.pk), None, club.at)
    assert "change_plan" not in dict(club.provider.calls)
