"""Money given back, once; disputes. Neither changes access."""

import pytest

from contract.membership import Detail
from hub.billing import changing_operations, queries
from hub.billing.models import Payment
from hub.billing.seen import DisputeState
from tests.hub.provider_club import ProviderClub, a_priced_plan, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


def test_refunds_and_disputes_are_seen_and_change_nobodys_access(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    club.pays(membership)
    club.provider.give_back("pi_1", 900)
    club.hears()
    payment = Payment.objects.get()
    assert queries.left_of(payment) == 2_000
    for state in DisputeState:
        club.provider.dispute("pi_1", state)
        club.hears()
        assert payment.disputes.get().state == state
        assert queries.to_look_at().exists() is (state is not DisputeState.WON)
    assert club.detail(membership) is Detail.CURRENT


def test_a_refund_that_never_arrived_can_be_given_again(club: ProviderClub) -> None:
    club.pays(club.joins(a_priced_plan()))
    club.hears()
    payment = Payment.objects.get()
    changing_operations.refund(payment, 2_900, club.at)
    assert queries.left_of(Payment.objects.get()) == 0
    with pytest.raises(changing_operations.CannotChange):
        changing_operations.refund(payment, 1, club.at)
    [held] = club.provider.payments.values()
    club.provider.fail_refund(held.reference)
    club.hears()
    assert queries.left_of(Payment.objects.get()) == 2_900
    changing_operations.refund(payment, 2_900, club.at)
    assert [each.done for each in Payment.objects.get().refunds.all()] == [False, True]


def test_a_refund_whose_answer_was_lost_is_known_by_what_is_told(club: ProviderClub) -> None:
    club.pays(club.joins(a_priced_plan()))
    club.hears()
    payment = Payment.objects.get()
    changing_operations.refund(payment, 900, club.at)
    payment.refunds.update(reference=None, done=False)
    club.hears()
    assert [(each.cents, each.done) for each in payment.refunds.all()] == [(900, True)]
    assert queries.left_of(Payment.objects.get()) == 2_000


def test_a_refund_whose_answer_was_lost_is_given_once(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    club.pays(membership)
    club.hears()
    payment, give_back = Payment.objects.get(), club.provider.refund

    def lost(*asked: object) -> object:
        give_back(*asked)  # type: ignore[arg-type]
        club.provider.away = True
        club.provider._answer("refund", "")
        raise AssertionError

    club.provider.refund = lost  # type: ignore[method-assign, assignment]
    with pytest.raises(Exception, match="does not answer"):
        changing_operations.refund(payment, 900, club.at)
    club.provider.away, club.provider.refund = False, give_back  # type: ignore[method-assign]
    changing_operations.refund(payment, 900, club.at)
    club.hears()
    assert len(club.provider.payments["pi_1"].refunds) == 1
    assert payment.refunds.get().done
