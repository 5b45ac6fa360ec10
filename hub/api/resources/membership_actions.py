"""What happens to a membership in its time: each is an address of its own under the membership's."""

from collections.abc import Callable
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path

from hub.api.endpoints import Endpoints, acted, named, told
from hub.api.problems import Kind, Problem
from hub.api.resources.memberships import MembershipShown, membership_of, shown_at, shown_now
from hub.api.scopes import Scope
from hub.api.words import BodyId, Id, Instant, Words
from hub.fleet.zones import organization_zone
from hub.members import operations, periods, status_operations, term_operations
from hub.members.models import Membership, Plan

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


@endpoints.act("/{id}/renew", Scope.MEMBERSHIPS_WRITE, MembershipShown)
def renew_membership(request: HttpRequest, response: HttpResponse, id: Path[Id], body: Renewed) -> dict[str, Any]:
    """It goes on to another end. One that is over stays over: assign the plan anew."""

    def renew(membership: Membership) -> None:
        ends_at = body.ends_at or periods.renewed_end(membership, organization_zone())
        if ends_at is None:
            raise Problem(Kind.RULE, "its plan is not billed again, or it has no end: say ends_at")
        term_operations.renew_membership(membership, ends_at, request.at)

    return _told(request, response, id, renew)


@endpoints.act("/{id}/cancel", Scope.MEMBERSHIPS_WRITE, MembershipShown)
def cancel_membership(
    request: HttpRequest, response: HttpResponse, id: Path[Id], body: Cancelled
) -> dict[str, Any]:
    """It runs to its end and no further, or is over now."""
    if body.when == "end":
        return _told(request, response, id, lambda it: status_operations.cancel_membership(it, request.at))
    return _told(request, response, id, lambda it: term_operations.end_membership(it, request.at))


@endpoints.act("/{id}/uncancel", Scope.MEMBERSHIPS_WRITE, MembershipShown)
def uncancel_membership(request: HttpRequest, response: HttpResponse, id: Path[Id]) -> dict[str, Any]:
    """As before it was cancelled."""
    return _told(request, response, id, lambda it: status_operations.uncancel(it, request.at))


@endpoints.act("/{id}/freeze", Scope.MEMBERSHIPS_WRITE, MembershipShown)
def freeze_membership(request: HttpRequest, response: HttpResponse, id: Path[Id], body: Frozen) -> dict[str, Any]:
    """It grants nothing meanwhile."""
    from_at, until_at = body.from_at or request.at, body.until_at
    return _told(request, response, id, lambda it: status_operations.freeze_membership(it, from_at, until_at))


@endpoints.act("/{id}/resume", Scope.MEMBERSHIPS_WRITE, MembershipShown)
def resume_membership(request: HttpRequest, response: HttpResponse, id: Path[Id]) -> dict[str, Any]:
    """Ends the freeze of now."""
    return _told(request, response, id, lambda it: status_operations.resume_membership(it, request.at))


@endpoints.act("/{id}/confirm-payment", Scope.MEMBERSHIPS_WRITE, MembershipShown)
def confirm_payment(request: HttpRequest, response: HttpResponse, id: Path[Id]) -> dict[str, Any]:
    """The first payment has come: it is no longer pending. Told again, it changes nothing."""
    return _told(request, response, id, status_operations.confirm_payment)


@endpoints.act("/{id}/revoke", Scope.MEMBERSHIPS_WRITE, MembershipShown)
def revoke_membership(request: HttpRequest, response: HttpResponse, id: Path[Id]) -> dict[str, Any]:
    """It ends at once and for good. Told again, it changes nothing."""
    return _told(request, response, id, lambda it: operations.revoke_memberships([it], request.at))


@endpoints.act("/{id}/change-plan", Scope.MEMBERSHIPS_WRITE, MembershipShown)
def change_membership_plan(
    request: HttpRequest, response: HttpResponse, id: Path[Id], body: PlanExchanged
) -> dict[str, Any]:
    """Answers with the membership of the new plan; the old one ends where it begins."""
    plan, from_at = named(Plan, "plan", pk=body.plan), body.from_at or request.at
    period = periods.first_period(plan, from_at, organization_zone())
    if "ends_at" in body.model_fields_set:
        period = period._replace(ends_at=body.ends_at)
    new: list[int] = []

    def change(membership: Membership) -> None:
        new.append(term_operations.change_plan(membership, plan, period, request.at).pk)

    _told(request, response, id, change)
    return told(response, shown_now(request, new[0]))


def _told(
    request: HttpRequest, response: HttpResponse, id: int, act: Callable[[Membership], Any]
) -> dict[str, Any]:
    def shown(membership: Membership) -> dict[str, Any]:
        return shown_at(membership, request.at)

    return told(response, acted(request, lambda: membership_of(id), act, shown))
