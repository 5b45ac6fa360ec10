"""May this customer do that? decide()'s own answer, looked at and not recorded: nothing is used up by asking."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Path, Query, Schema
from pydantic import Field

from contract.decision import Decision
from contract.membership import Detail, HolderKind
from contract.reasons import Outcome, Reason
from contract.topics import NAME_PATTERN
from hub.api.endpoints import Endpoints, found
from hub.api.problems import Kind, Problem
from hub.api.scopes import Scope
from hub.api.words import BodyId, Id, Slug, Words, text
from hub.decisions import looking
from hub.decisions.offering import facts_of_customer, offers_of
from hub.members.finding import with_email
from hub.members.models import Customer, Permission

access, of_customer = Endpoints("Access"), Endpoints("Access")
ReaderName = Annotated[str, Field(pattern=rf"^{NAME_PATTERN}/{NAME_PATTERN}$")]
_WHO = ("customer", "email", "external_id", "card")


class HolderShown(Schema):
    id: int
    name: str


class CustomerSaid(Schema):
    """`name` null: to see it the token needs `customers:read`."""

    id: int
    name: str | None


class AnswerShown(Schema):
    """`outcome` and `reason` are decide()'s. `remaining` null: unlimited, or not asked that far. `inherited_from`:
    the company whose membership it is. `look`: always; to ask uses nothing up and opens nothing."""

    permission: str
    outcome: Outcome
    reason: Reason
    detail: Detail | None
    customer: CustomerSaid | None
    membership: int | None
    plan: HolderShown | None
    inherited_from: int | None
    valid_until: datetime | None
    remaining: int | None
    next_available_at: datetime | None
    decided_at: datetime
    kind: Literal["look"]


class Asked(Words):
    """Exactly one of `customer`, `email`, `external_id` and `card` (a code, in any of its spellings) says who.
    `reader` (EDGE/READER) brings its site, its partner and its rules; `site` and `partner` go before those."""

    permission: Slug
    customer: BodyId | None = None
    email: text(254, 1) | None = None
    external_id: text(100, 1) | None = None
    card: text(256, 1) | None = None
    reader: ReaderName | None = None
    site: Slug | None = None
    partner: Slug | None = None


class Where(Schema):
    site: Slug | None = None
    partner: Slug | None = None


class OfferShown(AnswerShown):
    """`partners`: the only ones at which it is answered so, of a benefit for approved ones; empty: anywhere."""

    partners: list[str]


class AllShown(Schema):
    """Each permission of the organization, by its slug."""

    customer: CustomerSaid
    items: list[OfferShown]


@access.look("/check", Scope.ACCESS_CHECK, AnswerShown)
def check_access(request: HttpRequest, body: Asked) -> dict[str, Any]:
    """May they? Decided now, by the same function as at doors and counters.

    Nothing is recorded and nothing is used up: it is a look.
    """
    said = [name for name in _WHO if getattr(body, name) is not None]
    if len(said) != 1:
        raise Problem(Kind.RULE, f"say who it is by exactly one of {', '.join(_WHO)}")
    place = looking.place_of(request.at, body.reader or "", body.site or "", body.partner or "")
    if body.card is not None:
        return _shown(request, looking.look_at_code(body.card, body.permission, place, request.at))
    customer = _who(body)
    return _shown(request, looking.look_at_customer(customer, body.permission, place, request.at))


@of_customer.get("/{id}/permissions", Scope.ACCESS_CHECK, AllShown)
def list_customer_permissions(request: HttpRequest, id: Path[Id], where: Query[Where]) -> dict[str, Any]:
    """What a customer may do now, with what is left and when the next is due."""
    customer = found(Customer.objects.all(), pk=id)
    policy = looking.place_of(request.at, site=where.site or "", partner=where.partner or "").policy
    slugs = Permission.objects.values_list("slug", flat=True)
    offers = offers_of(slugs, facts_of_customer(customer.pk, policy.site, request.at), request.at, policy)
    items = [_shown(request, each.decision) | {"partners": list(each.partners)} for each in offers]
    return {"customer": _said(request, customer.pk, customer.name), "items": items}


def _who(body: Asked) -> Customer:
    if body.customer is not None:
        return found(Customer.objects.all(), pk=body.customer)
    if body.external_id is not None:
        return found(Customer.objects.all(), external_id=body.external_id)
    return _only(with_email(body.email or ""))


def _only(rows: QuerySet[Customer]) -> Customer:
    some = list(rows[:2])
    if not some:
        raise Problem(Kind.NOT_FOUND, "no customer has this email address")
    if len(some) > 1:
        raise Problem(
            Kind.AMBIGUOUS, f"{rows.count()} customers share this email address: ask by customer or external_id"
        )
    return some[0]


def _said(request: HttpRequest, number: int, name: str) -> dict[str, Any]:
    may_see = Scope.CUSTOMERS_READ in request.token.scopes
    return {"id": number, "name": name if may_see else None}


def _shown(request: HttpRequest, decision: Decision) -> dict[str, Any]:
    held, plan, customer = decision.membership, decision.plan, decision.customer
    company = held.holder.id if held and held.holder.kind is HolderKind.COMPANY else None
    return {
        "permission": decision.permission,
        "outcome": decision.outcome,
        "reason": decision.reason,
        "detail": decision.detail,
        "customer": customer and _said(request, customer.id, customer.name),
        "membership": held and held.id,
        "plan": plan and {"id": plan.id, "name": plan.name},
        "inherited_from": company,
        "valid_until": decision.valid_until,
        "remaining": decision.remaining,
        "next_available_at": decision.next_available_at,
        "decided_at": request.at,
        "kind": "look",
    }
