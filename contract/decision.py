"""The one decision function. Edge, hub, scan page and API all get their answer from `decide`.

Pure: no clock, no I/O, no randomness; the same facts in any order give the same decision. A denial is a
`Decision`, never an exception. Reasons are stable strings and part of the API; they stand in the order in which
they are looked for, and when every membership denies, the reason that came furthest down is reported. Rules that
come before the memberships are in contract/reader_rules.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from contract.ask import Ask, Contact, Direction, Mode, Passback, Posture
from contract.facts import Customer, Facts, HeldMembership, Position
from contract.grant import Grant, Offline
from contract.hours import is_open
from contract.limits import Allowance, Counting, allowance_at
from contract.membership import AtEnd, Detail, HolderKind, Membership, Plan, State, end_of, status_at
from contract.reader_rules import OPENS, reason_before_memberships, step_shown
from contract.reasons import Outcome, Reason
from contract.trust import ClockState


_RANK: Final = {reason: rank for rank, reason in enumerate(Reason)}
_FAR_FUTURE: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, with all that a display shows and a replay needs.

    `counted`: this check-in uses a limited benefit up (a redemption). `remaining` is what is left after it.
    `inside_already`: granted, though the holder was inside (soft anti-passback). `step`: of the rotating code,
    used up by this. `decided_from`, `clock` and `counted_uses` say which facts were used.
    """

    outcome: Outcome
    reason: Reason
    permission: str
    decided_from: Position | None
    clock: ClockState = ClockState.SYNCED
    detail: Detail | None = None
    customer: Customer | None = None
    membership: Membership | None = None
    plan: Plan | None = None
    valid_until: datetime | None = None
    counted: bool = False
    remaining: int | None = None
    next_available_at: datetime | None = None
    counted_uses: tuple[bytes, ...] = ()
    inside_already: bool = False
    step: int | None = None

    @property
    def granted(self) -> bool:
        return self.outcome is Outcome.GRANTED


def decide(ask: Ask, facts: Facts, at: datetime) -> Decision:
    """Whether the card in `facts` may have `ask.permission` at `at` (aware UTC)."""
    bare = _bare(ask, facts, at)
    reason = reason_before_memberships(bare.step, ask, facts, at)
    if reason is not None:
        outcome = Outcome.GRANTED if reason in OPENS else Outcome.DENIED
        return replace(bare, outcome=outcome, reason=reason)
    no_membership = replace(bare, reason=Reason.NO_MEMBERSHIP)
    return max(_answers(bare, ask, facts, at), key=lambda answer: _RANK[answer.reason], default=no_membership)


def answers(ask: Ask, facts: Facts, at: datetime) -> list[Decision]:
    """What each membership alone answers once reader and card are in order, in consumption order: of equals the
    first one is told."""
    return _answers(_bare(ask, facts, at), ask, facts, at)


def cannot_record(decision: Decision) -> Decision:
    """The denial of a redemption that was granted but could not be written down: nothing was used up."""
    remaining = None if decision.remaining is None else decision.remaining + decision.counted
    return replace(
        decision, outcome=Outcome.DENIED, reason=Reason.CANNOT_RECORD, counted=False, remaining=remaining
    )


# The memberships


def _bare(ask: Ask, facts: Facts, at: datetime) -> Decision:
    return Decision(
        outcome=Outcome.DENIED,
        reason=Reason.GRANTED,
        permission=ask.permission,
        decided_from=facts.position,
        clock=ask.circumstances.clock,
        customer=facts.customer,
        step=step_shown(ask, facts, at),
    )


def _answers(bare: Decision, ask: Ask, facts: Facts, at: datetime) -> list[Decision]:
    if facts.card is None:
        return []
    customer_id = facts.card.customer_id
    return [_answer(bare, customer_id, ask, facts, held, at) for held in _in_consumption_order(facts.held)]


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


_REASON_OF_STATUS: Final = {
    Detail.PENDING: Reason.PENDING,
    Detail.SCHEDULED: Reason.SCHEDULED,
    Detail.SUSPENDED: Reason.SUSPENDED,
    Detail.ENDED: Reason.EXPIRED,
    Detail.CANCELLED: Reason.EXPIRED,
    Detail.PAYMENT_FAILED: Reason.EXPIRED,
    Detail.REVOKED: Reason.EXPIRED,
}


def _answer(
    bare: Decision, customer_id: int, ask: Ask, facts: Facts, held: HeldMembership, at: datetime
) -> Decision:
    """What one membership alone answers."""
    membership = held.membership
    status = status_at(membership, at)
    answer = replace(
        bare, detail=status.detail, membership=membership, plan=held.plan, valid_until=end_of(membership)
    )
    if status.state is not State.ACTIVE:
        return replace(answer, reason=_REASON_OF_STATUS[status.detail])
    if ask.circumstances.posture is Posture.LOCKDOWN and not _passes_lockdown(ask, facts, at):
        return replace(answer, reason=Reason.LOCKDOWN)
    grant = held.plan.grant_of(ask.permission)
    if grant is None:
        return replace(answer, reason=Reason.PERMISSION_MISSING)
    if not _is_within_hours(grant, ask, facts, at):
        return replace(answer, reason=Reason.OUTSIDE_HOURS)
    if grant.partners is not None and ask.policy.partner not in grant.partners:
        return replace(answer, reason=Reason.PARTNER_NOT_APPROVED)
    if not ask.policy.signed_in and _needs_login(grant, ask):
        return replace(answer, reason=Reason.LOGIN_REQUIRED)
    inside = _is_inside(ask, facts, at)
    if inside and ask.policy.passback is Passback.HARD:
        return replace(answer, reason=Reason.ALREADY_INSIDE)
    allowance = _allowance(grant, customer_id, held, ask, facts, at)
    return _within_limits(replace(answer, inside_already=inside), customer_id, grant, allowance, ask, facts)


def _passes_lockdown(ask: Ask, facts: Facts, at: datetime) -> bool:
    permission = ask.policy.lockdown_permission
    return permission is not None and any(
        held.plan.grant_of(permission) is not None and status_at(held.membership, at).state is State.ACTIVE
        for held in facts.held
    )


def _is_within_hours(grant: Grant, ask: Ask, facts: Facts, at: datetime) -> bool:
    """Hours keep nobody in. A schedule that is not there is never open."""
    if grant.schedule_id is None or ask.policy.direction is Direction.OUT:
        return True
    schedule = facts.schedules.get(grant.schedule_id)
    return schedule is not None and is_open(schedule, facts.site, at)


def _needs_login(grant: Grant, ask: Ask) -> bool:
    uses_up = bool(grant.limits) and ask.mode is Mode.REDEEM
    return grant.login_required or (uses_up and not ask.policy.visitors_redeem)


def _is_inside(ask: Ask, facts: Facts, at: datetime) -> bool:
    """Whether the holder went into this reader's area and, as far as is known, not out of it."""
    policy = ask.policy
    if policy.passback is Passback.OFF or policy.direction is Direction.OUT:
        return False
    passages = [each for each in facts.passages if each.area == policy.area]
    last = max(passages, key=lambda each: (each.occurred_at, each.id), default=None)
    if last is None or last.direction is Direction.OUT:
        return False
    return policy.passback_reset is None or at - last.occurred_at < policy.passback_reset


# The limits, and the record


def _allowance(
    grant: Grant, customer_id: int, held: HeldMembership, ask: Ask, facts: Facts, at: datetime
) -> Allowance:
    membership = held.membership
    company_id = membership.holder.id if membership.holder.kind is HolderKind.COMPANY else None
    counting = Counting(
        customer_id=customer_id,
        membership_id=membership.id,
        company_id=company_id,
        partner=ask.policy.partner,
        site=ask.policy.site,
        calendar=facts.site.calendar,
        billed_from=membership.starts_at,
        billing=held.plan.billing,
    )
    uses = (use for use in facts.uses if use.permission == grant.permission)
    return allowance_at(grant.limits, uses, counting, at)


def _within_limits(
    answer: Decision, customer_id: int, grant: Grant, allowance: Allowance, ask: Ask, facts: Facts
) -> Decision:
    answer = replace(
        answer,
        remaining=allowance.remaining,
        next_available_at=_before_the_end(answer, allowance.next_available_at),
        counted_uses=allowance.counted,
    )
    if allowance.remaining == 0:
        return replace(answer, reason=Reason.LIMIT_REACHED)
    if allowance.cooling_down:
        return replace(answer, reason=Reason.COOLDOWN)
    if ask.mode is Mode.REDEEM and _needs_confirmation(customer_id, grant, ask, facts):
        return replace(answer, reason=Reason.CONFIRMATION_NEEDED)
    counted = allowance.remaining is not None and ask.mode is Mode.REDEEM
    remaining = allowance.remaining - 1 if counted and allowance.remaining is not None else allowance.remaining
    return replace(answer, outcome=Outcome.GRANTED, reason=Reason.GRANTED, counted=counted, remaining=remaining)


def _before_the_end(answer: Decision, at: datetime | None) -> datetime | None:
    """None where the membership is over by then, unless it is to be renewed."""
    membership, end = answer.membership, answer.valid_until
    if at is None or end is None or membership is None or membership.at_end is AtEnd.RENEWS:
        return at
    return at if at < end else None


def _needs_confirmation(customer_id: int, grant: Grant, ask: Ask, facts: Facts) -> bool:
    """Whether the hub has to say yes first; with the hub out of reach, whether the offline rule forbids."""
    contact = ask.circumstances.contact
    if contact is Contact.CONFIRMED:
        return False
    if contact is Contact.ONLINE:
        return grant.confirm
    if grant.offline is Offline.AT_MOST:
        return _spent_offline(customer_id, grant, facts) >= grant.offline_uses
    return grant.offline is Offline.DENY


def _spent_offline(customer_id: int, grant: Grant, facts: Facts) -> int:
    """The customer's uses at this edge since it was last in contact."""
    spent = {
        use.id for use in facts.uses if (use.permission, use.customer_id) == (grant.permission, customer_id)
    }
    return len(spent & facts.since_contact)
