"""The one decision function. Edge, hub, scan page and API all get their answer from `decide`.

Pure: no clock, no I/O, no randomness; the same facts in any order give the same decision. A denial is a
`Decision`, never an exception. Reasons are stable strings and part of the API; they stand in the order in which
they are looked for, and when every membership denies, the reason that came furthest down is reported. Rules that
come before the memberships are in contract/reader_rules.py.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from msgspec import Struct, structs

from contract.ask import Ask, Contact, Direction, Mode, Passback, Policy, Posture
from contract.facts import Customer, Facts, HeldMembership, Position
from contract.grant import Grant, Offline
from contract.hours import is_open
from contract.limits import UNLIMITED, Allowance, Counting, allowance_at
from contract.membership import AtEnd, Detail, HolderKind, Membership, Plan, State, end_of, status_at
from contract.reader_rules import OPENS, reason_before_memberships, step_shown
from contract.reasons import Outcome, Reason
from contract.trust import ClockState

_RANK: Final = {reason: rank for rank, reason in enumerate(Reason)}
_FAR_FUTURE: Final = datetime.max.replace(tzinfo=UTC)


class Decision(Struct, frozen=True):
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


class _Case(NamedTuple):
    """One question with all that is known."""

    ask: Ask
    facts: Facts
    at: datetime
    step: int | None
    customer_id: int


class _Finding(NamedTuple):
    """What one membership alone answers."""

    reason: Reason
    held: HeldMembership
    detail: Detail
    inside_already: bool = False
    allowance: Allowance = UNLIMITED


def decide(ask: Ask, facts: Facts, at: datetime) -> Decision:
    """Whether the card in `facts` may have `ask.permission` at `at` (aware UTC)."""
    step = step_shown(ask, facts, at)
    reason = reason_before_memberships(step, ask, facts, at)
    if reason is not None or facts.card is None:
        return _told_of_no_membership(reason or Reason.UNKNOWN_CARD, ask, facts, step)
    case = _Case(ask, facts, at, step, facts.card.customer_id)
    findings: list[_Finding] = []
    for held in _in_consumption_order(facts.held):
        findings.append(_find(case, held))
        if findings[-1].reason is Reason.GRANTED:
            break
    return _told(case, *findings) if findings else _told_of_no_membership(Reason.NO_MEMBERSHIP, ask, facts, step)


def answers(ask: Ask, facts: Facts, at: datetime) -> list[Decision]:
    """What each membership alone answers where reader and card are in order, in consumption order."""
    if facts.card is None:
        return []
    case = _Case(ask, facts, at, step_shown(ask, facts, at), facts.card.customer_id)
    return [_told(case, _find(case, held)) for held in _in_consumption_order(facts.held)]


def cannot_record(decision: Decision) -> Decision:
    """The denial of a redemption that was granted but could not be written down: nothing was used up."""
    remaining = None if decision.remaining is None else decision.remaining + decision.counted
    return structs.replace(
        decision, outcome=Outcome.DENIED, reason=Reason.CANNOT_RECORD, counted=False, remaining=remaining
    )


def _told_of_no_membership(reason: Reason, ask: Ask, facts: Facts, step: int | None) -> Decision:
    return Decision(
        outcome=Outcome.GRANTED if reason in OPENS else Outcome.DENIED,
        reason=reason,
        permission=ask.permission,
        decided_from=facts.position,
        clock=ask.circumstances.clock,
        customer=facts.customer,
        step=step,
    )


def _told(case: _Case, *findings: _Finding) -> Decision:
    # Of equals the first stays: consumption order also settles which of two equal answers is told.
    finding = max(findings, key=lambda each: _RANK[each.reason])
    ask, facts, held, allowance = case.ask, case.facts, finding.held, finding.allowance
    granted = finding.reason is Reason.GRANTED
    counted = granted and allowance.remaining is not None and ask.mode is Mode.REDEEM
    return Decision(
        outcome=Outcome.GRANTED if granted else Outcome.DENIED,
        reason=finding.reason,
        permission=ask.permission,
        decided_from=facts.position,
        clock=ask.circumstances.clock,
        detail=finding.detail,
        customer=facts.customer,
        membership=held.membership,
        plan=held.plan,
        valid_until=end_of(held.membership),
        counted=counted,
        remaining=allowance.remaining - 1 if counted and allowance.remaining is not None else allowance.remaining,
        next_available_at=_before_the_end(held.membership, allowance.next_available_at),
        counted_uses=_uses_they_rest_on(case, findings),
        inside_already=finding.inside_already,
        step=case.step,
    )


# The memberships


def _in_consumption_order(held: tuple[HeldMembership, ...]) -> Sequence[HeldMembership]:
    """Earliest to expire first, a customer's own before a company's, then the older one."""
    if len(held) < 2:
        return held
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


def _find(case: _Case, held: HeldMembership) -> _Finding:
    """What one membership alone answers."""
    status = status_at(held.membership, case.at)
    if status.state is not State.ACTIVE:
        return _Finding(_REASON_OF_STATUS[status.detail], held, status.detail)
    if case.ask.circumstances.posture is Posture.LOCKDOWN and not _passes_lockdown(case):
        return _Finding(Reason.LOCKDOWN, held, status.detail)
    grant = held.plan.grant_of(case.ask.permission)
    if grant is None:
        return _Finding(Reason.PERMISSION_MISSING, held, status.detail)
    reason = _reason_of_time_and_place(case, grant)
    if reason is not None:
        return _Finding(reason, held, status.detail)
    allowance = _allowance(case, held, grant)
    reason = _reason_of_limits(case, grant, allowance) or Reason.GRANTED
    return _Finding(reason, held, status.detail, _is_inside(case), allowance)


def _reason_of_time_and_place(case: _Case, grant: Grant) -> Reason | None:
    policy = case.ask.policy
    if not _is_within_hours(case, grant):
        return Reason.OUTSIDE_HOURS
    if not _is_approved(policy, grant):
        return Reason.PARTNER_NOT_APPROVED
    if not policy.signed_in and _needs_login(case.ask, grant):
        return Reason.LOGIN_REQUIRED
    return Reason.ALREADY_INSIDE if policy.passback is Passback.HARD and _is_inside(case) else None


def _is_approved(policy: Policy, grant: Grant) -> bool:
    if grant.partners is None:
        return True
    return policy.partner in grant.partners and (grant.partner_may_be_said or not policy.partner_said)


def _passes_lockdown(case: _Case) -> bool:
    permission = case.ask.policy.lockdown_permission
    return permission is not None and any(
        held.plan.grant_of(permission) is not None and status_at(held.membership, case.at).state is State.ACTIVE
        for held in case.facts.held
    )


def _is_within_hours(case: _Case, grant: Grant) -> bool:
    """Hours keep nobody in. A schedule that is not there is never open."""
    if grant.schedule is None or case.ask.policy.direction is Direction.OUT:
        return True
    schedule = case.facts.schedules.get(grant.schedule)
    return schedule is not None and is_open(schedule, case.facts.site, case.at)


def _needs_login(ask: Ask, grant: Grant) -> bool:
    uses_up = bool(grant.limits) and ask.mode is Mode.REDEEM
    return grant.login_required or (uses_up and not ask.policy.visitors_redeem)


def _is_inside(case: _Case) -> bool:
    """Whether the holder went into this reader's area and, as far as is known, not out of it."""
    policy = case.ask.policy
    if policy.passback is Passback.OFF or policy.direction is Direction.OUT:
        return False
    passages = [each for each in case.facts.passages if each.area == policy.area]
    last = max(passages, key=lambda each: (each.occurred_at, each.id), default=None)
    if last is None or last.direction is Direction.OUT:
        return False
    return policy.passback_reset is None or case.at - last.occurred_at < policy.passback_reset


# The limits, and the record


def _reason_of_limits(case: _Case, grant: Grant, allowance: Allowance) -> Reason | None:
    if allowance.remaining == 0:
        return Reason.LIMIT_REACHED
    if allowance.cooling_down:
        return Reason.COOLDOWN
    if case.ask.mode is Mode.REDEEM and _needs_confirmation(case, grant):
        return Reason.CONFIRMATION_NEEDED
    return None


def _allowance(case: _Case, held: HeldMembership, grant: Grant) -> Allowance:
    membership, policy = held.membership, case.ask.policy
    company_id = membership.holder.id if membership.holder.kind is HolderKind.COMPANY else None
    counting = Counting(
        customer_id=case.customer_id,
        membership_id=membership.id,
        company_id=company_id,
        partner=policy.partner,
        site=policy.site,
        calendar=case.facts.site.calendar,
        billed_from=membership.starts_at,
        billing=held.plan.billing,
    )
    uses = (use for use in case.facts.uses if use.permission == grant.permission)
    return allowance_at(grant.limits, uses, counting, case.at)


def _before_the_end(membership: Membership, at: datetime | None) -> datetime | None:
    """None where the membership is over by then, unless it is to be renewed."""
    if at is None or membership.at_end is AtEnd.RENEWS:
        return at
    end = end_of(membership)
    return at if end is None or at < end else None


def _needs_confirmation(case: _Case, grant: Grant) -> bool:
    """Whether the hub has to say yes first; with the hub out of reach, whether the offline rule forbids."""
    contact = case.ask.circumstances.contact
    if contact is Contact.CONFIRMED:
        return False
    if contact is Contact.ONLINE:
        return grant.confirm
    if grant.offline is Offline.AT_MOST:
        return len(_spent_offline(case)) >= grant.offline_uses
    return grant.offline is Offline.DENY


def _spent_offline(case: _Case) -> frozenset[bytes]:
    """The customer's uses at this edge that have not come back from the hub yet, however long ago."""
    whose = (case.ask.permission, case.customer_id)
    spent = (use.id for use in case.facts.uses if (use.permission, use.customer_id) == whose)
    return case.facts.since_contact.intersection(spent)


def _uses_they_rest_on(case: _Case, findings: Sequence[_Finding]) -> tuple[bytes, ...]:
    """Also of memberships that had nothing left, so that another one was asked."""
    used = {use_id for finding in findings for use_id in finding.allowance.counted}
    if any(finding.reason is Reason.CONFIRMATION_NEEDED for finding in findings):
        used |= _spent_offline(case)
    return tuple(sorted(used))
