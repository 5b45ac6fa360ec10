"""Billing periods: what a membership is paid for at a time, from the instant it started.

By the clock on the wall, so that what starts at a midnight is paid for until midnights, over daylight saving too.
A period that would begin on a day that its month has not begins on that month's last day, counted from the start
each time (January 31st, February 28th, March 31st), as payment providers count.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from contract.calendar import add_months, instant_of, zone_of
from contract.errors import ContractError

MONTHS_MAX: Final = 120
DAYS_MAX: Final = 3_653
_CLOCKS_CHANGE: Final = timedelta(days=1)
"""More than any clocks have gone back by."""


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
        return timedelta(days=self.days + 31 * self.months) + _CLOCKS_CHANGE


def billing_period_at(
    started_at: datetime, interval: BillingInterval, at: datetime, zone: ZoneInfo | None = None
) -> tuple[datetime, datetime]:
    """[start, next) of the period that `at` lies in, both in aware UTC; before the start, the first one.

    `zone`: of the clock on the wall; None: UTC.
    """
    wall = zone or zone_of("UTC")
    number = max(0, _about(started_at, interval, at, wall))
    while number > 0 and _start(started_at, interval, number, wall) > at:
        number -= 1
    while (following := _start(started_at, interval, number + 1, wall)) <= at:
        number += 1
    return _start(started_at, interval, number, wall), following


def _about(started_at: datetime, interval: BillingInterval, at: datetime, zone: ZoneInfo) -> int:
    """The period's number, or one beside it: an hour that comes twice is told as the earlier one."""
    start, local = _local(started_at, zone), _local(at, zone)
    if interval.days:
        return (local - start) // timedelta(days=interval.days)
    months = (local.year - start.year) * 12 + local.month - start.month
    return months // interval.months


def _start(started_at: datetime, interval: BillingInterval, number: int, zone: ZoneInfo) -> datetime:
    if number == 0:
        return started_at.astimezone(UTC)
    start = _local(started_at, zone)
    if interval.days:
        return instant_of(start + number * timedelta(days=interval.days), zone)
    return instant_of(datetime.combine(add_months(start.date(), number * interval.months), start.time()), zone)


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
