"""Whoever does not pay: what waits, and what is given up; money on its way."""

import pytest

from contract.membership import Detail
from hub.billing import queries
from hub.billing.leftover_operations import give_up_unpaid
from hub.billing.models import Checkout
from hub.billing.seen import CheckoutState
from hub.members.models import Membership
from tests.hub.provider_club import ProviderClub, a_priced_plan, now, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


def waits_unpaid(club: ProviderClub) -> tuple[Membership, str]:
    membership = club.joins(a_priced_plan())
    reference = club.at_the_page(membership)
    club.provider.expire(reference)
    return membership, reference


def test_what_nobody_pays_is_over_a_day_after_its_page_has_closed(club: ProviderClub) -> None:
    membership, _reference = waits_unpaid(club)
    club.hears()
    club.later(hours=25)
    club.catches_up()
    assert club.detail(membership) is Detail.PENDING
    club.later(hours=2)
    club.catches_up()
    assert club.detail(membership) is Detail.PAYMENT_FAILED
    assert not now(membership).pending


def test_who_begins_to_pay_again_is_waited_for(club: ProviderClub) -> None:
    membership, _reference = waits_unpaid(club)
    club.hears()
    club.later(days=3)
    club.at_the_page(membership)
    club.catches_up()
    assert give_up_unpaid(club.at) == 0
    assert club.detail(membership) is Detail.PENDING


def test_while_nobody_knows_how_its_page_ended_it_waits(club: ProviderClub) -> None:
    membership, _reference = waits_unpaid(club)
    club.later(days=9)
    assert give_up_unpaid(club.at) == 0
    assert club.detail(membership) is Detail.PENDING


@pytest.mark.parametrize("pays", [True, False])
def test_money_on_its_way_keeps_its_membership(club: ProviderClub, pays: bool) -> None:
    membership = club.joins(a_priced_plan(billed_every=None))
    reference = club.at_the_page(membership)
    number = club.provider.pay_later(reference)
    club.hears()
    for _day in range(6):
        club.later(days=1)
        club.catches_up()
        assert club.detail(membership) is Detail.PENDING
    club.provider.settle(reference, number, pays)
    club.hears()
    assert club.detail(membership) is (Detail.CURRENT if pays else Detail.PENDING)
    # Who hears of it has a day to pay otherwise.
    assert give_up_unpaid(club.at) == 0
    club.later(days=2)
    club.catches_up()
    assert club.detail(membership) is (Detail.CURRENT if pays else Detail.PAYMENT_FAILED)


def test_what_waits_for_an_invoice_waits_on(club: ProviderClub) -> None:
    by_staff = club.joins(a_priced_plan())
    club.later(days=90)
    assert give_up_unpaid(club.at) == 0
    assert club.detail(by_staff) is Detail.PENDING


def test_who_pays_after_it_was_given_up_is_seen(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan(billed_every=None))
    reference = club.at_the_page(membership)
    Checkout.objects.update(state=CheckoutState.EXPIRED)
    club.later(days=2)
    assert give_up_unpaid(club.at) == 1
    club.provider.pay(reference)
    club.hears()
    assert club.detail(membership) is Detail.PAYMENT_FAILED
    assert [each.cents for each in queries.to_look_at()] == [2_900]
