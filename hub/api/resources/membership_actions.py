"""What happens to a membership in its time: each is an address of its own under the membership's."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Path

from hub.api.endpoints import Endpoints, named
from hub.api.problems import Kind, Problem
from hub.api.resources.memberships import MembershipShown, membership_of, shown_now
from hub.api.scopes import Scope
from hub.api.words import BodyId, Id, Instant, Words
from hub.members import operations, periods, status_operations, term_operations
from hub.members.models import Plan

endpoints = Endpoints("Memberships")


class Renewed(Words):
    """`ends_at` left out: one billing period of its plan longer."""

    ends_at: Instant | None = None


class Cancelled(Words):
    when: Literal["end", "now"] = "end"


class Frozen(Words):
    """`from_at` left out: now. `until_at` left out: until it is resumed."""

    from_at: Instant | None = None
    until_at: Instant | None = None


class PlanExchanged(Words):
    """`from_at` left out: now. `ends_at` left out: by the new plan's billing; null: no end."""

    plan: BodyId
    from_at: Instant | None = None
    ends_at: Instant | None = None


@endpoints.post("/{id}/renew", Scope.MEMBERSHIPS_WRITE, MembershipShown, status=200)
def renew_membership(request: HttpRequest, id: Path[Id], body: Renewed) -> dict[str, Any]:
    """It goes on to another end. One that is over stays over: assign the plan anew."""
    membership = membership_of(id)
    ends_at = body.ends_at or periods.renewed_end(membership)
    if ends_at is None:
        raise Problem(Kind.RULE, "its plan is not billed again, or it has no end: say ends_at")
    term_operations.renew_membership(membership, ends_at, request.at)
    return shown_now(request, id)


@endpoints.post("/{id}/cancel", Scope.MEMBERSHIPS_WRITE, MembershipShown, status=200)
def cancel_membership(request: HttpRequest, id: Path[Id], body: Cancelled) -> dict[str, Any]:
    """It runs to its end and no further, or is over now."""
    membership = membership_of(id)
    if body.when == "now":
        term_operations.end_membership(membership, request.at)
    else:
        status_operations.cancel_membership(membership, request.at)
    return shown_now(request, id)


@endpoints.post("/{id}/uncancel", Scope.MEMBERSHIPS_WRITE, MembershipShown, status=200)
def uncancel_membership(request: HttpRequest, id: Path[Id]) -> dict[str, Any]:
    """As before it was cancelled."""
    status_operations.uncancel(membership_of(id), request.at)
    return shown_now(request, id)


@endpoints.post("/{id}/freeze", Scope.MEMBERSHIPS_WRITE, MembershipShown, status=200)
def freeze_membership(request: HttpRequest, id: Path[Id], body: Frozen) -> dict[str, Any]:
    """It grants nothing meanwhile."""
    status_operations.freeze_membership(membership_of(id), body.from_at or request.at, body.until_at)
    return shown_now(request, id)


@endpoints.post("/{id}/resume", Scope.MEMBERSHIPS_WRITE, MembershipShown, status=200)
def resume_membership(request: HttpRequest, id: Path[Id]) -> dict[str, Any]:
    """Ends the freeze of now."""
    status_operations.resume_membership(membership_of(id), request.at)
    return shown_now(request, id)


@endpoints.post("/{id}/confirm-payment", Scope.MEMBERSHIPS_WRITE, MembershipShown, status=200)
def confirm_payment(request: HttpRequest, id: Path[Id]) -> dict[str, Any]:
    """The first payment has come: it is no longer pending. Told again, it changes nothing."""
    status_operations.confirm_payment(membership_of(id))
    return shown_now(request, id)


@endpoints.post("/{id}/revoke", Scope.MEMBERSHIPS_WRITE, MembershipShown, status=200)
def revoke_membership(request: HttpRequest, id: Path[Id]) -> dict[str, Any]:
    """It ends at once and for good. Told again, it changes nothing."""
    operations.revoke_memberships([membership_of(id)], request.at)
    return shown_now(request, id)


@endpoints.post("/{id}/change-plan", Scope.MEMBERSHIPS_WRITE, MembershipShown, status=200)
def change_membership_plan(request: HttpRequest, id: Path[Id], body: PlanExchanged) -> dict[str, Any]:
    """Answers with the membership of the new plan; the old one ends where it begins."""
    plan, from_at = named(Plan, "plan", pk=body.plan), body.from_at or request.at
    period = periods.first_period(plan, from_at)
    if "ends_at" in body.model_fields_set:
        period = period._replace(ends_at=body.ends_at)
    changed = term_operations.change_plan(membership_of(id), plan, period, request.at)
    return shown_now(request, changed.pk)
