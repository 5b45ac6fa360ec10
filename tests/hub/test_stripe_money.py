"""Amounts at Stripe: what a payer pays is what the plan says, in every currency."""

import pytest

from hub.billing.port import ProviderRefused
from hub.billing.seen import Interval, Price, Unit
from hub.billing.stripe import money
from tests.hub.stripe_driver import FakeDriver, order_of


@pytest.mark.parametrize(
    ("cents", "currency", "amount"),
    [
        (2_900, "EUR", 2_900),
        (500, "JPY", 500),
        (5_000, "ISK", 500_000),
        (5_000, "UGX", 500_000),
        (2_900, "MGA", 29),
        (5_120, "KWD", 5_120),
    ],
)
def test_an_amount_there_and_back(cents: int, currency: str, amount: int) -> None:
    assert money.amount_of(cents, currency) == amount
    assert money.cents_of(amount, currency.lower()) == cents


@pytest.mark.parametrize(("cents", "currency"), [(2_901, "MGA"), (5_124, "KWD"), (1, "TND")])
def test_a_fraction_that_stripe_does_not_take(cents: int, currency: str) -> None:
    with pytest.raises(ProviderRefused, match=f"no such fractions of {currency}"):
        money.amount_of(cents, currency)


@pytest.mark.parametrize(("unit", "most"), [(Unit.DAY, 1_095), (Unit.WEEK, 156), (Unit.MONTH, 36), (Unit.YEAR, 3)])
def test_three_years_at_most(unit: Unit, most: int) -> None:
    money.check(Price("gold", "Gold", 100, "EUR", Interval(unit, most)), 0)
    with pytest.raises(ProviderRefused, match="three years"):
        money.check(Price("gold", "Gold", 100, "EUR", Interval(unit, most + 1)), 0)


def test_no_amount_that_is_too_large() -> None:
    money.check(Price("gold", "Gold", 99_999_999, "EUR"), 99_999_999)
    for cents, fee in ((100_000_000, 0), (0, 100_000_000)):
        with pytest.raises(ProviderRefused, match="as large"):
            money.check(Price("gold", "Gold", cents, "EUR"), fee)


def test_what_is_paid_in_kronur_is_what_the_plan_says(fake_stripe: FakeDriver) -> None:
    order = order_of(Price("day", "A day", 5_000, "ISK"), fake_stripe.now(), setup_fee_cents=300)
    started = fake_stripe.provider.begin_checkout(order, order.ours)
    lines = fake_stripe.fake.asked[-1].form["line_items"]
    assert [each["price_data"]["unit_amount"] for each in lines] == ["500000", "30000"]
    fake_stripe.pay(started, order)
    seen = fake_stripe.provider.checkout(started.reference)
    assert fake_stripe.provider.payment(seen.payment).cents == 5_300
    given = fake_stripe.provider.refund(seen.payment, 300, "ISK", "key")
    assert given.cents == 300
    assert fake_stripe.provider.payment(seen.payment).refunds == (given,)
