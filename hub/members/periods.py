"""What is proposed of a membership's dates, by its plan's billing (contract.billing): staff may say otherwise.

Billing periods are counted by the clock on the wall of the zone that is given: the organization's.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from contract.billing import billing_period_at
from contract.membership import end_of
from hub.members import rows
from hub.members.models import Membership, Plan


class Period(NamedTuple):
    """`ends_at` None: without an end."""

    starts_at: datetime
    ends_at: datetime | None


def first_period(plan: Plan, starts_at: datetime, zone: ZoneInfo) -> Period:
    """The first that is billed; without an end where the plan is not billed again."""
    billing = plan.billing
    return Period(
        starts_at, None if billing is None else billing_period_at(starts_at, billing, starts_at, zone)[1]
    )


def renewed_end(membership: Membership, zone: ZoneInfo) -> datetime | None:
    """The end of the billing period that begins at the present end. None: no end, or nothing is billed.

    Counted from the start: what began on a 31st ends on last days of months. Freezes move this end on as before.
    """
    billing = membership.plan.billing
    if billing is None or membership.ends_at is None:
        return None
    return billing_period_at(membership.starts_at, billing, membership.ends_at, zone)[1]


def end_with(membership: Membership, ends_at: datetime) -> datetime | None:
    """When it would end with another `ends_at`, its freezes counted. None: it is frozen until further notice."""
    return end_of(replace(rows.meaning_of(membership), ends_at=ends_at))


def next_period_at(membership: Membership, at: datetime, zone: ZoneInfo) -> datetime | None:
    """When what is paid for is over: its end, else the next billing period. None: there is no such instant."""
    if membership.ends_at is not None:
        return end_of(rows.meaning_of(membership))
    billing = membership.plan.billing
    return None if billing is None else billing_period_at(membership.starts_at, billing, at, zone)[1]
