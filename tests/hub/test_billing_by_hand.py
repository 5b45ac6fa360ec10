"""What is paid to the organization itself: owed, paid, late, written off; pages of a provider's begun by two."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from contract.membership import Detail
from hub.audit.models import Entry
from hub.billing import changing_operations, checkout_operations, hand_operations, own_operations, queries
from hub.billing.hand_operations import NotPayable
from hub.billing.joining_operations import take_plan
from hub.billing.models import Checkout, Payment
from hub.billing.offers import Way, offers_for
from hub.billing.reconciling import Reconciling
from hub.billing.seen import CheckoutState, EndedWhy
from hub.members import operations, seats, status_operations, term_operations
from hub.members.models import Company, Customer, Link, Membership, Plan
from tests.hub.fake_provider import FakeProvider
from tests.hub.followed import assert_exact
from tests.hub.people import AT, DAY, a_customer
from tests.hub.provider_club import UTC_ZONE, ProviderClub, a_priced_plan, now, status

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def club(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderClub]:
    provider = FakeProvider(AT)
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: provider)
    return ProviderClub(provider)


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


def test_one_page_at_a_time_and_the_same_one_again(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    first = club.at_the_page(membership)
    assert club.at_the_page(membership) == first
    club.later(minutes=115)
    second = club.at_the_page(membership)
    assert second != first
    assert club.provider.checkouts[first].state is CheckoutState.EXPIRED
    assert [each.reference for each in Checkout.objects.filter(state=CheckoutState.OPEN)] == [second]


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


def test_members_cancel_and_keep_and_change_their_plan(club: ProviderClub) -> None:
    gold, silver = a_priced_plan(), a_priced_plan("Silver", price_cents=900)
    membership = club.joins(gold)
    club.pays(membership)
    club.hears()
    changing_operations.cancel_at_end(membership, club.at)
    assert status(membership, club.at).detail is Detail.CANCELLING
    changing_operations.keep_going(membership, club.at)
    assert status(membership, club.at).detail is Detail.CURRENT
    changing_operations.change_plan(membership, silver, None, club.at)
    assert now(membership).plan == silver
    free = a_priced_plan("Free", price_cents=None)
    with pytest.raises(changing_operations.CannotChange, match="not billed again"):
        changing_operations.change_plan(membership, free, None, club.at)
    changing_operations.cancel_now(membership, club.at)
    assert status(membership, club.at).detail is Detail.CANCELLED
    with pytest.raises(changing_operations.CannotChange, match="No payment provider"):
        changing_operations.cancel_now(membership, club.at)


def test_invoices_and_the_portal_are_the_payers_own(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    ann, other = membership.customer, a_customer("Bob")
    assert changing_operations.invoices_of(ann) == []
    club.pays(membership)
    club.hears()
    assert len(changing_operations.invoices_of(ann)) == 1
    assert "cus_customer" in changing_operations.portal_address(ann, "https://club.example/card/")
    with pytest.raises(changing_operations.CannotChange):
        changing_operations.portal_address(other, "https://club.example/card/")


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


def test_seats_are_for_as_many_as_there_are(club: ProviderClub) -> None:
    company = operations.save_company(Company(name="Mill"))
    plan = a_priced_plan(for_companies=True, seats_max=3)
    with pytest.raises(checkout_operations.NotForSale, match="1 to 3 seats"):
        club.joins(plan, company, 4)
    membership = club.joins(plan, company, 2)
    club.pays(membership)
    club.hears()
    people = [operations.save_customer(Customer(name=f"P{number}")) for number in range(4)]
    for each in people[:2]:
        operations.save_link(Link(customer=each, company=company), AT)
    assert seats.seats_free(company, AT) == 0
    with pytest.raises(Exception, match="2 seats, and all are taken"):
        operations.save_link(Link(customer=people[2], company=company), AT)
    with pytest.raises(Exception, match="2 seats, and all are taken"):
        operations.add_links([Link(customer=people[2], company=company)], AT)
    assert company.links.count() == 2
    with pytest.raises(changing_operations.CannotChange, match="2 people belong"):
        changing_operations.change_plan(membership, plan, 1, club.at)
    changing_operations.change_plan(membership, plan, 3, club.at)
    link = operations.save_link(Link(customer=people[2], company=company), AT)
    link.is_admin = True
    operations.save_link(link, AT)
    club.provider.end("sub_1", EndedWhy.PAYMENT_FAILED)
    club.hears()
    operations.save_link(Link(customer=people[3], company=company), AT + 40 * DAY)
    assert_exact()
