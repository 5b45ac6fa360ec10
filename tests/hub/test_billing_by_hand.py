"""What is paid to the organization itself: owed, paid, late, written off; pages of a provider's begun by two."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from contract.membership import Detail
from hub.audit.models import Entry
from hub.billing import changing_operations, hand_operations, own_operations, queries
from hub.billing.hand_operations import NotPayable
from hub.billing.joining_operations import take_plan
from hub.billing.models import Payment
from hub.billing.offers import Way, offers_for
from hub.members import status_operations, term_operations
from hub.members.models import Membership, Plan
from tests.hub.followed import assert_exact
from tests.hub.people import AT, DAY, a_customer
from tests.hub.provider_club import UTC_ZONE, ProviderClub, a_priced_plan, now, status, with_provider

pytestmark = pytest.mark.usefixtures("database")
club = with_provider


def joins(plan: Plan) -> Membership:
    return take_plan(plan, a_customer(), None, Way.BY_HAND, AT, UTC_ZONE)


def paid(payment: Payment, at: object) -> Payment:
    return hand_operations.mark_paid(payment, Payment.How.CASH, at, UTC_ZONE)


def owed() -> Payment:
    return queries.owed().get()


def test_a_plan_is_paid_for_by_the_ways_that_there_are(
    club: ProviderClub, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = a_priced_plan()
    assert [each.way for each in offers_for(gold)] == [Way.PROVIDER]
    gold.by_invoice = True
    assert [each.way for each in offers_for(gold)] == [Way.PROVIDER, Way.BY_HAND]
    assert [each.way for each in offers_for(a_priced_plan("Free", price_cents=None))] == [Way.FREE]
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: None)
    gold.by_invoice = False
    assert [each.way for each in offers_for(gold)] == [Way.BY_HAND]


def test_who_pays_by_invoice_waits_and_pays_for_no_day_of_that() -> None:
    membership = joins(a_priced_plan(setup_fee_cents=1_000))
    assert status(membership, AT).detail is Detail.PENDING
    payment = owed()
    assert (payment.cents, payment.due_at) == (3_900, AT + hand_operations.TO_PAY)
    paid(payment, AT + 5 * DAY)
    held = now(membership)
    assert status(held, AT + 5 * DAY).detail is Detail.CURRENT
    assert held.starts_at == AT + 5 * DAY
    assert held.ends_at == held.starts_at.replace(month=4)
    assert_exact()
    assert not queries.owed().exists()
    assert Entry.objects.filter(action="paid", thing_kind="payment").count() == 1


def test_paid_once_more_changes_nothing() -> None:
    membership = joins(a_priced_plan())
    payment = owed()
    paid(payment, AT)
    ends_at = now(membership).ends_at
    paid(payment, AT + DAY)
    assert now(membership).ends_at == ends_at
    assert Payment.objects.count() == 1


def test_the_next_period_is_owed_in_time_once_and_paid_goes_on() -> None:
    membership = joins(a_priced_plan())
    paid(owed(), AT)
    first_end = now(membership).ends_at
    assert hand_operations.open_renewals(first_end - 20 * DAY, UTC_ZONE) == 0
    assert hand_operations.open_renewals(first_end - 10 * DAY, UTC_ZONE) == 1
    assert hand_operations.open_renewals(first_end - 9 * DAY, UTC_ZONE) == 0
    payment = owed()
    assert (payment.cents, payment.due_at, payment.period_starts_at) == (2_900, first_end, first_end)
    assert status(membership, first_end + DAY).detail is Detail.GRACE
    assert status(membership, first_end + 3 * DAY).detail is Detail.ENDED
    paid(payment, first_end + DAY)
    assert now(membership).ends_at == payment.period_ends_at == AT.replace(month=5)
    assert_exact()


def test_paid_after_it_was_over_begins_anew_from_then() -> None:
    membership = joins(a_priced_plan())
    paid(owed(), AT)
    first_end = now(membership).ends_at
    hand_operations.open_renewals(first_end, UTC_ZONE)
    late = first_end + 20 * DAY
    paid(owed(), late)
    assert now(membership).ends_at == first_end
    new = Membership.objects.exclude(pk=membership.pk).get()
    assert (new.starts_at, new.ends_at) == (late, late.replace(month=late.month + 1))
    assert queries.standing(new).is_by_hand
    assert_exact()


def test_a_trial_runs_at_once_and_the_first_payment_is_due_at_its_end() -> None:
    membership = joins(a_priced_plan(trial_days=14))
    assert status(membership, AT).detail is Detail.TRIAL
    payment = owed()
    assert payment.due_at == payment.period_starts_at == AT + 14 * DAY
    paid(payment, AT + 10 * DAY)
    assert now(membership).ends_at == (AT + 14 * DAY).replace(month=4)
    assert status(membership, AT + 15 * DAY).detail is Detail.CURRENT


def a_paid_trial() -> Membership:
    membership = joins(a_priced_plan(trial_days=14, setup_fee_cents=1_000))
    paid(owed(), AT + 10 * DAY)
    return now(membership)


def test_billing_that_begins_again_bills_nothing_that_is_paid() -> None:
    membership = a_paid_trial()
    end = membership.ends_at
    for at in (AT + 11 * DAY, AT + 20 * DAY):
        hand_operations.end_by_hand(membership, at)
        assert hand_operations.begin_by_hand(membership, at, UTC_ZONE) is None
    assert not queries.owed().exists()
    assert queries.standing(membership).subscription.paid_until == end
    assert hand_operations.open_renewals(end - DAY, UTC_ZONE) == 1
    assert (owed().cents, owed().period_starts_at) == (2_900, end)


def test_a_trial_that_nobody_paid_for_or_that_was_given_back_is_owed_again() -> None:
    membership = joins(a_priced_plan(trial_days=14, setup_fee_cents=1_000))
    hand_operations.end_by_hand(membership, AT)
    assert hand_operations.begin_by_hand(membership, AT, UTC_ZONE).cents == 3_900
    changing_operations.refund(paid(owed(), AT), 3_900, AT)
    hand_operations.end_by_hand(membership, AT)
    assert hand_operations.begin_by_hand(membership, AT, UTC_ZONE).cents == 3_900


def renewed(membership: Membership) -> Membership:
    return term_operations.renew_membership(membership, membership.ends_at + 30 * DAY, AT + 12 * DAY)


@pytest.mark.parametrize("take_back", [lambda it: status_operations.uncancel(it, AT + 12 * DAY), renewed])
def test_a_cancellation_taken_back_is_billed_as_before(take_back: Callable[[Membership], Membership]) -> None:
    membership = a_paid_trial()
    own_operations.cancel(membership, AT + 11 * DAY)
    assert not queries.standing(membership).subscription.is_open
    held = take_back(now(membership))
    assert queries.standing(held).subscription.is_open and not queries.owed().exists()
    assert hand_operations.open_renewals(held.ends_at - DAY, UTC_ZONE) == 1
    assert_exact()


def test_what_staff_had_stopped_billing_stays_so() -> None:
    membership = a_paid_trial()
    hand_operations.end_by_hand(membership, AT + 11 * DAY)
    own_operations.cancel(membership, AT + 11 * DAY)
    status_operations.uncancel(membership, AT + 12 * DAY)
    assert not queries.standing(membership).subscription.is_open


def test_what_is_written_off_ends_where_it_was_to_go_on() -> None:
    membership = joins(a_priced_plan())
    hand_operations.write_off(owed(), AT + DAY)
    assert status(membership, AT + DAY).detail is Detail.PAYMENT_FAILED
    with pytest.raises(NotPayable, match="written off"):
        paid(Payment.objects.get(), AT + DAY)
    other = joins(a_priced_plan("Silver"))
    paid(owed(), AT)
    end = now(other).ends_at
    hand_operations.open_renewals(end - DAY, UTC_ZONE)
    hand_operations.write_off(owed(), end - DAY)
    assert status(other, end - DAY).detail is Detail.CURRENT
    assert status(other, end).detail is Detail.PAYMENT_FAILED
    assert_exact()


def test_money_handed_back_is_written_down_and_never_more_than_came() -> None:
    joins(a_priced_plan())
    payment = paid(owed(), AT)
    changing_operations.refund(payment, 900, AT)
    assert queries.left_of(Payment.objects.get()) == 2_000
    with pytest.raises(changing_operations.CannotChange, match="At most"):
        changing_operations.refund(payment, 2_001, AT)


def test_who_goes_over_to_a_provider_owes_nothing_by_hand(club: ProviderClub) -> None:
    membership = joins(a_priced_plan(by_invoice=True))
    club.pays(membership)
    club.hears()
    assert not queries.owed().exists()
    assert queries.standing(membership).is_by_provider


def test_two_who_mark_the_same_as_paid_lengthen_it_once() -> None:
    membership = joins(a_priced_plan())
    payment, together = owed(), Barrier(2)

    def mark(_number: int) -> None:
        try:
            together.wait(10)
            paid(Payment.objects.get(pk=payment.pk), AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(mark, range(2)))
    assert now(membership).ends_at == AT.replace(month=4)
    assert Entry.objects.filter(action="paid", thing_kind="payment").count() == 1
