"""What goes wrong on purpose or by bad luck while money moves: nobody pays for nothing unseen, and nobody has
anything without paying."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.ask import Ask
from contract.decision import decide
from contract.membership import Detail
from contract.reasons import Outcome
from hub.billing import changing_operations, checkout_operations, event_operations, queries
from hub.billing.leftover_operations import give_up_unpaid
from hub.billing.looking import look_at
from hub.billing.meaning import becomes
from hub.billing.models import Checkout, Payment, ProviderEvent, Subscription
from hub.billing.reconciling import Reconciling
from hub.billing.seen import (
    About,
    CheckoutState,
    DisputeState,
    EndedWhy,
    SubscriptionState,
)
from hub.decisions.deciding import facts_of_holder
from hub.feed.operations import EVERYONE
from hub.members import operations
from hub.members.models import Company, Membership, Plan
from hub.members.writing import InUse
from tests.hub.fake_provider import NAME, FakeProvider
from tests.hub.followed import assert_exact
from tests.hub.people import AT, DAY
from tests.hub.provider_club import ProviderClub, a_priced_plan, now, status

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def club(monkeypatch: pytest.MonkeyPatch) -> ProviderClub:
    provider = FakeProvider(AT)
    monkeypatch.setattr("hub.billing.choosing.provider", lambda: provider)
    return ProviderClub(provider)


def detail(club: ProviderClub, membership: Membership) -> Detail:
    assert_exact()
    return status(membership, club.at).detail


def catch_up(club: ProviderClub) -> None:
    Reconciling(club.provider, lambda: club.at).catch_up()


def waits_unpaid(club: ProviderClub) -> tuple[Membership, str]:
    membership = club.joins(a_priced_plan())
    reference = club.at_the_page(membership)
    club.provider.expire(reference)
    return membership, reference


# Whoever does not pay


def test_what_nobody_pays_is_over_a_day_after_its_page_has_closed(club: ProviderClub) -> None:
    membership, _reference = waits_unpaid(club)
    club.hears()
    club.later(hours=25)
    catch_up(club)
    assert detail(club, membership) is Detail.PENDING
    club.later(hours=2)
    catch_up(club)
    assert detail(club, membership) is Detail.PAYMENT_FAILED
    assert not now(membership).pending


def test_who_begins_to_pay_again_is_waited_for(club: ProviderClub) -> None:
    membership, _reference = waits_unpaid(club)
    club.hears()
    club.later(days=3)
    club.at_the_page(membership)
    catch_up(club)
    assert give_up_unpaid(club.at) == 0
    assert detail(club, membership) is Detail.PENDING


def test_while_nobody_knows_how_its_page_ended_it_waits(club: ProviderClub) -> None:
    membership, _reference = waits_unpaid(club)
    club.later(days=9)
    assert give_up_unpaid(club.at) == 0
    assert detail(club, membership) is Detail.PENDING


@pytest.mark.parametrize("pays", [True, False])
def test_money_on_its_way_keeps_its_membership(club: ProviderClub, pays: bool) -> None:
    membership = club.joins(a_priced_plan(billed_every=None))
    reference = club.at_the_page(membership)
    number = club.provider.pay_later(reference)
    club.hears()
    for _day in range(6):
        club.later(days=1)
        catch_up(club)
        assert detail(club, membership) is Detail.PENDING
    club.provider.settle(reference, number, pays)
    club.hears()
    assert detail(club, membership) is (Detail.CURRENT if pays else Detail.PENDING)
    # Who hears of it has a day to pay otherwise.
    assert give_up_unpaid(club.at) == 0
    club.later(days=2)
    catch_up(club)
    assert detail(club, membership) is (Detail.CURRENT if pays else Detail.PAYMENT_FAILED)


def test_what_waits_for_an_invoice_waits_on(club: ProviderClub) -> None:
    by_staff = club.joins(a_priced_plan())
    club.later(days=90)
    assert give_up_unpaid(club.at) == 0
    assert detail(club, by_staff) is Detail.PENDING


def test_who_pays_after_it_was_given_up_is_seen(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan(billed_every=None))
    reference = club.at_the_page(membership)
    Checkout.objects.update(state=CheckoutState.EXPIRED)
    club.later(days=2)
    assert give_up_unpaid(club.at) == 1
    club.provider.pay(reference)
    club.hears()
    assert detail(club, membership) is Detail.PAYMENT_FAILED
    assert [each.cents for each in queries.to_look_at()] == [2_900]


# Who goes, and what stays behind


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
    catch_up(club)
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


# Paid twice


def test_who_pays_anew_while_a_first_payment_was_never_confirmed_has_it(
    club: ProviderClub,
) -> None:
    membership = club.joins(a_priced_plan())
    first = club.pays(membership)
    club.provider.payments.clear()
    club.provider.events = [each for each in club.provider.events if each.about is not About.PAYMENT]
    club.provider.becomes(first, state=SubscriptionState.INCOMPLETE, paid_until=None)
    look_at(club.provider, About.SUBSCRIPTION, first, club.at)
    assert detail(club, membership) is Detail.PENDING
    Checkout.objects.update(state=CheckoutState.EXPIRED)
    second = club.pays(membership)
    club.hears()
    assert club.provider.subscriptions[second].state is SubscriptionState.ACTIVE
    assert club.provider.subscriptions[first].state is SubscriptionState.CANCELED
    assert detail(club, membership) is Detail.CURRENT
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


# What the provider knows nothing of, or what does not fit


def test_a_page_that_the_provider_has_forgotten_stands_in_nobodys_way(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    reference = club.at_the_page(membership)
    del club.provider.checkouts[reference]
    Checkout.objects.update(address="", asked={})
    assert club.at_the_page(membership) != ""
    other = club.joins(a_priced_plan("Silver"))
    del club.provider.checkouts[club.at_the_page(other)]
    club.later(hours=3)
    catch_up(club)
    assert not Checkout.objects.filter(state=CheckoutState.OPEN, until__lt=club.at).exists()


def test_what_does_not_fit_here_holds_up_nobody_else(club: ProviderClub, caplog: pytest.LogCaptureFixture) -> None:
    strange, other = club.joins(a_priced_plan()), club.joins(a_priced_plan("Silver"))
    club.pays(strange)
    club.provider.becomes("sub_1", price=replace(club.provider.orders["cs_1"].price, cents=-1))
    club.pays(other)
    club.hears()
    assert detail(club, other) is Detail.CURRENT
    assert detail(club, strange) is Detail.PENDING
    assert ProviderEvent.objects.filter(done_at=None, error="not applied", tries=1).exists()
    assert "could not be applied" in caplog.text
    club.provider.becomes("sub_1", price=club.provider.orders["cs_1"].price)
    club.hears()
    assert detail(club, strange) is Detail.CURRENT


def test_a_clock_that_was_wrong_holds_up_nothing(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    club.pays(membership)
    event_operations.remember(NAME, club.provider.events, club.at + 365 * DAY)
    club.looks()
    assert detail(club, membership) is Detail.CURRENT


# What is asked for, and again


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


def test_who_is_billed_again_is_a_member_now_though_their_period_begins_later(club: ProviderClub) -> None:
    membership = club.joins(a_priced_plan())
    number = club.pays(membership)
    _do(club, number, "pause")
    club.hears()
    assert detail(club, membership) is Detail.SUSPENDED
    club.provider.renew(number)
    club.hears()
    assert detail(club, membership) is Detail.CURRENT


def test_coming_back_without_having_paid_is_not_paid(club: ProviderClub) -> None:
    mine, others = club.joins(a_priced_plan()), club.joins(a_priced_plan("Silver"))
    club.at_the_page(mine)
    club.pays(others)
    assert not checkout_operations.look_again(mine, club.at)
    assert detail(club, mine) is Detail.PENDING


# The doors


def at_the_door(club: ProviderClub, membership: Membership) -> Outcome:
    """As an edge decides by what stands in the feed."""
    ask = Ask(permission="front-door")
    return decide(ask, facts_of_holder(EVERYONE, membership.customer_id, None), club.at).outcome


def test_doors_open_for_who_pays_and_while_the_provider_tries_again(
    club: ProviderClub,
) -> None:
    membership = club.joins(a_priced_plan())
    reference = club.at_the_page(membership)
    assert at_the_door(club, membership) is Outcome.DENIED
    number = club.provider.pay(reference)
    assert at_the_door(club, membership) is Outcome.DENIED
    club.hears()
    assert at_the_door(club, membership) is Outcome.GRANTED
    club.later(days=30)
    for _retry in range(4):
        club.provider.decline(number, club.at + timedelta(days=3))
        club.hears()
        club.later(days=3)
        assert at_the_door(club, membership) is Outcome.GRANTED
    club.provider.end(number, EndedWhy.PAYMENT_FAILED)
    club.hears()
    assert at_the_door(club, membership) is Outcome.DENIED


# Any order of anything


_DOES = st.sampled_from(["decline", "renew", "seats", "cancel", "keep", "refund", "dispute", "end", "pause"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_DOES, max_size=5), st.lists(st.integers(0, 60), max_size=5), st.randoms(use_true_random=False))
def test_whatever_happens_and_however_it_is_told_it_ends_as_the_provider_has_it(
    club: ProviderClub, does: list[str], again: list[int], order: Random
) -> None:
    with transaction.atomic():
        club.provider.__init__(club.at)  # type: ignore[misc]
        club.told.clear()
        membership = club.joins(a_priced_plan(f"Gold {order.random()}"))
        number = club.pays(membership)
        for each in does:
            _do(club, number, each)
            if order.random() < 0.5:
                event_operations.remember(NAME, [order.choice(club.provider.events)], club.at)
                club.looks()
        told = list(club.provider.events) + [
            club.provider.events[each % len(club.provider.events)] for each in again
        ]
        order.shuffle(told)
        for event in told:
            event_operations.remember(NAME, [event], club.at)
            club.looks()
        seen = club.provider.subscriptions[number]
        meant = becomes(seen, 72)
        held = now(membership)
        assert (held.ends_at, held.at_end, held.pending) == (meant.ends_at, meant.at_end, meant.pending)
        assert held.billed_by == (NAME if meant.is_open else "")
        payment = Payment.objects.get(membership=membership)
        assert payment.refunds.count() == len(club.provider.payments["pi_1"].refunds)
        assert payment.disputes.count() == len(club.provider.payments["pi_1"].disputes)
        assert (Detail.SUSPENDED is detail(club, membership)) is (seen.state is SubscriptionState.PAUSED)
        transaction.set_rollback(True)


def _do(club: ProviderClub, number: str, what: str) -> None:
    provider = club.provider
    if provider.subscriptions[number].state is SubscriptionState.CANCELED and what not in ("refund", "dispute"):
        return
    actions: dict[str, Callable[[], object]] = {
        "decline": lambda: provider.decline(number, club.at + DAY),
        "renew": lambda: provider.renew(number),
        "seats": lambda: provider.becomes(number, seats=2),
        "cancel": lambda: provider.becomes(number, cancel_at_end=True),
        "keep": lambda: provider.becomes(number, cancel_at_end=False),
        "refund": lambda: provider.give_back("pi_1", 100),
        "dispute": lambda: provider.dispute("pi_1", DisputeState.OPEN),
        "end": lambda: provider.end(number, EndedWhy.WISH),
        "pause": lambda: provider.becomes(number, state=SubscriptionState.PAUSED, paid_until=club.at),
    }
    actions[what]()
