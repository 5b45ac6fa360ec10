"""A membership's term: renewed, ended at once, and exchanged for another plan's, each with its feed rows in one
transaction.

What may happen to one that runs (cancelled for its end, frozen, paid) is in status_operations.py. Dates are given:
what is proposed of them is in periods.py.
"""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contract.membership import AtEnd, Detail, State, end_of
from hub.members import queries, rows, signals
from hub.members.models import Freeze, Membership, Plan
from hub.members.periods import Period
from hub.members.status_operations import (
    Refused,
    check_not_over,
    check_unbilled,
    save_freezes,
    standing,
    terms_of,
    unbilled,
    with_grace,
)
from hub.members.writing import save, stored, writing


def renew_membership(membership: Membership, ends_at: datetime, at: datetime) -> Membership:
    """It goes on to `ends_at` (before freezes move it on); whoever had cancelled it has it renewed again.

    Refused: it is over at `at`, and its past would change; begin another one instead.
    """
    with writing():
        held = unbilled(membership)
        if held.ends_at is None:
            raise Refused(_("“%(it)s” has no end: there is nothing to renew") % {"it": held})
        check_not_over(held, at)
        if ends_at <= held.ends_at:
            raise Refused(_("a renewal has to end after the present end of “%(it)s”") % {"it": held})
        held.ends_at = ends_at
        was_cancelled = held.at_end == AtEnd.CANCELLED
        if was_cancelled or held.at_end == AtEnd.PAYMENT_FAILED:
            held.at_end = (AtEnd.ENDS if held.grace_hours is None else AtEnd.RENEWS).value
        renewed = _saved(held, "renewed")
        if was_cancelled:
            signals.taken_back.send(Membership, membership=renewed, at=at)
        return renewed


def change_terms(membership: Membership, at: datetime) -> Membership:
    """Its dates and the like, as they are set on it. Refused: it is revoked, or over at `at`, and more would
    change than the number by which another system knows it."""
    with writing():
        held, wanted = stored(membership), with_grace(membership)
        moved = held is not None and terms_of(held) != terms_of(wanted)
        if moved:
            check_unbilled(held)
        if moved and queries.status_of(standing(wanted), at).state is State.EXPIRED:
            raise Refused(_("“%(it)s” is over, and stays so: assign the plan anew") % {"it": held})
        return save(wanted, rows.membership_row)


def end_membership(membership: Membership, at: datetime) -> Membership:
    """Cancelled now: it is over from `at` on, and no freeze moves that end."""
    with writing():
        held = unbilled(membership)
        status = queries.status_of(held, at)
        if status.state is State.EXPIRED:
            raise Refused(_("“%(it)s” is over already: there is nothing to cancel") % {"it": held})
        if status.detail is Detail.SCHEDULED or held.starts_at >= at:
            raise Refused(_("“%(it)s” has not begun: revoke it instead") % {"it": held})
        held.at_end = AtEnd.CANCELLED.value
        ended = _saved(_ended(held, at), "cancelled now")
        signals.cancelled.send(Membership, membership=ended, at=at)
        return ended


def change_plan(membership: Membership, plan: Plan, period: Period, at: datetime) -> Membership:
    """One of `plan` over `period`, and the old one ends where that begins: nobody has none in
    between, and nobody both. One that has not begun, or is not paid for, takes the plan and keeps its dates.

    Uses that a limit counts by the membership are counted anew. Gives the one that has the plan.
    """
    with writing():
        held = unbilled(membership)
        detail = queries.status_of(held, at).detail
        if held.plan_id == plan.pk:
            raise Refused(_("“%(it)s” is of this plan already") % {"it": held})
        if detail in (Detail.SCHEDULED, Detail.PENDING):
            held.plan = plan
            return _saved(held, "plan changed")
        return _exchanged(held, plan, period, at)


def take_freeze_back(freeze: Freeze, at: datetime) -> None:
    """One that has not begun is as if it had never been. Refused: it has begun."""
    with writing():
        held = stored(freeze)
        if held is None:
            raise Refused(_("this freeze has been taken back meanwhile"))
        if held.from_at <= at:
            raise Refused(_("this freeze has begun: resume the membership instead"))
        save_freezes(held.membership, [], [held])


def _exchanged(held: Membership, plan: Plan, period: Period, at: datetime) -> Membership:
    from_at = period.starts_at
    if from_at < at or from_at <= held.starts_at:
        raise Refused(_("the new plan has to begin now or later, and after the old one began"))
    end = end_of(rows.meaning_of(held))
    if end is not None and end < from_at and queries.status_of(held, from_at).state is State.EXPIRED:
        raise Refused(_("“%(it)s” is over by then: assign the new plan instead") % {"it": held})
    for freeze in held.freezes.all():
        if freeze.from_at > from_at:
            raise Refused(_("“%(it)s” is to be frozen after that: take that freeze back first") % {"it": held})
        if freeze.until_at is None or freeze.until_at > from_at:
            raise Refused(_("“%(it)s” is frozen then: end the freeze first") % {"it": held})
    new = Membership(
        plan=plan,
        customer_id=held.customer_id,
        company_id=held.company_id,
        starts_at=from_at,
        ends_at=period.ends_at,
        at_end=(AtEnd.ENDS if held.grace_hours is None or period.ends_at is None else AtEnd.RENEWS).value,
        grace_hours=None if period.ends_at is None else held.grace_hours,
        freezes_extend=held.freezes_extend,
    )
    held.at_end = AtEnd.ENDS.value
    _saved(_ended(held, from_at), "plan changed")
    return _saved(new, "")


def _ended(held: Membership, at: datetime) -> Membership:
    """Its end is `at` itself, whatever its freezes."""
    held.ends_at, held.freezes_extend = at, False
    if held.trial_until is not None:
        held.trial_until = min(held.trial_until, at)
    return held


def _saved(held: Membership, action: str) -> Membership:
    try:
        return save(with_grace(held), rows.membership_row, action)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
