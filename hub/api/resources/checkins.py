"""Check-ins and redemptions, as they came in."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Path, Query, Schema
from pydantic import Field

from contract.reasons import Outcome
from hub.api.endpoints import Endpoints, found
from hub.api.pages import page_of
from hub.api.scopes import Scope
from hub.api.words import Id, Instant, Page, Paging, QueryYes, Slug
from hub.checkins import places
from hub.checkins.models import CheckIn

endpoints = Endpoints("Check-ins")
CheckInId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class CheckInShown(Schema):
    """`partner_said`: whoever scanned, whom nobody knows, said that they were at `partner`.
    `counted`: it used a limited benefit up (a redemption). `customer` and `membership` may be gone.
    `edge` is null where it was made at the hub itself."""

    id: str
    number: int
    at: datetime
    received_at: datetime
    edge: str | None
    reader: str
    site: str | None
    partner: str | None
    partner_said: bool
    customer: int | None
    membership: int | None
    company: int | None
    permission: str
    outcome: str
    reason: str
    detail: str | None
    counted: bool
    remaining: int | None
    over_limit: bool
    voided_at: datetime | None


class CheckInFilters(Paging):
    customer: Id | None = None
    company: Id | None = Field(None, description="Under this company's memberships.")
    permission: Slug | None = None
    partner: Slug | None = None
    site: Slug | None = None
    edge: Slug | None = None
    outcome: Outcome | None = None
    counted: QueryYes | None = Field(None, description="Redemptions alone, or what is none.")
    since: Instant | None = Field(None, description="That happened at this instant or later.")
    until: Instant | None = Field(None, description="That happened before this instant.")


def shown(row: CheckIn) -> dict[str, Any]:
    same = (
        *("number", "at", "received_at", "reader", "site", "partner", "permission", "outcome", "reason", "detail"),
        *("partner_said", "counted", "remaining", "over_limit", "voided_at"),
    )
    return {
        **{name: getattr(row, name) for name in same},
        "id": bytes(row.checkin_id).hex(),
        "edge": places.edge_name(row),
        "customer": row.customer_id,
        "membership": row.membership_id,
        "company": row.company_id,
    }


@endpoints.get("", Scope.CHECKINS_READ, Page[CheckInShown])
def list_checkins(request: HttpRequest, filters: Query[CheckInFilters]) -> dict[str, Any]:
    """Check-ins, the last to come in first."""
    return page_of(_filtered(filters), filters, shown, by="-number")


@endpoints.get("/{id}", Scope.CHECKINS_READ, CheckInShown)
def get_checkin(request: HttpRequest, id: Path[CheckInId]) -> dict[str, Any]:
    """One check-in, by its id of 32 hex digits."""
    return shown(found(_rows(), checkin_id=bytes.fromhex(id)))


def _filtered(filters: CheckInFilters) -> QuerySet[CheckIn]:
    wanted = {
        "customer": filters.customer,
        "company": filters.company,
        "permission": filters.permission,
        "partner": filters.partner,
        "site": filters.site,
        "edge__name": filters.edge,
        "outcome": filters.outcome,
        "counted": filters.counted,
        "at__gte": filters.since,
        "at__lt": filters.until,
    }
    return _rows().filter(**{name: value for name, value in wanted.items() if value is not None})


def _rows() -> QuerySet[CheckIn]:
    return CheckIn.objects.select_related("edge")
