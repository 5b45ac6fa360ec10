"""Pages of a provider's on which somebody pays: begun once, by two, again, and closed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from contract.membership import Detail
from hub.billing import checkout_operations, queries
from hub.billing.models import Checkout
from hub.billing.reconciling import Reconciling
from hub.billing.seen import CheckoutState
from hub.members import operations
from hub.members.models import Plan
from tests.hub.provider_club import ProviderClub, a_priced_plan, status, with_provider

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.any_database]
club = with_provider


def test_one_page_at_a_time_and_the_same_one_again(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    first = club.at_the_page(membership)
    assert club.at_the_page(membership) == first
    club.later(minutes=115)
    second = club.at_the_page(membership)
    assert second != first
    assert club.provider.checkouts[first].state is CheckoutState.EXPIRED
    assert [each.reference for each in Checkout.objects.filter(state=CheckoutState.OPEN)] == [second]


@pytest.mark.both_databases
def test_whoever_begins_beside_another_gets_the_same_page(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    together = Barrier(2)

    def begin(_number: int) -> str:
        try:
            together.wait(10)
            return club.at_the_page(membership)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        pages = set(pool.map(begin, range(2)))
    assert len(pages) == 1
    assert Checkout.objects.count() == 1


def test_an_answer_that_was_lost_is_asked_for_again(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    first = club.at_the_page(membership)
    Checkout.objects.update(reference="", address="")
    assert club.at_the_page(membership) == first
    assert len(club.provider.checkouts) == 1


def test_a_page_that_nobody_pays_on_leaves_it_waiting_and_who_had_paid_is_asked_no_more(
    club: ProviderClub,
) -> None:
    membership = club.joins(a_priced_plan())
    reference = club.at_the_page(membership)
    club.provider.expire(reference)
    club.hears()
    assert status(membership, club.at).detail is Detail.PENDING
    assert not queries.standing(membership).is_being_paid
    club.pays(membership)
    assert checkout_operations.look_again(membership, club.at)
    with pytest.raises(checkout_operations.NotForSale, match="does not wait"):
        club.at_the_page(membership)


def test_a_page_whose_end_nobody_told_of_is_asked_about(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    club.provider.expire(club.at_the_page(membership))
    club.provider.events.clear()
    club.later(hours=3)
    Reconciling(club.provider, lambda: club.at).catch_up()
    assert Checkout.objects.get().state == CheckoutState.EXPIRED


def test_a_page_that_the_provider_has_forgotten_stands_in_nobodys_way(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    reference = club.at_the_page(membership)
    del club.provider.checkouts[reference]
    Checkout.objects.update(address="", asked={})
    assert club.at_the_page(membership) != ""
    other = club.joins(a_priced_plan("Silver"))
    del club.provider.checkouts[club.at_the_page(other)]
    club.later(hours=3)
    club.catches_up()
    assert not Checkout.objects.filter(state=CheckoutState.OPEN, until__lt=club.at).exists()


def test_who_comes_back_in_another_language_or_with_another_address_is_asked_for_anew(club: ProviderClub) -> None:
    from django.utils.translation import override  # noqa: PLC0415

    membership = club.joins(a_priced_plan())
    first = club.at_the_page(membership)
    Checkout.objects.update(address="")
    with override("de"):
        second = club.at_the_page(membership)
        Checkout.objects.update(address="")
    customer = membership.customer
    customer.email = "other@club.example"
    operations.save_customer(customer)
    with override("de"):
        third = club.at_the_page(membership)
    assert len({first, second, third}) == 3
    assert club.provider.orders[third].payer.email == "other@club.example"
    assert [each.reference for each in Checkout.objects.filter(state=CheckoutState.OPEN)] == [third]


@pytest.mark.both_databases
def test_a_price_that_changes_meanwhile_is_paid_on_a_new_page(club: ProviderClub) -> None:
    plan = a_priced_plan()
    membership = club.joins(plan)
    first = club.at_the_page(membership)
    Plan.objects.update(price_cents=5_000, currency="GBP", is_public=False)
    second = club.at_the_page(membership)
    assert club.provider.checkouts[first].state is CheckoutState.EXPIRED
    assert (club.provider.orders[second].price.cents, club.provider.orders[second].price.currency) == (
        5_000,
        "GBP",
    )


def test_no_page_is_begun_again_for_less_than_half_an_hour(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    club.at_the_page(membership)
    Checkout.objects.update(reference="", address="")
    club.later(minutes=95)
    reference = club.at_the_page(membership)
    assert club.provider.orders[reference].until - club.at >= timedelta(minutes=30)


def test_coming_back_without_having_paid_is_not_paid(club: ProviderClub) -> None:
    mine, others = club.joins(a_priced_plan()), club.joins(a_priced_plan("Silver"))
    club.at_the_page(mine)
    club.pays(others)
    assert not checkout_operations.look_again(mine, club.at)
    assert club.detail(mine) is Detail.PENDING
