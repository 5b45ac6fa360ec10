"""Prices as people write and read them: `29.00 EUR`, in German `29,00 EUR`; kept in the smallest unit."""

from decimal import Decimal
from typing import Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from hub.errors import HubError

_NO_CENTS: Final = frozenset(
    {
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    }
)
_THOUSANDTHS: Final = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
"""ISO 4217: the currencies whose smallest unit is not a hundredth."""
_CENTS_MAX: Final = 2**31 - 1


class PriceError(HubError):
    """Text that is no price of this currency; the message says how to write one."""


def parse(text: str, currency: str) -> int | None:
    """In the smallest unit; None: no price is said."""
    if not text.strip():
        return None
    try:
        price = Decimal(text.strip().replace(",", "."))
        cents = price.scaleb(_digits(currency)) if price.is_finite() else None
    except ArithmeticError:
        cents = None
    if cents is None:
        raise PriceError(_("Write a price as a number, as in 29.00."))
    if cents != cents.to_integral_value() or not 0 <= cents <= _CENTS_MAX:
        told = {"currency": currency, "digits": _digits(currency)}
        raise PriceError(
            _("A price in %(currency)s is 0 or more and has at most %(digits)s digits after the point.") % told
        )
    return int(cents)


def amount_text(cents: int | None, currency: str) -> str:
    """As in `29.00`, with the reader's sign before the cents; empty: none is said."""
    if cents is None:
        return ""
    digits = _digits(currency)
    return number_format(Decimal(cents).scaleb(-digits), decimal_pos=digits, use_l10n=True)


def price_text(cents: int | None, currency: str) -> str:
    return "" if cents is None else f"{amount_text(cents, currency)} {currency}"


def _digits(currency: str) -> int:
    return 0 if currency in _NO_CENTS else 3 if currency in _THOUSANDTHS else 2
