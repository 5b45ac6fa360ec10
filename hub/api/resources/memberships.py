"""Memberships: assigned, found, changed. What happens to them in their time is in membership_actions.py."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema
from pydantic import Field

from contract.membership import AtEnd, Detail, State, end_of
from hub.api.endpoints import Endpoints, changed, found, named, set_on, told
from hub.api.pages import page_of
from hub.api.scopes import Scope
from hub.api.words import BodyId, ExternalId, Id, Instant, Looked, Page, Paging, Words, Yes, count
from hub.members import operations, queries, rows, term_operations
from hub.members.finding import memberships_found
from hub.members.models import GRACE_HOURS_MAX, Company, Customer, Membership, Plan

endpoints = Endpoints("Memberships")
GraceHours = count(GRACE_HOURS_MAX)


class FreezeShown(Schema):
    from_at: datetime
    until_at: datetime | None


class MembershipShown(Schema):
    """Either `customer` or `company` holds it. `runs_until`: `ends_at` moved on by freezes; null: no end.
    `seats`: of a company's, null: any number. `billed_by`: the payment provider by whose word alone it moves."""

    id: int
    plan: int
    customer: int | None
    company: int | None
    status: State
    detail: Detail
    starts_at: datetime
    ends_at: datetime | None
    runs_until: datetime | None
    at_end: AtEnd
    pending: bool
    grace_hours: int | None
    trial_until: datetime | None
    freezes_extend: bool
    freezes: list[FreezeShown]
    revoked_at: datetime | None
    external_id: str | None
    seats: int | None
    billed_by: str


class _Terms(Words):
    ends_at: Instant | None = None
    at_end: Literal["ends", "renews", "cancelled"] = "ends"
    pending: Yes = False
    grace_hours: GraceHours | None = None
    trial_until: Instant | None = None
    freezes_extend: Yes = True
    external_id: ExternalId | None = None


class MembershipNew(_Terms):
    """Either `customer` or `company` is to hold it. `starts_at` left out: now."""

    plan: BodyId
    customer: BodyId | None = None
    company: BodyId | None = None
    starts_at: Instant | None = None


class MembershipChanged(Words):
    starts_at: Instant = Field(None)
    ends_at: Instant | None = None
    at_end: Literal["ends", "renews", "cancelled"] = Field(None)
    grace_hours: GraceHours | None = None
    trial_until: Instant | None = None
    freezes_extend: Yes = Field(None)
    external_id: ExternalId | None = None


class MembershipFilters(Paging):
    customer: Id | None = Field(None, description="Held by this customer themselves.")
    serving: Id | None = Field(None, description="Held by this customer, or by a company that they belong to.")
    company: Id | None = None
    plan: Id | None = None
    status: State | None = None
    external_id: Looked | None = None


def shown_at(membership: Membership, at: datetime) -> dict[str, Any]:
    status = queries.status_of(membership, at)
    same = ("id", "starts_at", "ends_at", "at_end", "pending", "grace_hours", "trial_until", "freezes_extend")
    return {
        **{name: getattr(membership, name) for name in (*same, "revoked_at", "external_id", "seats", "billed_by")},
        "plan": membership.plan_id,
        "customer": membership.customer_id,
        "company": membership.company_id,
        "status": status.state,
        "detail": status.detail,
        "runs_until": end_of(rows.meaning_of(membership)),
        "freezes": [{"from_at": each.from_at, "until_at": each.until_at} for each in membership.freezes.all()],
    }


@endpoints.get("", Scope.MEMBERSHIPS_READ, Page[MembershipShown])
def list_memberships(request: HttpRequest, filters: Query[MembershipFilters]) -> dict[str, Any]:
    """Memberships with their status of now, the oldest first."""
    found_by = {"customer", "serving", "company", "plan", "external_id"}
    wanted = memberships_found(**filters.model_dump(include=found_by))

    def fits(membership: Membership) -> bool:
        return queries.status_of(membership, request.at).state == filters.status

    return page_of(wanted, filters, lambda each: shown_at(each, request.at), fits=filters.status and fits)


@endpoints.post("", Scope.MEMBERSHIPS_WRITE, MembershipShown)
def create_membership(request: HttpRequest, response: HttpResponse, body: MembershipNew) -> dict[str, Any]:
    """The plan is the customer's, or the company's people's, from its start on."""
    given = body.model_dump(exclude={"plan", "customer", "company"})
    membership = Membership(
        plan=named(Plan, "plan", pk=body.plan),
        customer=body.customer and named(Customer, "customer", pk=body.customer),
        company=body.company and named(Company, "company", pk=body.company),
        **given | {"starts_at": body.starts_at or request.at},
    )
    return told(response, shown_now(request, operations.save_membership(membership).pk))


@endpoints.get("/{id}", Scope.MEMBERSHIPS_READ, MembershipShown)
def get_membership(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:
    """One membership with its status of now."""
    return told(response, shown_now(request, id))


@endpoints.patch("/{id}", Scope.MEMBERSHIPS_WRITE, MembershipShown)
def change_membership(
    request: HttpRequest, response: HttpResponse, id: Id, body: MembershipChanged
) -> dict[str, Any]:
    """What the body has is changed, the rest stays; plan and holder stay what they are. Of one that is over, or
    revoked, its external id alone can be changed."""

    def shown(membership: Membership) -> dict[str, Any]:
        return shown_at(membership, request.at)

    def save(membership: Membership, values: dict[str, Any]) -> Membership:
        return term_operations.change_terms(set_on(membership, values), request.at)

    return told(response, changed(request, lambda: membership_of(id), body, save, shown))


def shown_now(request: HttpRequest, id: int) -> dict[str, Any]:
    return shown_at(membership_of(id), request.at)


def membership_of(id: int) -> Membership:
    return found(memberships_found(), pk=id)
