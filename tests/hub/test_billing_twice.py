"""Paid twice: one of them counts, and staff see the other."""

import pytest

from contract.membership import Detail
from hub.billing import changing_operations, hand_operations, queries
from hub.billing.joining_operations import take_plan
from hub.billing.looking import look_at
from hub.billing.models import Checkout, Payment
from hub.billing.offers import Way
from hub.billing.seen import About, CheckoutState, SubscriptionState
from hub.members import operations
from hub.members.models import Membership
from tests.hub.followed import assert_exact
from tests.hub.people import a_customer
from tests.hub.provider_club import UTC_ZONE, ProviderClub, a_priced_plan, now, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


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
    club.catches_up()
    assert club.provider.checkouts[reference].state is CheckoutState.EXPIRED
    assert Checkout.objects.get().state == CheckoutState.EXPIRED


def test_who_pays_twice_is_billed_once_and_staff_see_it(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    first = club.at_the_page(membership)
    Checkout.objects.update(asked={})
    club.provider.close_checkout = lambda reference: club.provider.checkouts[reference]  # type: ignore[method-assign]
    second = club.at_the_page(membership)
    assert first != second
    kept, spare = club.provider.pay(first), club.provider.pay(second)
    club.hears()
    club.hears()
    assert club.provider.subscriptions[kept].state is SubscriptionState.ACTIVE
    assert club.provider.subscriptions[spare].state is SubscriptionState.CANCELED
    assert club.detail(membership) is Detail.CURRENT
    assert [each.is_spare for each in queries.to_look_at()] == [True]


def test_who_pays_anew_while_a_first_payment_was_never_confirmed_has_it(
    club: ProviderClub,
) -> None:
    membership = club.joins(a_priced_plan())
    first = club.pays(membership)
    club.provider.payments.clear()
    club.provider.events = [each for each in club.provider.events if each.about is not About.PAYMENT]
    club.provider.becomes(first, state=SubscriptionState.INCOMPLETE, paid_until=None)
    look_at(club.provider, About.SUBSCRIPTION, first, club.at)
    assert club.detail(membership) is Detail.PENDING
    Checkout.objects.update(state=CheckoutState.EXPIRED)
    second = club.pays(membership)
    club.hears()
    assert club.provider.subscriptions[second].state is SubscriptionState.ACTIVE
    assert club.provider.subscriptions[first].state is SubscriptionState.CANCELED
    assert club.detail(membership) is Detail.CURRENT
    assert not queries.to_look_at()


def test_a_second_payment_is_seen_whatever_is_told_first(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan(billed_every=None))
    first = club.at_the_page(membership)
    Checkout.objects.update(state=CheckoutState.EXPIRED)
    second = club.at_the_page(membership)
    club.provider.pay(first)
    club.hears()
    number = club.provider.pay(second)
    look_at(club.provider, About.PAYMENT, number, club.at)
    club.hears()
    assert [each.reference for each in queries.to_look_at()] == [number]
    club.provider.give_back(number, 900)
    club.hears()
    assert [each.reference for each in queries.to_look_at()] == [number]
    club.provider.give_back(number, 2_000)
    club.hears()
    assert not queries.to_look_at()
