"""Amounts as Stripe counts them, which is by ISO 4217 but for a few currencies, and what it can bill at all."""

from typing import Final

from django.utils.translation import gettext as _

from hub.billing.port import ProviderRefused
from hub.billing.seen import Price, Unit

_TIMES: Final = {"ISK": 100, "UGX": 100}
"""Without a smaller unit by ISO 4217, and counted in hundredths by Stripe."""
_PARTS: Final = {"MGA": 100}
"""The other way round."""
_STEPS: Final = {"MGA": 100, "BHD": 10, "JOD": 10, "KWD": 10, "OMR": 10, "TND": 10}
"""Amounts have to be whole so many of the smallest unit."""
_MOST: Final = {Unit.DAY: 1_095, Unit.WEEK: 156, Unit.MONTH: 36, Unit.YEAR: 3}
"""In one interval: three years."""
_AMOUNT_MAX: Final = 99_999_999


def amount_of(cents: int, currency: str) -> int:
    """In Stripe's count. ProviderRefused: it has none for so many."""
    if cents % _STEPS.get(currency, 1):
        raise ProviderRefused(
            _("Stripe takes no such fractions of %(currency)s: round it.") % {"currency": currency}
        )
    return cents * _TIMES.get(currency, 1) // _PARTS.get(currency, 1)


def cents_of(amount: int, currency: str) -> int:
    """Of what Stripe says, in the smallest unit by ISO 4217. `currency`: in any case."""
    currency = currency.upper()
    return amount * _PARTS.get(currency, 1) // _TIMES.get(currency, 1)


def check(price: Price, setup_fee_cents: int) -> None:
    """See hub.billing.port.Provider.check_price."""
    if price.interval is not None and price.interval.count > _MOST[price.interval.unit]:
        raise ProviderRefused(_("Stripe bills at least every three years: choose a shorter interval."))
    for cents in (price.cents, setup_fee_cents):
        if amount_of(cents, price.currency) > _AMOUNT_MAX:
            raise ProviderRefused(_("Stripe takes no amounts as large as this."))
