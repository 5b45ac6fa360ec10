"""Who is deleted, or whose membership is revoked, while money moves: nobody pays on for nothing, or unseen."""

import pytest

from contract.membership import Detail
from hub.billing import changing_operations, queries
from hub.billing.models import Checkout, Payment, Subscription
from hub.billing.reconciling import Reconciling
from hub.billing.seen import CheckoutState, EndedWhy, PaymentState, SubscriptionState
from hub.members import operations
from hub.members.models import Company
from hub.members.writing import InUse
from tests.hub.people import DAY
from tests.hub.provider_club import ProviderClub, a_priced_plan, now, status, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


def test_what_staff_revoke_is_billed_no_more(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.hears()
    operations.revoke_memberships([membership], club.at)
    Reconciling(club.provider, lambda: club.at).sweep()
    assert club.provider.subscriptions[number].state is SubscriptionState.CANCELED
    assert club.detail(membership) is Detail.REVOKED


def test_a_customer_whom_a_provider_bills_is_not_deleted(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.hears()
    with pytest.raises(Exception, match="in use by a subscription"):
        operations.delete_customers([membership.customer])
    club.provider.end(number, EndedWhy.WISH)
    club.hears()
    operations.delete_customers([now(membership).customer])
    assert Payment.objects.get().membership is None


@pytest.mark.parametrize("once", [True, False])
def test_who_is_deleted_at_the_page_pays_nothing_unseen(club: ProviderClub, once: bool) -> None:
    membership = club.joins(a_priced_plan(**({"billed_every": None} if once else {})))
    reference = club.at_the_page(membership)
    operations.delete_customers([membership.customer])
    club.provider.pay(reference)
    club.hears()
    assert all(each.state is SubscriptionState.CANCELED for each in club.provider.subscriptions.values())
    [payment] = queries.to_look_at()
    assert (payment.membership, payment.is_spare, payment.text) == (None, True, "Gold")
    assert not Subscription.objects.exists()


def test_the_page_of_who_is_deleted_is_closed(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    reference = club.at_the_page(membership)
    operations.delete_customers([membership.customer])
    club.catches_up()
    assert club.provider.checkouts[reference].state is CheckoutState.EXPIRED
    assert "club.example" not in str([each["payer"] for each in Checkout.objects.values_list("asked", flat=True)])


def test_a_company_whom_a_provider_bills_is_not_deleted(club: ProviderClub) -> None:
    company = operations.save_company(Company(name="Mill"))
    club.pays(club.joins(a_priced_plan(for_companies=True), company, 3))
    club.hears()
    with pytest.raises(InUse):
        operations.delete_companies([company])


def test_who_pays_for_what_staff_have_revoked_is_billed_no_more_and_seen(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    reference = club.at_the_page(membership)
    operations.revoke_memberships([membership], club.at)
    number = club.provider.pay(reference)
    club.hears()
    assert club.provider.subscriptions[number].state is SubscriptionState.CANCELED
    assert [each.is_spare for each in queries.to_look_at()] == [True]


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
    club.catches_up()
    assert club.provider.subscriptions[number].state is SubscriptionState.CANCELED
    assert status(membership, club.at).detail is Detail.REVOKED


def test_what_was_paid_before_it_was_revoked_and_heard_of_later_is_nothing_to_look_at(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    club.hears()
    club.later(days=30)
    club.provider.renew(number)
    club.provider.take_money("", "cus_x", 2_900, "EUR", number)
    operations.revoke_memberships([membership], club.later(days=1))
    club.hears()
    assert Payment.objects.count() == 2 and not list(queries.to_look_at())


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
