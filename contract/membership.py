"""Plans, grants, memberships, and a membership's status, which is computed and never stored.

Intervals are half open, [starts_at, ends_at); instants are aware UTC. Nothing here asks what time it is, so an
edge that is offline ends a membership at the right second.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contract.limits import Limit


class State(StrEnum):
    """What people see first of a membership."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    EXPIRED = "expired"


class Detail(StrEnum):
    """Why a membership is in its state."""

    CURRENT = "current"
    SCHEDULED = "scheduled"
    ENDED = "ended"
    REVOKED = "revoked"


class HolderKind(StrEnum):
    """Who holds a membership: one customer, or a company for everyone linked to it."""

    CUSTOMER = "customer"
    COMPANY = "company"


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    kind: HolderKind
    id: int


@dataclass(frozen=True, slots=True)
class Grant:
    """A plan's permission. No limits means that it is not used up; several limits hold at once."""

    permission: str
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    id: int
    name: str
    grants: tuple[Grant, ...]

    def grant_of(self, permission: str) -> Grant | None:
        return next((grant for grant in self.grants if grant.permission == permission), None)


@dataclass(frozen=True, slots=True)
class Membership:
    """`ends_at` None means no end. A revoked membership stays revoked."""

    id: int
    holder: Holder
    plan_id: int
    starts_at: datetime
    ends_at: datetime | None
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    state: State
    detail: Detail


def status_at(membership: Membership, at: datetime) -> Status:
    """The first that applies: revoked, not begun, ended, current."""
    if membership.revoked:
        return Status(State.EXPIRED, Detail.REVOKED)
    if at < membership.starts_at:
        return Status(State.INACTIVE, Detail.SCHEDULED)
    if membership.ends_at is not None and at >= membership.ends_at:
        return Status(State.EXPIRED, Detail.ENDED)
    return Status(State.ACTIVE, Detail.CURRENT)
