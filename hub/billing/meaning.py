"""What a provider's word means for a membership: ONE table, pure.

The status that follows is the contract's (docs/decisions.md). Whatever is not settled with the provider yet is
pending; while it tries to take the money again nobody is locked out; what it gives up on is over at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from contract.membership import GRACE_SECONDS_MAX, AtEnd
from hub.billing.seen import EndedWhy, SubscriptionSeen, SubscriptionState

AFTER_RETRY: Final = timedelta(hours=72)
"""How long a member goes on after the provider's next try: its answer may take that long to reach every edge."""
_GRACE_HOURS_MAX: Final = GRACE_SECONDS_MAX // 3_600


@dataclass(frozen=True, slots=True)
class Becomes:
    """A membership as the provider's word has it. `is_open`: the provider may bill it again. `paused_from`: it is
    suspended from then on."""

    is_open: bool
    ends_at: datetime | None
    at_end: AtEnd
    pending: bool = False
    grace_hours: int | None = None
    trial_until: datetime | None = None
    paused_from: datetime | None = None


def becomes(seen: SubscriptionSeen, grace_hours: int) -> Becomes:
    """`grace_hours`: the plan's."""
    return _TABLE[seen.state](seen, grace_hours)


def _incomplete(seen: SubscriptionSeen, grace_hours: int) -> Becomes:
    return Becomes(True, seen.period_ends_at, AtEnd.RENEWS, pending=True, grace_hours=grace_hours)


def _never_paid(seen: SubscriptionSeen, grace_hours: int) -> Becomes:
    return Becomes(False, seen.ended_at or seen.period_started_at, AtEnd.PAYMENT_FAILED)


def _trialing(seen: SubscriptionSeen, grace_hours: int) -> Becomes:
    return _running(seen, seen.trial_until or seen.period_ends_at, grace_hours)


def _active(seen: SubscriptionSeen, grace_hours: int) -> Becomes:
    return _running(seen, seen.paid_until or seen.period_ends_at, grace_hours)


def _running(seen: SubscriptionSeen, paid_until: datetime, grace_hours: int) -> Becomes:
    stops_at = seen.cancel_at or seen.period_ends_at
    if seen.cancel_at_end or (seen.cancel_at is not None and seen.cancel_at <= paid_until):
        return Becomes(True, min(stops_at, paid_until), AtEnd.CANCELLED, trial_until=seen.trial_until)
    return Becomes(True, paid_until, AtEnd.RENEWS, grace_hours=grace_hours, trial_until=seen.trial_until)


def _past_due(seen: SubscriptionSeen, grace_hours: int) -> Becomes:
    if seen.paid_until is None:
        return _incomplete(seen, grace_hours)
    longer = grace_hours
    if seen.retry_at is not None:
        longer = ceil((seen.retry_at + AFTER_RETRY - seen.paid_until) / timedelta(hours=1))
    grace = min(max(grace_hours, longer), _GRACE_HOURS_MAX)
    return Becomes(True, seen.paid_until, AtEnd.RENEWS, grace_hours=grace, trial_until=seen.trial_until)


def _unpaid(seen: SubscriptionSeen, grace_hours: int) -> Becomes:
    """The provider has given up, and would bill again if somebody paid there."""
    return Becomes(True, seen.paid_until or seen.period_started_at, AtEnd.PAYMENT_FAILED)


def _canceled(seen: SubscriptionSeen, grace_hours: int) -> Becomes:
    ended_at = seen.ended_at or seen.period_ends_at
    if seen.ended_why is EndedWhy.PAYMENT_FAILED:
        unpaid_from = seen.paid_until or seen.period_started_at
        return Becomes(False, min(ended_at, unpaid_from), AtEnd.PAYMENT_FAILED)
    return Becomes(False, ended_at, AtEnd.CANCELLED, trial_until=seen.trial_until)


def _paused(seen: SubscriptionSeen, grace_hours: int) -> Becomes:
    paused_from = seen.paid_until or seen.period_started_at
    return Becomes(True, None, AtEnd.RENEWS, grace_hours=grace_hours, paused_from=paused_from)


_TABLE: Final[dict[SubscriptionState, Callable[[SubscriptionSeen, int], Becomes]]] = {
    SubscriptionState.INCOMPLETE: _incomplete,
    SubscriptionState.INCOMPLETE_EXPIRED: _never_paid,
    SubscriptionState.TRIALING: _trialing,
    SubscriptionState.ACTIVE: _active,
    SubscriptionState.PAST_DUE: _past_due,
    SubscriptionState.UNPAID: _unpaid,
    SubscriptionState.CANCELED: _canceled,
    SubscriptionState.PAUSED: _paused,
}
