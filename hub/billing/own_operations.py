"""A member cancels a membership of their own, however it is paid, takes that back with the provider, or ends at
once what is billed there, as who leaves does."""

from contextlib import suppress
from datetime import datetime

from django.utils.translation import gettext as _

from hub.billing import changing_operations, choosing, leftover_operations, queries
from hub.billing.changing_operations import CannotChange
from hub.billing.hand_operations import end_by_hand
from hub.billing.own import May, may, still_billed
from hub.billing.port import ProviderAway
from hub.members.models import Customer, Membership
from hub.members.queries import status_of
from hub.members.status_operations import cancel_membership
from hub.members.term_operations import end_membership
from hub.members.writing import stored, writing


def may_now(membership: Membership, at: datetime) -> May:
    return may(membership, queries.standing(membership), status_of(membership, at))


def cancel(membership: Membership, at: datetime) -> None:
    """It runs to the end of what is paid for; what nobody has paid for, or is free and has no end, ends at once.
    What was owed for the time after is owed no longer.

    CannotChange, ProviderError, hub.members.status_operations.Refused: nothing was changed.
    """
    now = _may(membership, at)
    if not now.cancel:
        raise CannotChange(_("There is nothing to cancel: it does not go on by itself, or is cancelled already."))
    if now.by_provider:
        (changing_operations.cancel_now if now.ends_now else changing_operations.cancel_at_end)(membership, at)
        return
    with writing():
        (end_membership if now.is_endless else cancel_membership)(membership, at)
        end_by_hand(membership, at, is_cancelled=True)


def take_back(membership: Membership, at: datetime) -> None:
    """The provider goes on billing it. CannotChange, ProviderError."""
    now = _may(membership, at)
    if not (now.keep and now.by_provider):
        raise CannotChange(_("There is no cancellation to take back: it was taken back, or the end has come."))
    changing_operations.keep_going(membership, at)


def end_now(membership: Membership, at: datetime) -> None:
    """Over at once, whatever of it is paid for: nothing is given back by this. CannotChange, ProviderError."""
    if membership.customer is None or not still_billed(membership.customer).filter(pk=membership.pk).exists():
        raise CannotChange(_("There is nothing to end: no payment provider bills it any more."))
    changing_operations.cancel_now(membership, at)


def close_pages(customer: Customer, at: datetime) -> None:
    """Before they go: nobody pays for who is not there any more. Where the provider does not answer, the worker
    closes them (leftover_operations.py)."""
    asked = choosing.provider()
    if asked is not None:
        with suppress(ProviderAway):
            leftover_operations.close_pages_of(asked, customer, at)


def _may(membership: Membership, at: datetime) -> May:
    held = stored(membership)
    if held is None:
        raise CannotChange(_("This membership is gone."))
    return may_now(held, at)
