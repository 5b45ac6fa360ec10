"""What happens to a membership in its time: cancelled, frozen, resumed, paid; one transaction each with its row.

All of it works on what is stored, whatever the caller's object says. Refused: it cannot be done, and why.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from contract.membership import AtEnd, MembershipError, State, status_at
from hub.audit import operations as audit
from hub.contract_errors import text_of
from hub.errors import HubError
from hub.feed import operations as feed
from hub.feed.operations import EVERYONE
from hub.members import rows, signals
from hub.members.models import Freeze, Membership, Plan
from hub.members.writing import save, stored, writing

GRACE_HOURS: Final = 72
"""An edge that is offline when a renewal comes locks no payer out for three days."""


class Refused(HubError):
    """The membership is not in a state in which this can be done."""


def with_grace(membership: Membership) -> Membership:
    """Grace is a renewal's: the plan's where none is given, none where it simply ends."""
    if membership.at_end == AtEnd.ENDS:
        membership.grace_hours = None
    elif membership.at_end == AtEnd.RENEWS and membership.grace_hours is None:
        membership.grace_hours = grace_hours_of(membership.plan)
    return membership


def grace_hours_of(plan: Plan) -> int:
    return GRACE_HOURS if plan.grace_hours is None else plan.grace_hours


# Renewal


def cancel_membership(membership: Membership, at: datetime) -> Membership:
    """It runs to its end and no further; one in its grace ends at once. Refused: it is over at `at`."""
    with writing():
        held = unbilled(membership)
        if held.ends_at is None:
            raise Refused(
                _("“%(held)s” has no end to be cancelled for: give it one, or revoke it") % {"held": held}
            )
        if held.at_end in (AtEnd.CANCELLED, AtEnd.PAYMENT_FAILED):
            raise Refused(
                _("“%(held)s” does not go on after its end already: there is nothing to cancel") % {"held": held}
            )
        check_not_over(held, at)
        kept = _ending(held, AtEnd.CANCELLED, "cancelled")
        signals.cancelled.send(Membership, membership=kept, at=at)
        return kept


def uncancel(membership: Membership, at: datetime) -> Membership:
    """As before it was cancelled: it renews where it had a grace, and else it ends.

    Refused: it is over at `at`, and a grace would bring it back.
    """
    with writing():
        held = unbilled(membership)
        if held.at_end != AtEnd.CANCELLED:
            raise Refused(_("“%(held)s” is not cancelled") % {"held": held})
        check_not_over(held, at)
        kept = _ending(held, AtEnd.ENDS if held.grace_hours is None else AtEnd.RENEWS, "uncancelled")
        signals.taken_back.send(Membership, membership=kept, at=at)
        return kept


def renew_at_end(membership: Membership, at: datetime) -> Membership:
    """At its end a renewal is due, where it would simply have ended. Refused: it is over at `at`."""
    with writing():
        held = unbilled(membership)
        if held.ends_at is None or held.at_end != AtEnd.ENDS:
            raise Refused(_("“%(held)s” does not simply end: there is nothing to change") % {"held": held})
        check_not_over(held, at)
        return _ending(held, AtEnd.RENEWS, "renews at its end")


def confirm_payment(membership: Membership) -> Membership:
    """The first payment has come. Told again, it changes nothing."""
    with writing():
        held = unbilled(membership)
        if not held.pending:
            return held
        held.pending = False
        return save(held, rows.membership_row, action="paid")


def payment_failed(membership: Membership) -> Membership:
    """The payment provider has given up: no grace any more. Told again, it changes nothing."""
    with writing():
        held = unbilled(membership)
        if held.ends_at is None:
            raise Refused(
                _("“%(held)s” has no end at which a payment is due: give it one, or revoke it") % {"held": held}
            )
        return (
            held if held.at_end == AtEnd.PAYMENT_FAILED else _ending(held, AtEnd.PAYMENT_FAILED, "payment failed")
        )


# Freezes


def freeze_membership(membership: Membership, from_at: datetime, until_at: datetime | None) -> Freeze:
    """Suspends it in [from_at, until_at); `until_at` None: until it is resumed."""
    with writing():
        held = standing(membership)
        if status_at(rows.meaning_of(held), from_at).state is State.EXPIRED:
            raise Refused(_("“%(held)s” is over by then: there is nothing to freeze") % {"held": held})
        freeze = Freeze(membership=held, from_at=from_at, until_at=until_at)
        save_freezes(held, [freeze], action="frozen")
        return freeze


def resume_membership(membership: Membership, at: datetime) -> Freeze:
    """Ends the freeze that runs at `at`."""
    with writing():
        held = standing(membership)
        running = held.freezes.filter(Q(until_at=None) | Q(until_at__gt=at), from_at__lte=at).first()
        if running is None:
            raise Refused(_("“%(held)s” is not frozen: there is nothing to resume") % {"held": held})
        running.until_at = at
        save_freezes(held, [running], action="resumed")
        return running


def save_freezes(
    membership: Membership, changed: Iterable[Freeze], deleted: Iterable[Freeze] = (), action: str = ""
) -> None:
    """All that changes at once, so that freezes may change places. Refused: they overlap, or one has no length.

    `action`: the audit log's word for it.
    """
    with writing():
        held = _stored(membership)
        for freeze in deleted:
            audit.note_deleted(freeze)
            freeze.delete()
        for freeze in changed:
            _save_freeze(freeze, action)
        try:
            row = rows.membership_row(held)
        except MembershipError as error:
            raise Refused(f"“{held}”: {text_of(error)}") from error
        feed.append(EVERYONE, [row])


def _save_freeze(freeze: Freeze, action: str) -> None:
    try:
        save(freeze, action=action)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def check_not_over(held: Membership, at: datetime) -> None:
    """Refused: it is over at `at`."""
    if status_at(rows.meaning_of(held), at).state is State.EXPIRED:
        raise Refused(_("“%(it)s” is over, and stays so: assign the plan anew") % {"it": held})


def _ending(held: Membership, at_end: AtEnd, action: str) -> Membership:
    held.at_end = at_end.value
    return save(with_grace(held), rows.membership_row, action)


def unbilled(membership: Membership) -> Membership:
    """As it is stored, to be moved by staff. Refused: it is revoked, deleted, or a payment provider's to move."""
    held = standing(membership)
    check_unbilled(held)
    return held


def check_unbilled(held: Membership) -> None:
    """Refused: its dates follow a payment provider."""
    if held.billed_by:
        said = _("“%(held)s” is paid through %(provider)s, and its dates follow that: cancel or change it there")
        raise Refused(said % {"held": held, "provider": held.billed_by.capitalize()})


def check_follows_provider(membership: Membership) -> None:
    """Refused: what is set on it differs from what is stored, and a payment provider moves it."""
    held = stored(membership)
    if held is not None and held.billed_by and terms_of(held) != terms_of(membership):
        check_unbilled(held)


def terms_of(held: Membership) -> dict[str, Any]:
    """All of it but the number by which another system knows it."""
    fields = [field for field in held._meta.concrete_fields if field.name != "external_id"]
    return {field.name: field.value_from_object(held) for field in fields}


def standing(membership: Membership) -> Membership:
    """As it is stored. Refused: it is revoked, or deleted."""
    held = _stored(membership)
    if held.revoked_at is not None:
        raise Refused(_("“%(held)s” is revoked, for good: make a new one") % {"held": held})
    return held


def _stored(membership: Membership) -> Membership:
    held = stored(membership)
    if held is None:
        raise Refused(_("this membership has been deleted meanwhile"))
    return held
