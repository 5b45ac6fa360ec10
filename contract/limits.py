"""Limits: how often a benefit may be used, by whom and where it is counted, and when it is next due.

A use counts from the instant it happened. A rolling window counts, at `t`, uses with occurred_at > t - window, so
a use leaves it exactly one window after it happened. A calendar window counts uses in [start, next) of the site's
day, week, month or year. A billing period is that of the membership (contract/billing.py). Of a gap, the newest
use counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from msgspec import Struct

from contract.billing import BillingInterval, billing_period_at
from contract.calendar import Calendar, Unit, period_at, zone_of
from contract.errors import ContractError

COUNT_MAX: Final = 1_000_000
SECONDS_MAX: Final = 315_576_000
"""Ten years."""


class LimitError(ContractError):
    """A limit that cannot be meant; the message says what is allowed."""


class Window(StrEnum):
    """How far back uses count."""

    ROLLING = "rolling"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    BILLING_PERIOD = "billing_period"
    LIFETIME = "lifetime"


class CountsBy(StrEnum):
    """Whose uses count together."""

    MEMBERSHIP = "membership"
    """The customer's under this membership: of a company's membership, each of its people has their own."""
    CUSTOMER = "customer"
    """The customer's, under whatever membership."""
    COMPANY = "company"
    """Those of all the company's people, under its memberships: a pool. Of a customer's own: as MEMBERSHIP."""


class Across(StrEnum):
    """Where uses count together."""

    ALL = "all"
    PARTNER = "partner"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` (1 to 1,000,000) uses in a window, with `gap_seconds` at least between two.

    `window_seconds` (1 to ten years) belongs to a rolling window alone.
    """

    count: int
    window_seconds: int | None = None
    window: Window = Window.ROLLING
    counts_by: CountsBy = CountsBy.MEMBERSHIP
    across: Across = Across.ALL
    gap_seconds: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.count <= COUNT_MAX:
            raise LimitError(f"a limit's count is 1 to {COUNT_MAX}, not {self.count}")
        if not 0 <= self.gap_seconds <= SECONDS_MAX:
            raise LimitError(f"the gap between two uses is 0 to {SECONDS_MAX} seconds, not {self.gap_seconds}")
        if self.window is not Window.ROLLING:
            if self.window_seconds is not None:
                raise LimitError(f"only a rolling window has seconds; this one is {self.window}")
        elif self.window_seconds is None or not 1 <= self.window_seconds <= SECONDS_MAX:
            raise LimitError(
                f"a limit's window is 1 to {SECONDS_MAX} seconds (10 years), not {self.window_seconds}"
            )


@dataclass(frozen=True, slots=True)
class Use:
    """One check-in that counts: a customer used a permission of a membership. `company_id` is the membership's
    holder where that is a company; partner and site are those of the reader, where it has them."""

    id: bytes
    customer_id: int
    membership_id: int
    permission: str
    occurred_at: datetime
    company_id: int | None = None
    partner: str | None = None
    site: str | None = None


class Counting(Struct, frozen=True):
    """For whom, where and by which calendar uses are counted now. `billed_from` is when the membership started;
    `billing` None: it is not billed again, so its one period has no end."""

    customer_id: int
    membership_id: int
    company_id: int | None
    partner: str | None
    site: str | None
    calendar: Calendar
    billed_from: datetime
    billing: BillingInterval | None


class Allowance(Struct, frozen=True):
    """What is left under all limits of a grant.

    `remaining` None: unlimited. `next_available_at`: the first instant at which a use is possible again, where
    none is possible now; None too where that never comes. `cooling_down`: something remains, but a gap has to
    pass.
    `counted` are the ids that were counted, sorted, so that a decision can be replayed.
    """

    remaining: int | None = None
    next_available_at: datetime | None = None
    cooling_down: bool = False
    counted: tuple[bytes, ...] = ()


UNLIMITED: Final = Allowance()


class _Left(NamedTuple):
    """What one limit leaves at an instant. `free_at`: when it lets another use through, where it lets none now;
    None: never."""

    remaining: int
    cooling_down: bool
    free_at: datetime | None
    counted: list[bytes]

    @property
    def blocks(self) -> bool:
        return self.remaining == 0 or self.cooling_down


def allowance_at(limits: Iterable[Limit], uses: Iterable[Use], counting: Counting, at: datetime) -> Allowance:
    """What `limits` leave at `at`, of `uses` of one permission (each id once, in any order)."""
    known = list({use.id: use for use in uses}.values())
    all_limits = tuple(limits)
    if not all_limits:
        return UNLIMITED
    lefts = [_left_by(limit, known, counting, at) for limit in all_limits]
    remaining = min(left.remaining for left in lefts)
    blocked = any(left.blocks for left in lefts)
    return Allowance(
        remaining,
        _next_available_at(all_limits, known, counting, lefts) if blocked else None,
        blocked and remaining > 0,
        tuple(sorted({use_id for left in lefts for use_id in left.counted})),
    )


def reach_of(limit: Limit, billing: BillingInterval | None) -> timedelta | None:
    """How long after a use it may still be counted, at most; None: for ever."""
    if limit.window is Window.ROLLING:
        longest = timedelta(seconds=limit.window_seconds or 0)
    elif limit.window is Window.BILLING_PERIOD:
        if billing is None:
            return None
        longest = billing.longest
    elif limit.window in _LONGEST:
        longest = _LONGEST[limit.window]
    else:
        return None
    return max(longest, timedelta(seconds=limit.gap_seconds))


def _next_available_at(
    limits: tuple[Limit, ...], uses: list[Use], counting: Counting, lefts: list[_Left]
) -> datetime | None:
    """Looks again at each instant that looks free: uses that lie ahead (another edge's clock runs fast) may block
    the next period too."""
    free_at: datetime | None = None
    while blocking := [left for left in lefts if left.blocks]:
        frees = [left.free_at for left in blocking if left.free_at is not None]
        if len(frees) < len(blocking):
            return None
        free_at = max(frees)
        lefts = [_left_by(limit, uses, counting, free_at) for limit in limits]
    return free_at


def _left_by(limit: Limit, uses: list[Use], counting: Counting, at: datetime) -> _Left:
    mine = _mine(limit, uses, counting)
    inside, free_at = _inside(limit, mine, counting, at)
    remaining = max(0, limit.count - len(inside))
    if remaining > 0:
        free_at = at
    counted = [use.id for use in inside]
    if limit.gap_seconds == 0:
        return _Left(remaining, False, free_at, counted)
    gap = timedelta(seconds=limit.gap_seconds)
    too_near = [use for use in mine if use.occurred_at + gap > at]
    due_at = max((use.occurred_at + gap for use in too_near), default=at)
    counted += [use.id for use in too_near]
    return _Left(remaining, bool(too_near), None if free_at is None else max(free_at, due_at), counted)


def _mine(limit: Limit, uses: list[Use], counting: Counting) -> list[Use]:
    """The uses that the limit counts for whom and where it is asked about, at whatever time."""
    whose, where = _RULE_OF_WHOM[limit.counts_by], _RULE_OF_WHERE[limit.across]
    if where is None:
        return [use for use in uses if whose(use, counting)]
    return [use for use in uses if whose(use, counting) and where(use, counting)]


def _inside(limit: Limit, mine: list[Use], counting: Counting, at: datetime) -> tuple[list[Use], datetime | None]:
    """The uses in the window, and when a full one lets another through."""
    if limit.window is Window.ROLLING:
        window = timedelta(seconds=limit.window_seconds or 0)
        since = at - window
        inside = [use for use in mine if use.occurred_at > since]
        if len(inside) < limit.count:
            return inside, at
        return inside, sorted(use.occurred_at for use in inside)[-limit.count] + window
    period = period_of(limit.window, counting, at)
    if period is None:
        return mine, None
    return [use for use in mine if period[0] <= use.occurred_at < period[1]], period[1]


_UNIT_OF: Final = {
    Window.DAY: Unit.DAY,
    Window.WEEK: Unit.WEEK,
    Window.MONTH: Unit.MONTH,
    Window.YEAR: Unit.YEAR,
}
# A clock that goes back, or a zone that moves, makes a day some hours longer.
_LONGEST: Final = {
    Window.DAY: timedelta(days=2),
    Window.WEEK: timedelta(days=8),
    Window.MONTH: timedelta(days=32),
    Window.YEAR: timedelta(days=367),
}


def period_of(window: Window, counting: Counting, at: datetime) -> tuple[datetime, datetime] | None:
    """[start, next); None: all time."""
    if window in _UNIT_OF:
        return period_at(counting.calendar, _UNIT_OF[window], at)
    if window is Window.BILLING_PERIOD and counting.billing is not None:
        zone = zone_of(counting.calendar.zone)
        return billing_period_at(counting.billed_from, counting.billing, at, zone)
    return None


def _by_membership(use: Use, counting: Counting) -> bool:
    return (use.membership_id, use.customer_id) == (counting.membership_id, counting.customer_id)


def _by_customer(use: Use, counting: Counting) -> bool:
    return use.customer_id == counting.customer_id


def _by_company(use: Use, counting: Counting) -> bool:
    if counting.company_id is None:
        return _by_membership(use, counting)
    return use.company_id == counting.company_id


def _at_partner(use: Use, counting: Counting) -> bool:
    return use.partner == counting.partner


def _at_site(use: Use, counting: Counting) -> bool:
    return use.site == counting.site


_RULE_OF_WHOM: Final = {
    CountsBy.MEMBERSHIP: _by_membership,
    CountsBy.CUSTOMER: _by_customer,
    CountsBy.COMPANY: _by_company,
}
_RULE_OF_WHERE: Final = {Across.ALL: None, Across.PARTNER: _at_partner, Across.SITE: _at_site}
