"""The one decision function. Edge, hub, scan page and API all get their answer from `decide`.

Pure: no clock, no I/O, no randomness; the same facts in any order give the same decision. A denial is a
`Decision`, never an exception. Reasons are stable strings and part of the API; they stand in the order in which
they are looked for, and when every membership denies, the reason that came furthest down is reported.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from contract.limits import Allowance, Use, allowance_at
from contract.membership import Detail, Grant, HolderKind, Membership, Plan, State, end_of, status_at


class Outcome(StrEnum):
    GRANTED = "granted"
    DENIED = "denied"


class Reason(StrEnum):
    """Why; in the order in which they are looked for. `granted` when none of the others applies."""

    NOT_READY = "not_ready"
    UNREADABLE = "unreadable"
    UNKNOWN_CARD = "unknown_card"
    CARD_REVOKED = "card_revoked"
    CARD_NOT_YET_VALID = "card_not_yet_valid"
    CARD_EXPIRED = "card_expired"
    NO_MEMBERSHIP = "no_membership"
    PENDING = "pending"
    SCHEDULED = "scheduled"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    PERMISSION_MISSING = "permission_missing"
    LIMIT_REACHED = "limit_reached"
    CANNOT_RECORD = "cannot_record"
    GRANTED = "granted"


_RANK = {reason: rank for rank, reason in enumerate(Reason)}
_FAR_FUTURE = datetime.max.replace(tzinfo=UTC)


class Mode(StrEnum):
    """What a scan does at a reader: `identify` shows and counts nothing, `redeem` uses a limited benefit up."""

    IDENTIFY = "identify"
    REDEEM = "redeem"


@dataclass(frozen=True, slots=True)
class Ask:
    """What a reader wants to know of one scan: may this card have `permission`?"""

    permission: str
    mode: Mode
    readable: bool


@dataclass(frozen=True, slots=True)
class Card:
    """`valid_from` and `valid_until` are dates of the card's own, apart from any membership's."""

    customer_id: int
    revoked: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    id: int
    name: str


@dataclass(frozen=True, slots=True)
class HeldMembership:
    """A membership that serves the customer: their own, or one inherited from a company."""

    membership: Membership
    plan: Plan


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a feed facts were read: rows up to `sequence` of `epoch`."""

    feed: str
    epoch: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about one scanned card. `position` None: there is no whole replica to look in."""

    position: Position | None
    card: Card | None = None
    customer: Customer | None = None
    held: tuple[HeldMembership, ...] = ()
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, with all that a display shows and a replay needs.

    `counted`: this check-in uses a limited benefit up (a redemption). `remaining` is what is left after it.
    `decided_from` and `counted_uses` say which facts were used.
    """

    outcome: Outcome
    reason: Reason
    permission: str
    decided_from: Position | None
    detail: Detail | None = None
    customer: Customer | None = None
    membership: Membership | None = None
    plan: Plan | None = None
    valid_until: datetime | None = None
    counted: bool = False
    remaining: int | None = None
    next_available_at: datetime | None = None
    counted_uses: tuple[bytes, ...] = ()

    @property
    def granted(self) -> bool:
        return self.outcome is Outcome.GRANTED


def decide(ask: Ask, facts: Facts, at: datetime) -> Decision:
    """Whether the card in `facts` may have `ask.permission` at `at` (aware UTC)."""
    bare = Decision(Outcome.DENIED, Reason.GRANTED, ask.permission, facts.position, customer=facts.customer)
    reason = _reason_before_memberships(ask, facts, at)
    if reason is not None:
        return replace(bare, reason=reason)
    answers = [_answer(bare, ask, facts, held, at) for held in _in_consumption_order(facts.held)]
    if not answers:
        return replace(bare, reason=Reason.NO_MEMBERSHIP)
    # max() keeps the first of equals, so consumption order also settles which of two equal answers is told.
    return max(answers, key=lambda answer: _RANK[answer.reason])


def cannot_record(decision: Decision) -> Decision:
    """The denial of a redemption that was granted but could not be written down: nothing was used up."""
    remaining = None if decision.remaining is None else decision.remaining + decision.counted
    return replace(
        decision, outcome=Outcome.DENIED, reason=Reason.CANNOT_RECORD, counted=False, remaining=remaining
    )


def _reason_before_memberships(ask: Ask, facts: Facts, at: datetime) -> Reason | None:
    card = facts.card
    if facts.position is None:
        return Reason.NOT_READY
    if not ask.readable:
        return Reason.UNREADABLE
    if card is None:
        return Reason.UNKNOWN_CARD
    if card.revoked:
        return Reason.CARD_REVOKED
    if card.valid_from is not None and at < card.valid_from:
        return Reason.CARD_NOT_YET_VALID
    if card.valid_until is not None and at >= card.valid_until:
        return Reason.CARD_EXPIRED
    return None


def _in_consumption_order(held: Iterable[HeldMembership]) -> list[HeldMembership]:
    """Earliest to expire first, a customer's own before a company's, then the older one."""
    return sorted(
        held,
        key=lambda each: (
            end_of(each.membership) or _FAR_FUTURE,
            each.membership.holder.kind is HolderKind.COMPANY,
            each.membership.id,
        ),
    )


_REASON_OF_STATUS = {
    Detail.PENDING: Reason.PENDING,
    Detail.SCHEDULED: Reason.SCHEDULED,
    Detail.SUSPENDED: Reason.SUSPENDED,
    Detail.ENDED: Reason.EXPIRED,
    Detail.CANCELLED: Reason.EXPIRED,
    Detail.PAYMENT_FAILED: Reason.EXPIRED,
    Detail.REVOKED: Reason.EXPIRED,
}


def _answer(bare: Decision, ask: Ask, facts: Facts, held: HeldMembership, at: datetime) -> Decision:
    """What one membership alone answers."""
    membership = held.membership
    status = status_at(membership, at)
    answer = replace(
        bare, detail=status.detail, membership=membership, plan=held.plan, valid_until=end_of(membership)
    )
    if status.state is not State.ACTIVE:
        return replace(answer, reason=_REASON_OF_STATUS[status.detail])
    grant = held.plan.grant_of(ask.permission)
    if grant is None:
        return replace(answer, reason=Reason.PERMISSION_MISSING)
    return _within_limits(answer, ask, _allowance(grant, membership, facts, at))


def _allowance(grant: Grant, membership: Membership, facts: Facts, at: datetime) -> Allowance:
    """Counted per customer under each membership: a company's membership gives each of its people their own."""
    counting = (
        use
        for use in facts.uses
        if use.permission == grant.permission
        and use.membership_id == membership.id
        and facts.card is not None
        and use.customer_id == facts.card.customer_id
    )
    return allowance_at(grant.limits, counting, at)


def _within_limits(answer: Decision, ask: Ask, allowance: Allowance) -> Decision:
    answer = replace(
        answer,
        remaining=allowance.remaining,
        next_available_at=allowance.next_available_at,
        counted_uses=allowance.counted,
    )
    if allowance.remaining == 0:
        return replace(answer, reason=Reason.LIMIT_REACHED)
    counted = allowance.remaining is not None and ask.mode is Mode.REDEEM
    remaining = allowance.remaining - 1 if counted and allowance.remaining is not None else allowance.remaining
    return replace(answer, outcome=Outcome.GRANTED, reason=Reason.GRANTED, counted=counted, remaining=remaining)
