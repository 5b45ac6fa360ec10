"""Plans, grants, memberships, and a membership's status, which is computed and never stored.

Intervals are half open, [starts_at, ends_at); instants are aware UTC. Nothing here asks what time it is, so an
edge that is offline ends a membership at the right second.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from contract.billing import BillingInterval
from contract.errors import ContractError
from contract.grant import Grant

GRACE_SECONDS_MAX: Final = 90 * 86_400
_LAST: Final = datetime.max.replace(tzinfo=UTC)


class MembershipError(ContractError):
    """A membership that cannot be meant; the message says what is allowed."""


class State(StrEnum):
    """What people see first of a membership."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    EXPIRED = "expired"


class Detail(StrEnum):
    """Why a membership is in its state."""

    CURRENT = "current"
    TRIAL = "trial"
    CANCELLING = "cancelling"
    GRACE = "grace"
    PENDING = "pending"
    SCHEDULED = "scheduled"
    SUSPENDED = "suspended"
    ENDED = "ended"
    CANCELLED = "cancelled"
    PAYMENT_FAILED = "payment_failed"
    REVOKED = "revoked"


class AtEnd(StrEnum):
    """What happens when a membership reaches its end."""

    ENDS = "ends"
    """It was for a fixed time."""
    RENEWS = "renews"
    """A renewal is due; until it comes, the grace runs."""
    CANCELLED = "cancelled"
    """Somebody cancelled it for its end."""
    PAYMENT_FAILED = "payment_failed"
    """The payment provider has given up."""


class HolderKind(StrEnum):
    """Who holds a membership: one customer, or a company for everyone linked to it."""

    CUSTOMER = "customer"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    kind: HolderKind
    id: int


@dataclass(frozen=True, slots=True)
class Plan:
    """`billing` None: it is paid for once, or not at all."""

    id: int
    name: str
    grants: tuple[Grant, ...]
    billing: BillingInterval | None = None

    def grant_of(self, permission: str) -> Grant | None:
        return next((grant for grant in self.grants if grant.permission == permission), None)


@dataclass(frozen=True, slots=True, order=True)
class Freeze:
    """A membership is suspended in [from_at, until_at); `until_at` None: until somebody ends the freeze."""

    from_at: datetime
    until_at: datetime | None

    def __post_init__(self) -> None:
        if self.until_at is not None and self.until_at <= self.from_at:
            raise MembershipError("a freeze ends after it begins")


@dataclass(frozen=True, slots=True)
class Membership:
    """A plan for a holder, in [starts_at, ends_at); `ends_at` None means no end.

    `pending`: the first payment is open. `grace_seconds` is given after the end where a renewal is due. Freezes do
    not overlap, and each moves the end on by its length where `freezes_extend`. What is revoked stays revoked.
    """

    id: int
    holder: Holder
    plan_id: int
    starts_at: datetime
    ends_at: datetime | None
    revoked: bool = False
    pending: bool = False
    at_end: AtEnd = AtEnd.ENDS
    grace_seconds: int = 0
    trial_until: datetime | None = None
    freezes: tuple[Freeze, ...] = ()
    freezes_extend: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.grace_seconds <= GRACE_SECONDS_MAX:
            raise MembershipError(f"grace is 0 to {GRACE_SECONDS_MAX} seconds (90 days), not {self.grace_seconds}")
        freezes = sorted(self.freezes, key=_begin)
        for earlier, later in pairwise(freezes):
            if earlier.until_at is None or earlier.until_at > later.from_at:
                raise MembershipError("freezes overlap: end one before the next begins")


@dataclass(frozen=True, slots=True)
class Status:
    state: State
    detail: Detail


_ACTIVE: Final = (Detail.CURRENT, Detail.TRIAL, Detail.CANCELLING, Detail.GRACE)
_INACTIVE: Final = (Detail.PENDING, Detail.SCHEDULED, Detail.SUSPENDED)
_STATUS: Final = {
    detail: Status(
        State.ACTIVE if detail in _ACTIVE else State.INACTIVE if detail in _INACTIVE else State.EXPIRED, detail
    )
    for detail in Detail
}


def status_at(membership: Membership, at: datetime) -> Status:
    """The first that applies of the table in docs/decisions.md; intervals are half open."""
    return _STATUS[_detail_at(membership, at)]


def _detail_at(membership: Membership, at: datetime) -> Detail:
    if membership.revoked:
        return Detail.REVOKED
    if membership.pending:
        return Detail.PENDING
    if at < membership.starts_at:
        return Detail.SCHEDULED
    end = end_of(membership)
    is_past_end = end is not None and at >= end
    if end is not None and is_past_end and at - end >= _grace(membership):
        return _DETAIL_OF_END[membership.at_end]
    if membership.freezes and any(_covers(freeze, at) for freeze in membership.freezes):
        return Detail.SUSPENDED
    return Detail.GRACE if is_past_end else _running_detail(membership, at)


def end_of(membership: Membership) -> datetime | None:
    """When it ends, moved on by its freezes; None while it has no end, or is frozen until further notice."""
    end = membership.ends_at
    if end is None or not membership.freezes or not membership.freezes_extend:
        return end
    for freeze in sorted(membership.freezes, key=_begin):
        if freeze.from_at >= end:
            break
        if freeze.until_at is None:
            return None
        # What was frozen before the membership began took nothing from it.
        end = _moved_on(end, max(freeze.until_at - max(freeze.from_at, membership.starts_at), timedelta()))
    return end


def expires_at(membership: Membership) -> datetime | None:
    """From when on it is expired by itself, as it stands.

    None: never (it has no end, is frozen until further notice, or its first payment is open), or it is revoked.
    """
    end = None if membership.revoked or membership.pending else end_of(membership)
    return None if end is None else max(membership.starts_at, _moved_on(end, _grace(membership)))


_DETAIL_OF_END = {
    AtEnd.ENDS: Detail.ENDED,
    AtEnd.RENEWS: Detail.ENDED,
    AtEnd.CANCELLED: Detail.CANCELLED,
    AtEnd.PAYMENT_FAILED: Detail.PAYMENT_FAILED,
}


def _grace(membership: Membership) -> timedelta:
    return timedelta(seconds=membership.grace_seconds if membership.at_end is AtEnd.RENEWS else 0)


def _running_detail(membership: Membership, at: datetime) -> Detail:
    if membership.at_end is AtEnd.CANCELLED:
        return Detail.CANCELLING
    if membership.trial_until is not None and at < membership.trial_until:
        return Detail.TRIAL
    return Detail.CURRENT


def _covers(freeze: Freeze, at: datetime) -> bool:
    return freeze.from_at <= at and (freeze.until_at is None or at < freeze.until_at)


def _moved_on(instant: datetime, by: timedelta) -> datetime:
    """Later, but never beyond the last instant there is."""
    return instant + by if _LAST - instant > by else _LAST


def _begin(freeze: Freeze) -> datetime:
    return freeze.from_at
