"""Permissions: what plans grant and readers ask for."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Schema
from pydantic import Field

from hub.api.endpoints import Endpoints, changed, deleted, found, named, set_on, told
from hub.api.pages import page_of
from hub.api.scopes import Scope
from hub.api.words import Name, Page, Paging, Slug, Words, Yes
from hub.members import operations
from hub.members.models import Permission
from hub.partners.models import Partner

endpoints = Endpoints("Permissions")
PARTNERS_MAX = 1_000


class PermissionShown(Schema):
    """`is_benefit`: partners offer it, so scan pages and members' cards show it. `partners`: those approved for
    it, where it is for approved partners only; `partner_may_be_said`: at them by whoever scans, on any phone."""

    slug: str
    name: str
    is_benefit: bool
    login_required: bool
    approved_partners_only: bool
    partner_may_be_said: bool
    partners: list[str]


class PermissionNew(Words):
    slug: Slug
    name: Name
    is_benefit: Yes = False
    login_required: Yes = False
    approved_partners_only: Yes = False
    partner_may_be_said: Yes = False
    partners: list[Slug] = Field([], max_length=PARTNERS_MAX)


class PermissionChanged(Words):
    """`partners` are then all that are approved; left out, they stay."""

    name: Name = Field(None)
    is_benefit: Yes = Field(None)
    login_required: Yes = Field(None)
    approved_partners_only: Yes = Field(None)
    partner_may_be_said: Yes = Field(None)
    partners: list[Slug] = Field(None, max_length=PARTNERS_MAX)


def shown(permission: Permission) -> dict[str, Any]:
    same = ("slug", "name", "is_benefit", "login_required", "approved_partners_only", "partner_may_be_said")
    partners = sorted(each.slug for each in permission.partners.all())
    return {name: getattr(permission, name) for name in same} | {"partners": partners}


@endpoints.get("", Scope.PLANS_READ, Page[PermissionShown])
def list_permissions(request: HttpRequest, filters: Query[Paging]) -> dict[str, Any]:
    """Permissions, by their slugs."""
    return page_of(_permissions(), filters, shown, by="slug")


@endpoints.post("", Scope.PLANS_WRITE, PermissionShown)
def create_permission(request: HttpRequest, response: HttpResponse, body: PermissionNew) -> dict[str, Any]:
    """A new permission; its slug cannot be changed later."""
    _save(Permission(), body.model_dump())
    return told(response, shown(_permission(body.slug)))


@endpoints.get("/{slug}", Scope.PLANS_READ, PermissionShown)
def get_permission(request: HttpRequest, response: HttpResponse, slug: Path[Slug]) -> dict[str, Any]:
    """One permission."""
    return told(response, shown(_permission(slug)))


@endpoints.patch("/{slug}", Scope.PLANS_WRITE, PermissionShown)
def change_permission(
    request: HttpRequest, response: HttpResponse, slug: Path[Slug], body: PermissionChanged
) -> dict[str, Any]:
    """What the body has is changed, in every plan that grants it; the rest stays."""
    return told(response, changed(request, lambda: _permission(slug), body, _save, shown))


@endpoints.delete("/{slug}", Scope.PLANS_WRITE)
def delete_permission(request: HttpRequest, slug: Path[Slug]) -> None:
    """Only where no plan grants it and no reader asks for it."""
    deleted(request, lambda: _permission(slug), operations.delete_permissions, shown)


def _save(permission: Permission, values: dict[str, Any]) -> Permission:
    said = values.pop("partners", None)
    partners = None if said is None else [named(Partner, "partners", slug=each) for each in dict.fromkeys(said)]
    return operations.save_permission(set_on(permission, values), partners)


def _permissions() -> QuerySet[Permission]:
    return Permission.objects.prefetch_related("partners")


def _permission(slug: str) -> Permission:
    return found(_permissions(), slug=slug)
