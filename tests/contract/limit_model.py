"""Limits as one would count them by hand: the naive model, which asks of each use whether it still counts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import time_model

from contract.calendar import Unit
from contract.limits import Across, Counting, CountsBy, Limit, Use, Window

UNIT = {Window.DAY: Unit.DAY, Window.WEEK: Unit.WEEK, Window.MONTH: Unit.MONTH, Window.YEAR: Unit.YEAR}


def is_mine(limit: Limit, use: Use, counting: Counting) -> bool:
    same_person = use.customer_id == counting.customer_id
    same_membership = use.membership_id == counting.membership_id
    if limit.counts_by is CountsBy.CUSTOMER:
        mine = same_person
    elif limit.counts_by is CountsBy.COMPANY and counting.company_id is not None:
        mine = use.company_id == counting.company_id
    else:
        mine = same_person and same_membership
    if limit.across is Across.PARTNER:
        return mine and use.partner == counting.partner
    if limit.across is Across.SITE:
        return mine and use.site == counting.site
    return mine


def is_within(limit: Limit, use: Use, counting: Counting, at: datetime) -> bool:
    """Whether it is in the window of `at`."""
    if limit.window is Window.ROLLING:
        return (at - use.occurred_at).total_seconds() < (limit.window_seconds or 0)
    if limit.window is Window.LIFETIME or (limit.window is Window.BILLING_PERIOD and counting.billing is None):
        return True
    if limit.window is Window.BILLING_PERIOD:
        assert counting.billing is not None
        zone = counting.calendar.zone
        of_use = time_model.billing_label(counting.billed_from, counting.billing, use.occurred_at, zone)
        return of_use == max(0, time_model.billing_label(counting.billed_from, counting.billing, at, zone))
    unit = UNIT[limit.window]
    return time_model.label(counting.calendar, unit, use.occurred_at) == time_model.label(
        counting.calendar, unit, at
    )


def left(limit: Limit, uses: Iterable[Use], counting: Counting, at: datetime) -> int:
    mine = [use for use in uses if is_mine(limit, use, counting) and is_within(limit, use, counting, at)]
    return max(0, limit.count - len(mine))


def cools_down(limit: Limit, uses: Iterable[Use], counting: Counting, at: datetime) -> bool:
    gap = timedelta(seconds=limit.gap_seconds)
    return limit.gap_seconds > 0 and any(
        is_mine(limit, use, counting) and at < use.occurred_at + gap for use in uses
    )


def is_blocked(limits: Iterable[Limit], uses: Iterable[Use], counting: Counting, at: datetime) -> bool:
    return any(left(limit, uses, counting, at) == 0 or cools_down(limit, uses, counting, at) for limit in limits)
