"""Customers, and what each of them may do."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema
from pydantic import Field

from contract.membership import State
from hub.api.endpoints import Endpoints, changed, deleted, found, set_on, told
from hub.api.pages import page_of
from hub.api.scopes import Scope
from hub.api.words import Email, ExternalId, Id, Instant, Looked, Name, Page, Paging, Phone, Words
from hub.audit.queries import customers_changed_since
from hub.members import operations, queries
from hub.members.finding import customers_found
from hub.members.models import Customer

endpoints = Endpoints("Customers")


class CustomerShown(Schema):
    id: int
    name: str
    email: str
    phone: str
    external_id: str | None


class CustomerNew(Words):
    name: Name
    email: Email = ""
    phone: Phone = ""
    external_id: ExternalId | None = None


class CustomerChanged(Words):
    name: Name = Field(None)
    email: Email = Field(None)
    phone: Phone = Field(None)
    external_id: ExternalId | None = None


class CustomerFilters(Paging):
    email: Looked | None = Field(None, description="In any case of its letters.")
    external_id: Looked | None = None
    name: Looked | None = Field(None, description="Part of it, in any case of its letters.")
    company: Id | None = Field(None, description="Linked to this company.")
    plan: Id | None = Field(None, description="Holding this plan, by themselves or through a company.")
    status: State | None = Field(None, description="Of the membership that is shown first.")
    changed_since: Instant | None = Field(
        None, description="Where the audit log has a change of the customer, or of what is theirs, since then."
    )


def shown(customer: Customer) -> dict[str, Any]:
    fields = ("id", "name", "email", "phone", "external_id")
    return {name: getattr(customer, name) for name in fields}


@endpoints.get("", Scope.CUSTOMERS_READ, Page[CustomerShown])
def list_customers(request: HttpRequest, filters: Query[CustomerFilters]) -> dict[str, Any]:
    """Customers, the oldest first."""
    rows = _filtered(filters)
    if filters.status is None:
        return page_of(rows, filters, shown)

    def fits(customer: Customer) -> bool:
        standing = queries.standing_of(customer, request.at)
        return standing is not None and standing.status.state == filters.status

    return page_of(rows, filters, shown, fits=fits)


@endpoints.post("", Scope.CUSTOMERS_WRITE, CustomerShown)
def create_customer(request: HttpRequest, response: HttpResponse, body: CustomerNew) -> dict[str, Any]:
    """A new customer."""
    return told(response, shown(operations.save_customer(Customer(**body.model_dump()))))


@endpoints.get("/{id}", Scope.CUSTOMERS_READ, CustomerShown)
def get_customer(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:
    """One customer."""
    return told(response, shown(_customer(id)))


@endpoints.patch("/{id}", Scope.CUSTOMERS_WRITE, CustomerShown)
def change_customer(request: HttpRequest, response: HttpResponse, id: Id, body: CustomerChanged) -> dict[str, Any]:
    """What the body has is changed, the rest stays."""
    return told(response, changed(request, lambda: _customer(id), body, _save, shown))


@endpoints.delete("/{id}", Scope.CUSTOMERS_WRITE)
def delete_customer(request: HttpRequest, id: Id) -> None:
    """Gone for good, with cards, links and own memberships. Check-ins stay."""
    deleted(request, lambda: _customer(id), operations.delete_customers, shown)


def _save(customer: Customer, values: dict[str, Any]) -> Customer:
    return operations.save_customer(set_on(customer, values))


def _customer(id: int) -> Customer:
    return found(Customer.objects.all(), pk=id)


def _filtered(filters: CustomerFilters) -> QuerySet[Customer]:
    rows = customers_found(
        queries.customers_with_memberships() if filters.status else None,
        **filters.model_dump(include={"email", "name", "company", "plan", "external_id"}),
    )
    if filters.changed_since is not None:
        rows = rows.filter(pk__in=customers_changed_since(filters.changed_since))
    return rows
