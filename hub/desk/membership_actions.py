"""What staff may do to a membership, ONE table: when it is offered, what is asked, what it says, and the one
operation that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contract.membership import AtEnd, Detail, State, Status
from hub.desk import membership_says as says
from hub.desk.membership_forms import ChangePlanForm, FreezeForm, RenewForm
from hub.fleet.zones import organization_zone
from hub.members import operations, periods, status_operations, term_operations
from hub.members.models import Membership
from hub.members.periods import Period

Given = dict[str, Any]
"""A form's cleaned data."""


def _no_form(membership: Membership, at: datetime) -> Given:
    return {}


@dataclass(frozen=True)
class Action:
    """`begins_with`: what its form shows first; `besides`: what its form is made with."""

    title: str | Promise
    done: str | Promise
    is_offered: Callable[[Membership, Status, datetime], bool]
    do: Callable[[Membership, Given, datetime], object]
    says: Callable[[Membership, datetime], list[str]]
    form: type[forms.Form] = forms.Form
    begins_with: Callable[[Membership, datetime], Given] = _no_form
    besides: Callable[[Membership, datetime], Given] = _no_form
    is_danger: bool = False


def _runs(membership: Membership, status: Status, at: datetime) -> bool:
    return status.state is State.ACTIVE


def _is(*details: Detail) -> Callable[[Membership, Status, datetime], bool]:
    return lambda membership, status, at: status.detail in details


def _can_renew(membership: Membership, status: Status, at: datetime) -> bool:
    return membership.ends_at is not None and status.state is not State.EXPIRED


def _can_renew_at_end(membership: Membership, status: Status, at: datetime) -> bool:
    return _can_renew(membership, status, at) and membership.at_end == AtEnd.ENDS


def _can_cancel(membership: Membership, status: Status, at: datetime) -> bool:
    can = status.detail in (Detail.CURRENT, Detail.TRIAL, Detail.GRACE, Detail.SUSPENDED, Detail.SCHEDULED)
    return can and membership.ends_at is not None and membership.at_end in (AtEnd.ENDS, AtEnd.RENEWS)


def _can_change(membership: Membership, status: Status, at: datetime) -> bool:
    return status.state is State.ACTIVE or status.detail in (Detail.SCHEDULED, Detail.PENDING)


def _changed(membership: Membership, given: Given, at: datetime) -> Membership:
    plan = given["plan"]
    if "when" not in given:
        return term_operations.change_plan(membership, plan, Period(membership.starts_at, membership.ends_at), at)
    zone = organization_zone()
    later = periods.next_period_at(membership, at, zone) if given["when"] == "next" else None
    proposed = periods.first_period(plan, later or at, zone)
    period = Period(proposed.starts_at, given["ends_at"] or proposed.ends_at)
    return term_operations.change_plan(membership, plan, period, at)


def _frozen(membership: Membership, given: Given, at: datetime) -> object:
    # What is to begin this minute begins now, not up to a minute ago.
    from_at = max(given["from_at"], at)
    return status_operations.freeze_membership(membership, from_at, given["until_at"])


def _unfrozen(membership: Membership, given: Given, at: datetime) -> None:
    coming = says.freeze_ahead(membership, at)
    if coming is None:
        raise status_operations.Refused(str(_("No freeze is to come.")))
    term_operations.take_freeze_back(coming, at)


ACTIONS: Final[dict[str, Action]] = {
    "renew": Action(
        title=_("Renew"),
        done=_("Renewed."),
        is_offered=_can_renew,
        do=lambda it, given, at: term_operations.renew_membership(it, given["ends_at"], at),
        says=says.of_renewal,
        form=RenewForm,
        begins_with=lambda it, at: {"ends_at": periods.renewed_end(it, organization_zone())},
    ),
    "change-plan": Action(
        title=_("Change plan"),
        done=_("The plan is changed."),
        is_offered=_can_change,
        do=_changed,
        says=says.of_change,
        form=ChangePlanForm,
        begins_with=lambda it, at: {"when": "now"},
        besides=lambda it, at: {"times": says.times_of_change(it, at), "without": it.plan_id},
    ),
    "freeze": Action(
        title=_("Freeze"),
        done=_("The freeze is set."),
        is_offered=lambda it, status, at: _runs(it, status, at) or status.detail is Detail.SCHEDULED,
        do=_frozen,
        says=says.of_freeze,
        form=FreezeForm,
        begins_with=lambda it, at: {"from_at": at},
    ),
    "resume": Action(
        title=_("Resume"),
        done=_("Resumed."),
        is_offered=_is(Detail.SUSPENDED),
        do=lambda it, given, at: status_operations.resume_membership(it, at),
        says=says.of_resuming,
    ),
    "take-freeze-back": Action(
        title=_("Take the freeze back"),
        done=_("The freeze that was to come is taken back."),
        is_offered=lambda it, status, at: (
            status.state is not State.EXPIRED and says.freeze_ahead(it, at) is not None
        ),
        do=_unfrozen,
        says=says.of_unfreezing,
    ),
    "confirm-payment": Action(
        title=_("Confirm payment"),
        done=_("The payment is confirmed."),
        is_offered=_is(Detail.PENDING),
        do=lambda it, given, at: status_operations.confirm_payment(it),
        says=says.of_payment,
    ),
    "cancel": Action(
        title=_("Cancel at its end"),
        done=_("Cancelled for its end."),
        is_offered=_can_cancel,
        do=lambda it, given, at: status_operations.cancel_membership(it, at),
        says=says.of_cancelling,
    ),
    "uncancel": Action(
        title=_("Take cancellation back"),
        done=_("The cancellation is taken back."),
        is_offered=_is(Detail.CANCELLING),
        do=lambda it, given, at: status_operations.uncancel(it, at),
        says=says.of_uncancelling,
    ),
    "renew-at-end": Action(
        title=_("Renew at its end"),
        done=_("It renews at its end."),
        is_offered=_can_renew_at_end,
        do=lambda it, given, at: status_operations.renew_at_end(it, at),
        says=says.of_renewing_at_its_end,
    ),
    "cancel-now": Action(
        title=_("Cancel now"),
        done=_("Cancelled: it is over."),
        is_offered=lambda it, status, at: _runs(it, status, at) or status.detail is Detail.SUSPENDED,
        do=lambda it, given, at: term_operations.end_membership(it, at),
        says=says.of_ending,
        is_danger=True,
    ),
    "revoke": Action(
        title=_("Revoke"),
        done=_("Revoked for good."),
        is_offered=lambda it, status, at: status.state is not State.EXPIRED,
        do=lambda it, given, at: operations.revoke_memberships([it], at),
        says=says.of_revoking,
        is_danger=True,
    ),
}


_OF_WHO_BILLS: Final = {
    *("renew", "change-plan", "confirm-payment", "cancel", "uncancel", "renew-at-end", "cancel-now"),
}
"""What follows a payment provider where one bills it; hub/desk/billing.py asks for it there."""


def offered(membership: Membership, status: Status, at: datetime) -> list[tuple[str, Action]]:
    can = [(name, action) for name, action in ACTIONS.items() if action.is_offered(membership, status, at)]
    return [(name, action) for name, action in can if not membership.billed_by or name not in _OF_WHO_BILLS]
