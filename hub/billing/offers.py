"""What a plan costs, and by what ways it can be paid for here."""

from enum import StrEnum
from typing import Final, NamedTuple

from hub.billing import choosing
from hub.billing.port import ProviderRefused
from hub.billing.seen import Interval, Price, Unit
from hub.members.models import Plan

_UNITS: Final = {
    Plan.Unit.DAYS: Unit.DAY,
    Plan.Unit.WEEKS: Unit.WEEK,
    Plan.Unit.MONTHS: Unit.MONTH,
    Plan.Unit.YEARS: Unit.YEAR,
}


class Way(StrEnum):
    FREE = "free"
    PROVIDER = "provider"
    """At once, on the provider's page."""
    BY_HAND = "by_hand"
    """To the organization, by invoice or in cash; it waits until staff say that it is paid."""


class Offer(NamedTuple):
    """`price` None: it costs nothing."""

    way: Way
    price: Price | None


def price_of(plan: Plan) -> Price | None:
    """None: it costs nothing, or no price is said."""
    if plan.price_cents is None or (plan.price_cents == 0 and plan.setup_fee_cents == 0):
        return None
    interval = (
        None if plan.billed_every is None else Interval(_UNITS[Plan.Unit(plan.billed_in)], plan.billed_every)
    )
    return Price(plan.public_id, plan.name, plan.price_cents, plan.currency, interval)


def why_not_billed(plan: Plan) -> str:
    """Why the provider of this hub could never bill it, and what to change; empty: it can, or there is none."""
    price, asked = price_of(plan), choosing.provider()
    if price is None or asked is None:
        return ""
    try:
        asked.check_price(price, plan.setup_fee_cents)
    except ProviderRefused as error:
        return str(error)
    return ""


def offers_for(plan: Plan) -> list[Offer]:
    """The ways in which who joins can pay for it, the quickest first; never none."""
    price = price_of(plan)
    if price is None:
        return [Offer(Way.FREE, None)]
    offers = [Offer(Way.PROVIDER, price)] if choosing.provider() is not None else []
    if plan.by_invoice or not offers:
        offers.append(Offer(Way.BY_HAND, price))
    return offers
