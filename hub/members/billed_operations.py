"""Memberships whose dates move by a payment provider's word (hub/billing says what that means), each change with
its feed rows. Staff do not move them meanwhile: status_operations.unbilled refuses it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.membership import AtEnd
from hub.members import rows
from hub.members.models import Freeze, Membership, Plan
from hub.members.status_operations import save_freezes
from hub.members.writing import save, stored, writing

_LEAST: Final = timedelta(seconds=1)
"""A membership is not over before it began."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is moved. `billed_by`: hub.members.models.Membership."""

    plan: Plan
    billed_by: str
    pending: bool
    ends_at: datetime | None
    at_end: AtEnd
    grace_hours: int | None
    trial_until: datetime | None
    seats: int | None


def set_terms(membership: Membership, terms: Terms) -> Membership:
    """Set once more, nothing changes. A revoked one stays as it is."""
    with writing():
        held = stored(membership)
        if held is None or held.revoked_at is not None:
            return membership
        held.plan, held.billed_by, held.pending = terms.plan, terms.billed_by, terms.pending
        held.ends_at, held.at_end = terms.ends_at, terms.at_end.value
        held.grace_hours, held.seats = terms.grace_hours, terms.seats
        # What was paid for has an end of its own: a freeze does not move it.
        held.freezes_extend = held.freezes_extend and not terms.billed_by
        if held.ends_at is not None and held.ends_at <= held.starts_at:
            held.starts_at = held.ends_at - _LEAST
        is_trial = terms.trial_until is not None and terms.trial_until > held.starts_at
        held.trial_until = terms.trial_until if is_trial else None
        return save(held, rows.membership_row, action="billed")


def begin_paid(membership: Membership, starts_at: datetime, ends_at: datetime | None) -> Membership:
    """What waited for its first payment runs from then on. `ends_at` None: its end stays as it is."""
    with writing():
        held = stored(membership) or membership
        held.pending, held.starts_at = False, starts_at
        held.ends_at = ends_at or held.ends_at
        return save(held, rows.membership_row, action="paid")


def begin_anew(membership: Membership, at: datetime, ends_at: datetime | None) -> Membership:
    """What is over stays over: another one of the same plan, from `at` on."""
    same = ("plan_id", "customer_id", "company_id", "grace_hours", "freezes_extend", "seats")
    new = Membership(**{name: getattr(membership, name) for name in same}, starts_at=at, ends_at=ends_at)
    new.at_end = (AtEnd.ENDS if ends_at is None else AtEnd.RENEWS).value
    return save(new, rows.membership_row)


def give_up(membership: Membership, at: datetime) -> None:
    """Nobody is going to pay: it does not begin, or is not renewed. What simply ends, or is revoked, stays so."""
    with writing():
        held = stored(membership)
        if held is None or held.revoked_at is not None or not (held.pending or held.at_end == AtEnd.RENEWS):
            return
        if held.pending:
            held.pending, held.ends_at = False, at
            held.starts_at = min(held.starts_at, at - _LEAST)
            held.trial_until = None
        if held.ends_at is not None:
            held.at_end = AtEnd.PAYMENT_FAILED.value
            save(held, rows.membership_row, action="payment failed")


def pause(membership: Membership, from_at: datetime) -> Freeze | None:
    """Suspended from then on, until resume; None: it is already."""
    with writing():
        held = stored(membership)
        if held is None or held.revoked_at is not None or held.freezes.filter(until_at=None).exists():
            return None
        latest = held.freezes.order_by("-until_at").first()
        from_at = max(filter(None, (from_at, held.starts_at, latest and latest.until_at)))
        freeze = Freeze(membership=held, from_at=from_at, until_at=None)
        save_freezes(held, [freeze], action="frozen")
        return freeze


def resume(freeze: Freeze, at: datetime) -> None:
    """What a pause began ends at `at`; where it would have no length, it goes."""
    with writing():
        held = stored(freeze)
        if held is None or held.until_at is not None:
            return
        if held.from_at >= at:
            return save_freezes(held.membership, [], [held])
        held.until_at = at
        save_freezes(held.membership, [held], action="resumed")
