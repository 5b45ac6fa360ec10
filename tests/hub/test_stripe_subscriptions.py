"""Subscriptions as the port tells of them, through what becomes of them: at the fake, or at Stripe's test mode."""

from datetime import datetime, timedelta

import pytest

from hub.billing.port import NotThere, ProviderRefused
from hub.billing.seen import (
    About,
    DisputeState,
    EndedWhy,
    Interval,
    PaymentState,
    Price,
    SubscriptionSeen,
    SubscriptionState,
    Unit,
)
from tests.hub.stripe_driver import GOLD, LATER, MONTH, Card, Driver

SILVER = Price("silver", "Silver", 1_000, "EUR", MONTH)
YEARLY = Price("gold-year", "Gold, a year", 20_000, "EUR", Interval(Unit.YEAR))
DAY = timedelta(days=1)


def seen(driver: Driver, reference: str) -> SubscriptionSeen:
    return driver.provider.subscription(reference)


def to_renewal(driver: Driver, reference: str, after: timedelta = LATER) -> datetime:
    """Just after the period that runs now; gives the end of it."""
    end = seen(driver, reference).period_ends_at
    driver.pass_time(end - driver.now() + after)
    return end


def payment_of(driver: Driver, reference: str) -> str:
    """What was paid first."""
    payer = seen(driver, reference).payer
    return str(driver.client.v1.payment_intents.list({"customer": payer}).data[-1].id)


def until(driver: Driver, reference: str, *states: SubscriptionState) -> SubscriptionSeen:
    for _ in range(40):
        if (now := seen(driver, reference)).state in states:
            return now
        driver.pass_time(DAY)
    raise AssertionError(f"it stays {now.state}")


def test_one_that_is_paid(stripe_driver: Driver) -> None:
    now = seen(stripe_driver, reference := stripe_driver.join(GOLD, seats=3))
    assert (now.reference, now.state, now.seats) == (reference, SubscriptionState.ACTIVE, 3)
    assert (now.price.plan, now.price.cents, now.price.currency) == ("gold", 2_000, "EUR")
    assert now.price.interval == MONTH
    assert now.ours and now.payer
    assert now.paid_until == now.period_ends_at > now.period_started_at == now.started_at
    assert (now.cancel_at, now.ended_at, now.ended_why, now.retry_at, now.trial_until) == (None,) * 5


def test_its_renewal_is_paid(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD)
    end = to_renewal(stripe_driver, reference)
    now = seen(stripe_driver, reference)
    assert (now.state, now.period_started_at) == (SubscriptionState.ACTIVE, end)
    assert now.paid_until == now.period_ends_at > end


def test_what_is_not_paid_yet_does_not_count_as_paid(stripe_driver: Driver) -> None:
    """Its invoice is a draft for an hour, and the subscription active."""
    reference = stripe_driver.join(GOLD)
    end = to_renewal(stripe_driver, reference, timedelta(minutes=10))
    now = seen(stripe_driver, reference)
    assert (now.state, now.paid_until) == (SubscriptionState.ACTIVE, end)


def test_a_renewal_that_fails_is_tried_again_and_a_new_card_mends_it(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD)
    stripe_driver.new_card(seen(stripe_driver, reference).payer, Card.DECLINES)
    end = to_renewal(stripe_driver, reference)
    now = seen(stripe_driver, reference)
    assert (now.state, now.paid_until) == (SubscriptionState.PAST_DUE, end)
    assert now.retry_at is not None and now.retry_at > stripe_driver.now()
    stripe_driver.new_card(now.payer, Card.PAYS)
    now = until(stripe_driver, reference, SubscriptionState.ACTIVE)
    assert now.paid_until == now.period_ends_at > end
    assert now.retry_at is None


def test_one_that_is_never_paid_ends(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD)
    stripe_driver.new_card(seen(stripe_driver, reference).payer, Card.DECLINES)
    end = to_renewal(stripe_driver, reference)
    now = until(stripe_driver, reference, SubscriptionState.CANCELED, SubscriptionState.UNPAID)
    assert (now.paid_until, now.retry_at) == (end, None)
    if now.state is SubscriptionState.CANCELED:
        assert now.ended_why is EndedWhy.PAYMENT_FAILED
        assert now.ended_at is not None and now.ended_at > end


def test_cancelled_for_its_end(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD)
    before = seen(stripe_driver, reference)
    now = stripe_driver.provider.cancel_at_end(reference, f"{reference}-cancel")
    assert (now.state, now.cancel_at_end) == (SubscriptionState.ACTIVE, True)
    assert now.cancel_at == before.period_ends_at
    again = stripe_driver.provider.cancel_at_end(reference, f"{reference}-cancel")
    assert again == now
    to_renewal(stripe_driver, reference)
    now = seen(stripe_driver, reference)
    assert (now.state, now.ended_why) == (SubscriptionState.CANCELED, EndedWhy.WISH)
    assert now.ended_at == before.period_ends_at == now.paid_until


def test_kept_after_all(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD)
    stripe_driver.provider.cancel_at_end(reference, f"{reference}-cancel")
    now = stripe_driver.provider.keep(reference, f"{reference}-keep")
    assert (now.cancel_at_end, now.cancel_at) == (False, None)
    assert stripe_driver.provider.keep(reference, f"{reference}-keep") == now
    to_renewal(stripe_driver, reference)
    assert seen(stripe_driver, reference).state is SubscriptionState.ACTIVE


def test_kept_where_it_was_to_end_on_a_day(stripe_driver: Driver) -> None:
    """As the portal may say it."""
    reference = stripe_driver.join(GOLD)
    day = int((stripe_driver.now() + 10 * DAY).timestamp())
    stripe_driver.client.v1.subscriptions.update(reference, {"cancel_at": day, "proration_behavior": "none"})
    assert seen(stripe_driver, reference).cancel_at == stripe_driver.now() + 10 * DAY
    assert stripe_driver.provider.keep(reference, f"{reference}-keep").cancel_at is None


def test_cancelled_now(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD)
    stripe_driver.pass_time(DAY)
    now = stripe_driver.provider.cancel_now(reference, f"{reference}-now")
    assert (now.state, now.ended_why) == (SubscriptionState.CANCELED, EndedWhy.WISH)
    assert now.ended_at is not None and abs(now.ended_at - stripe_driver.now()) < LATER
    assert stripe_driver.provider.cancel_now(reference, f"{reference}-now") == now
    with pytest.raises(ProviderRefused):
        stripe_driver.provider.cancel_at_end(reference, f"{reference}-end")


def test_another_plan_is_paid_for_at_once_for_what_is_left(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(SILVER)
    before = seen(stripe_driver, reference)
    stripe_driver.pass_time((before.period_ends_at - stripe_driver.now()) / 2)
    now = stripe_driver.provider.change_plan(reference, GOLD, 2, f"{reference}-gold")
    assert (now.price.plan, now.price.cents, now.seats) == ("gold", 2_000, 2)
    assert (now.state, now.period_ends_at) == (SubscriptionState.ACTIVE, before.period_ends_at)
    newest = stripe_driver.provider.invoices(now.payer)[0]
    assert newest.is_paid and newest.cents == pytest.approx(1_500, abs=20)
    assert stripe_driver.provider.change_plan(reference, GOLD, 2, f"{reference}-gold") == now


def test_less_is_counted_against_what_comes(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD)
    end = seen(stripe_driver, reference).period_ends_at
    stripe_driver.pass_time((end - stripe_driver.now()) / 2)
    now = stripe_driver.provider.change_plan(reference, SILVER, 1, f"{reference}-silver")
    assert (now.price.plan, now.paid_until) == ("silver", end)
    to_renewal(stripe_driver, reference)
    paid = stripe_driver.client.v1.invoices.list({"customer": now.payer, "limit": 1}).data[0]
    assert (paid.total, paid.amount_paid) == (1_000, pytest.approx(500, abs=20))


def test_another_interval_begins_a_period(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD)
    stripe_driver.pass_time(10 * DAY)
    now = stripe_driver.provider.change_plan(reference, YEARLY, 1, f"{reference}-year")
    assert now.price.interval == Interval(Unit.YEAR)
    assert now.paid_until == now.period_ends_at >= stripe_driver.now() + 364 * DAY


def test_a_change_that_cannot_be_paid_changes_nothing(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(SILVER)
    before = seen(stripe_driver, reference)
    stripe_driver.new_card(before.payer, Card.DECLINES)
    stripe_driver.pass_time(DAY)
    with pytest.raises(ProviderRefused):
        stripe_driver.provider.change_plan(reference, GOLD, 1, f"{reference}-gold")
    now = seen(stripe_driver, reference)
    assert (now.price, now.state, now.paid_until) == (before.price, before.state, before.paid_until)


def test_a_trial_is_paid_after_it(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD, trial_days=14)
    now = seen(stripe_driver, reference)
    assert now.state is SubscriptionState.TRIALING
    assert now.paid_until == now.trial_until == now.started_at + 14 * DAY
    to_renewal(stripe_driver, reference)
    now = seen(stripe_driver, reference)
    assert now.state is SubscriptionState.ACTIVE
    assert now.paid_until == now.period_ends_at > stripe_driver.now() + 27 * DAY


def test_a_trial_that_nobody_can_pay_after_ends_with_it(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD, trial_days=14, card=None)
    trial_until = seen(stripe_driver, reference).trial_until
    to_renewal(stripe_driver, reference)
    now = seen(stripe_driver, reference)
    assert now.state is SubscriptionState.CANCELED
    assert now.ended_at == trial_until == now.paid_until


def test_refunds_of_a_part_and_of_the_rest(stripe_driver: Driver) -> None:
    reference = stripe_driver.join(GOLD)
    payment = payment_of(stripe_driver, reference)
    part = stripe_driver.provider.refund(payment, 500, "EUR", f"{payment}-1")
    assert (part.cents, part.done) == (500, True)
    assert stripe_driver.provider.refund(payment, 500, "EUR", f"{payment}-1") == part
    stripe_driver.provider.refund(payment, 1_500, "EUR", f"{payment}-2")
    with pytest.raises(ProviderRefused):
        stripe_driver.provider.refund(payment, 1, "EUR", f"{payment}-3")
    now = stripe_driver.provider.payment(payment)
    assert sorted(refund.cents for refund in now.refunds) == [500, 1_500]
    assert (now.state, now.cents, now.currency) == (PaymentState.PAID, 2_000, "EUR")
    assert now.subscription == reference
    assert seen(stripe_driver, reference).state is SubscriptionState.ACTIVE


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute(stripe_driver: Driver, won: bool) -> None:
    reference = stripe_driver.join(GOLD, card=Card.DISPUTED)
    payment = payment_of(stripe_driver, reference)
    stripe_driver.dispute(payment)
    (open_one,) = stripe_driver.provider.payment(payment).disputes
    assert (open_one.state, open_one.cents) == (DisputeState.OPEN, 2_000)
    stripe_driver.settle(payment, won)
    (closed,) = stripe_driver.provider.payment(payment).disputes
    assert closed.state is (DisputeState.WON if won else DisputeState.LOST)


def test_what_happened_is_told_by_the_list_of_events(stripe_driver: Driver) -> None:
    since = stripe_driver.now()
    reference = stripe_driver.join(GOLD)
    stripe_driver.provider.cancel_at_end(reference, f"{reference}-cancel")
    told = stripe_driver.provider.events_since(since)
    assert (About.SUBSCRIPTION, reference) in [(each.about, each.reference) for each in told]
    assert [each.at for each in told] == sorted(each.at for each in told)


def test_what_is_not_there(stripe_driver: Driver) -> None:
    for ask in (
        stripe_driver.provider.subscription,
        stripe_driver.provider.payment,
        stripe_driver.provider.checkout,
    ):
        with pytest.raises(NotThere):
            ask("sub_nobody")
    with pytest.raises(NotThere):
        stripe_driver.provider.cancel_now("sub_nobody", "key-of-nobody")


def test_the_portal_and_invoices_have_addresses(stripe_driver: Driver) -> None:
    payer = seen(stripe_driver, stripe_driver.join(GOLD)).payer
    assert stripe_driver.provider.portal(payer, "https://hub.example/card/").startswith("http")
    (invoice,) = stripe_driver.provider.invoices(payer)
    assert invoice.address.startswith("http") and invoice.pdf.startswith("http") and invoice.number
    assert (invoice.cents, invoice.currency, invoice.is_paid) == (2_000, "EUR", True)
