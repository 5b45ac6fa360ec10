"""Billing periods: what a membership is paid for at a time, from the instant it started.

In UTC, and a period that would begin on a day that its month has not begins on that month's last day, counted from
the start each time (January 31st, February 28th, March 31st); payment providers count like this.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.calendar import add_months
from contract.errors import ContractError

MONTHS_MAX: Final = 120
DAYS_MAX: Final = 3_653


class BillingError(ContractError):
    """An interval that cannot be meant; the message says what is allowed."""


@dataclass(frozen=True, slots=True)
class BillingInterval:
    """So many months (1 to 120), or so many days (1 to 3,653): one of the two, the other is 0."""

    months: int = 0
    days: int = 0

    def __post_init__(self) -> None:
        if not (1 <= self.months <= MONTHS_MAX and self.days == 0) and not (
            1 <= self.days <= DAYS_MAX and self.months == 0
        ):
            raise BillingError(
                f"a billing interval is 1 to {MONTHS_MAX} months or 1 to {DAYS_MAX} days,"
                f" not {self.months} months and {self.days} days"
            )

    @property
    def longest(self) -> timedelta:
        return timedelta(days=self.days + 31 * self.months)


def billing_period_at(started_at: datetime, interval: BillingInterval, at: datetime) -> tuple[datetime, datetime]:
    """[start, next) of the period that `at` lies in, both in aware UTC; before the start, the first one."""
    number = max(0, _about(started_at, interval, at))
    while number > 0 and _start(started_at, interval, number) > at:
        number -= 1
    return _start(started_at, interval, number), _start(started_at, interval, number + 1)


def _about(started_at: datetime, interval: BillingInterval, at: datetime) -> int:
    """The period's number, or one too many."""
    if interval.days:
        return (at - started_at) // timedelta(days=interval.days)
    months = (at.year - started_at.year) * 12 + at.month - started_at.month
    return months // interval.months


def _start(started_at: datetime, interval: BillingInterval, number: int) -> datetime:
    if interval.days:
        return started_at + number * timedelta(days=interval.days)
    day = add_months(started_at.date(), number * interval.months)
    return datetime.combine(day, started_at.timetz())
