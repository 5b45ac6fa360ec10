"""Permissions, and plans with what they grant."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Schema
from pydantic import Field

from contract.grant import OFFLINE_USES_MAX, Offline
from contract.limits import COUNT_MAX, SECONDS_MAX, Across, CountsBy, Limit, LimitError, Window
from hub.api.endpoints import Endpoints, changed, deleted, found, named, set_on, told
from hub.api.pages import page_of
from hub.api.problems import Kind, Problem
from hub.api.scopes import Scope
from hub.api.words import ExternalId, Id, Looked, Name, Page, Paging, Slug, Words, Yes, count, text
from hub.fleet.models import Schedule
from hub.members import operations, queries
from hub.members.models import Grant, GrantLimit, Permission, Plan

endpoints = Endpoints("Plans")
GRANTS_MAX = 100
LIMITS_MAX = 10
BILLED_EVERY_MAX = 366


class LimitWords(Words):
    """At most `count` uses in a window, with `gap_seconds` between two. A rolling window has `window_seconds`."""

    count: count(COUNT_MAX, 1)
    window: Window = Window.ROLLING
    window_seconds: count(SECONDS_MAX, 1) | None = None
    counts_by: CountsBy = CountsBy.MEMBERSHIP
    across: Across = Across.ALL
    gap_seconds: count(SECONDS_MAX) = 0


class GrantWords(Words):
    """No limits: it is not used up. `schedule` null: at all times."""

    permission: Slug
    schedule: Slug | None = None
    confirm: Yes = False
    offline: Offline = Offline.ALLOW
    offline_uses: count(OFFLINE_USES_MAX, 1) | None = None
    limits: list[LimitWords] = Field([], max_length=LIMITS_MAX)


class PlanShown(Schema):
    """`billed_every` null: once, or not at all. `price_cents`: in the currency's smallest unit, for each seat of a
    plan for companies; `setup_fee_cents`: once. `grace_hours` null: 72. `public_id`: in addresses of pages."""

    id: int
    name: str
    description: str
    price_cents: int | None
    currency: str
    billed_every: int | None
    billed_in: Plan.Unit
    external_id: str | None
    setup_fee_cents: int
    tax_text: str
    trial_days: int
    grace_hours: int | None
    is_public: bool
    public_id: str
    signup_text: str
    by_invoice: bool
    for_companies: bool
    seats_max: int | None
    grants: list[GrantWords]


class PlanNew(Words):
    name: Name
    description: text(10_000) = ""
    price_cents: count() | None = None
    currency: text(3) = ""
    billed_every: count(BILLED_EVERY_MAX, 1) | None = None
    billed_in: Plan.Unit = Plan.Unit.MONTHS
    external_id: ExternalId | None = None
    grants: list[GrantWords] = Field([], max_length=GRANTS_MAX)


class PlanChanged(Words):
    """`grants` are then all that it has; left out, they stay."""

    name: Name = Field(None)
    description: text(10_000) = Field(None)
    price_cents: count() | None = None
    currency: text(3) = Field(None)
    billed_every: count(BILLED_EVERY_MAX, 1) | None = None
    billed_in: Plan.Unit = Field(None)
    external_id: ExternalId | None = None
    grants: list[GrantWords] = Field(None, max_length=GRANTS_MAX)


class PlanFilters(Paging):
    name: Looked | None = Field(None, description="Part of it, in any case of its letters.")
    external_id: Looked | None = None
    permission: Slug | None = Field(None, description="That it grants.")


def shown(plan: Plan) -> dict[str, Any]:
    same = [name for name in PlanShown.model_fields if name != "grants"]
    return {name: getattr(plan, name) for name in same} | {"grants": [_grant(each) for each in plan.grants.all()]}


@endpoints.get("", Scope.PLANS_READ, Page[PlanShown])
def list_plans(request: HttpRequest, filters: Query[PlanFilters]) -> dict[str, Any]:
    """Plans with what they grant, the oldest first."""
    plans = _plans()
    if filters.name is not None:
        plans = plans.filter(name__icontains=filters.name)
    if filters.external_id is not None:
        plans = plans.filter(external_id=filters.external_id)
    if filters.permission is not None:
        plans = plans.filter(grants__permission__slug=filters.permission)
    return page_of(plans, filters, shown)


@endpoints.post("", Scope.PLANS_WRITE, PlanShown)
def create_plan(request: HttpRequest, response: HttpResponse, body: PlanNew) -> dict[str, Any]:
    """A new plan with all that it grants."""
    plan = _save(Plan(), body.model_dump())
    return told(response, shown(_plan(plan.pk)))


@endpoints.get("/{id}", Scope.PLANS_READ, PlanShown)
def get_plan(request: HttpRequest, response: HttpResponse, id: Path[Id]) -> dict[str, Any]:
    """One plan with all that it grants."""
    return told(response, shown(_plan(id)))


@endpoints.patch("/{id}", Scope.PLANS_WRITE, PlanShown)
def change_plan(request: HttpRequest, response: HttpResponse, id: Path[Id], body: PlanChanged) -> dict[str, Any]:
    """What the body has is changed, for everybody who holds the plan; the rest stays."""
    return told(response, changed(request, lambda: _plan(id), body, _save, shown))


@endpoints.delete("/{id}", Scope.PLANS_WRITE)
def delete_plan(request: HttpRequest, id: Path[Id]) -> None:
    """Only where no membership of it exists, ended ones included."""
    deleted(request, lambda: _plan(id), operations.delete_plans, shown)


def _plans() -> QuerySet[Plan]:
    return queries.plans_with_grants()


def _plan(id: int) -> Plan:
    return found(_plans(), pk=id)


def _save(plan: Plan, values: dict[str, Any]) -> Plan:
    """Grants are told apart by their permission, so that one that stays keeps its row."""
    said = values.pop("grants", None)
    set_on(plan, values)
    if said is None:
        return operations.save_plan(plan)
    standing = {each.permission.slug: each for each in plan.grants.all()} if plan.pk else {}
    wanted = [_read(each, number, standing) for number, each in enumerate(said)]
    leaving = [each for slug, each in standing.items() if slug not in {one["permission"] for one in said}]
    return operations.save_plan(plan, wanted, leaving)


def _read(said: dict[str, Any], number: int, standing: dict[str, Grant]) -> tuple[Grant, list[Limit]]:
    grant = standing.get(said["permission"]) or Grant(permission=_permission(said["permission"]))
    grant.schedule = said["schedule"] and named(Schedule, "grants", slug=said["schedule"])
    set_on(grant, {name: said[name] for name in ("confirm", "offline", "offline_uses")})
    try:
        return grant, [Limit(**each) for each in said["limits"]]
    except LimitError as error:
        where = {"where": ["body", "grants", number, "limits"], "message": str(error)}
        raise Problem(Kind.RULE, str(error), [where]) from error


def _permission(slug: str) -> Permission:
    return named(Permission, "grants", slug=slug)


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "permission": grant.permission.slug,
        "schedule": grant.schedule and grant.schedule.slug,
        "confirm": grant.confirm,
        "offline": grant.offline,
        "offline_uses": grant.offline_uses,
        "limits": [_limit(each) for each in grant.limits.all()],
    }


def _limit(limit: GrantLimit) -> dict[str, Any]:
    names = ("count", "window", "window_seconds", "counts_by", "across", "gap_seconds")
    return {name: getattr(limit, name) for name in names}
