"""Memberships that Stripe bills, through all that becomes of them: from the page where they are paid on."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from contract.membership import Detail
from hub.billing import changing_operations, queries
from hub.billing.models import Refund
from hub.billing.port import ProviderRefused
from hub.billing.reconciling import Reconciling
from hub.members import operations
from hub.members.models import Plan
from tests.hub.billed_club import DAY, BilledClub, billed_by, fresh, plan_of
from tests.hub.conftest import Database
from tests.hub.stripe_driver import Card, Driver


@pytest.fixture
def here(database: Database, stripe_driver: Driver) -> Iterator[BilledClub]:
    with billed_by(stripe_driver) as club:
        yield club


def payer(here: BilledClub, membership: object) -> str:
    return here.driver.provider.subscription(here.subscription(membership).reference).payer


def test_it_waits_until_it_is_paid(here: BilledClub) -> None:
    waits = here.join(pays=False)
    assert here.detail(waits) is Detail.PENDING
    paid = here.join()
    held = fresh(paid)
    assert (here.detail(paid), held.billed_by) == (Detail.CURRENT, "stripe")
    assert held.ends_at == here.driver.provider.subscription(here.subscription(paid).reference).paid_until
    (payment,) = queries.payments_of(held)
    assert (payment.state, payment.cents, payment.currency) == ("paid", 2_000, "EUR")


def test_it_is_renewed(here: BilledClub) -> None:
    membership = here.join()
    end = here.to_the_end(membership)
    assert here.detail(membership) is Detail.CURRENT
    assert fresh(membership).ends_at > end + 27 * DAY
    assert queries.payments_of(membership).count() == 2


def test_nobody_is_locked_out_while_a_renewal_is_a_draft(here: BilledClub) -> None:
    membership = here.join()
    end = here.to_the_end(membership, timedelta(minutes=10))
    assert (here.detail(membership), fresh(membership).ends_at) == (Detail.GRACE, end)


def test_nobody_is_locked_out_while_stripe_tries_again_and_it_is_over_when_it_gives_up(here: BilledClub) -> None:
    membership = here.join()
    here.driver.new_card(payer(here, membership), Card.DECLINES)
    end = here.to_the_end(membership)
    assert here.detail(membership) is Detail.GRACE
    for _ in range(40):
        state = here.subscription(membership).state
        if state != "past_due":
            break
        assert here.is_active(membership)
        here.pass_time(DAY)
    assert state in ("canceled", "unpaid")
    assert here.driver.now() > end + 3 * DAY
    assert here.detail(membership) is Detail.PAYMENT_FAILED


def test_a_new_card_in_between_mends_it(here: BilledClub) -> None:
    membership = here.join()
    here.driver.new_card(payer(here, membership), Card.DECLINES)
    end = here.to_the_end(membership)
    here.pass_time(DAY)
    assert here.detail(membership) is Detail.GRACE
    here.driver.new_card(payer(here, membership), Card.PAYS)
    for _ in range(15):
        if here.detail(membership) is Detail.CURRENT:
            break
        assert here.is_active(membership)
        here.pass_time(DAY)
    assert fresh(membership).ends_at > end + 27 * DAY


def test_cancelled_for_its_end_and_kept_after_all(here: BilledClub) -> None:
    membership = here.join()
    changing_operations.cancel_at_end(membership, here.driver.now())
    assert here.detail(membership) is Detail.CANCELLING
    changing_operations.keep_going(membership, here.driver.now())
    assert here.detail(membership) is Detail.CURRENT
    here.to_the_end(membership)
    assert here.detail(membership) is Detail.CURRENT


def test_cancelled_for_its_end(here: BilledClub) -> None:
    membership = here.join()
    changing_operations.cancel_at_end(membership, here.driver.now())
    end = here.to_the_end(membership)
    assert (here.detail(membership), fresh(membership).ends_at) == (Detail.CANCELLED, end)
    assert not here.subscription(membership).is_open


def test_cancelled_now(here: BilledClub) -> None:
    membership = here.join()
    here.pass_time(DAY)
    changing_operations.cancel_now(membership, here.driver.now())
    here.pass_time(timedelta(minutes=1))
    assert here.detail(membership) is Detail.CANCELLED


def test_another_plan(here: BilledClub) -> None:
    membership = here.join()
    end = fresh(membership).ends_at
    here.pass_time(10 * DAY)
    changing_operations.change_plan(membership, plan_of("Platinum", 5_000), None, here.driver.now())
    held = fresh(membership)
    assert (held.plan.name, held.ends_at, here.detail(membership)) == ("Platinum", end, Detail.CURRENT)
    here.told()
    assert queries.payments_of(membership).first().cents == pytest.approx(2_000, abs=150)


def test_another_plan_that_cannot_be_paid_changes_nothing(here: BilledClub) -> None:
    membership = here.join()
    before = fresh(membership)
    here.pass_time(DAY)
    here.driver.new_card(payer(here, membership), Card.DECLINES)
    dear = plan_of("Platinum", 5_000)
    with pytest.raises(ProviderRefused):
        changing_operations.change_plan(membership, dear, None, here.driver.now())
    here.told()
    held = fresh(membership)
    assert (held.plan, held.ends_at, here.detail(membership)) == (before.plan, before.ends_at, Detail.CURRENT)
    here.driver.new_card(payer(here, membership), Card.PAYS)
    changing_operations.change_plan(membership, dear, None, here.driver.now())
    assert fresh(membership).plan == dear


def test_seats_of_a_company(here: BilledClub) -> None:
    plan = plan_of("Offices", for_companies=True, seats_max=10)
    membership = here.join(plan, seats=3)
    assert (fresh(membership).seats, here.subscription(membership).seats) == (3, 3)
    changing_operations.change_plan(membership, plan, 5, here.driver.now())
    assert (fresh(membership).seats, here.subscription(membership).seats) == (5, 5)
    here.to_the_end(membership)
    assert queries.payments_of(membership).first().cents == 10_000


def test_a_part_and_then_the_rest_is_given_back_and_the_member_goes_on(here: BilledClub) -> None:
    membership = here.join()
    payment = queries.payments_of(membership).get()
    changing_operations.refund(payment, 500, here.driver.now())
    here.told()
    assert [(each.cents, each.done) for each in Refund.objects.all()] == [(500, True)]
    changing_operations.refund(payment, 1_500, here.driver.now())
    here.told()
    assert sorted(each.cents for each in Refund.objects.all()) == [500, 1_500]
    assert here.detail(membership) is Detail.CURRENT


def test_a_trial_that_is_paid_after_it(here: BilledClub) -> None:
    membership = here.join(plan_of("Try", trial_days=14))
    assert here.detail(membership) is Detail.TRIAL
    end = here.to_the_end(membership)
    assert here.detail(membership) is Detail.CURRENT
    assert fresh(membership).ends_at > end + 27 * DAY


def test_another_address_is_told_to_stripe(here: BilledClub) -> None:
    membership = here.join()
    customer, number = fresh(membership).customer, payer(here, membership)
    here.reconciling.tell_addresses()
    customer.email = "ada@home.example"
    operations.save_customer(customer)
    here.reconciling = Reconciling(here.driver.provider, here.driver.now)
    assert here.reconciling.tell_addresses() == 1
    assert here.driver.client.v1.customers.retrieve(number).email == "ada@home.example"


def test_another_plan_in_a_trial_takes_nothing_before_its_end(here: BilledClub) -> None:
    membership, yearly = (
        here.join(plan_of("Try", trial_days=14)),
        plan_of("Year", 9_000, billed_in=Plan.Unit.YEARS),
    )
    until = fresh(membership).trial_until
    changing_operations.change_plan(membership, yearly, None, here.driver.now())
    held = fresh(membership)
    assert (held.plan, held.trial_until, here.detail(membership)) == (yearly, until, Detail.TRIAL)
    assert not [each for each in queries.payments_of(membership) if each.cents]
    here.to_the_end(membership)
    assert [each.cents for each in queries.payments_of(membership) if each.cents] == [9_000]
    assert here.detail(membership) is Detail.CURRENT


def test_a_weekly_plan(here: BilledClub) -> None:
    membership = here.join(plan_of("Week", 700, billed_in=Plan.Unit.WEEKS, billed_every=2))
    assert fresh(membership).ends_at - here.driver.now() <= 14 * DAY
    end = here.to_the_end(membership)
    assert fresh(membership).ends_at == end + 14 * DAY
