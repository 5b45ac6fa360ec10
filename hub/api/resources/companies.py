"""Companies, and the links of customers to them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema
from pydantic import Field

from hub.api.endpoints import Endpoints, changed, deleted, found, named, set_on, told
from hub.api.pages import page_of
from hub.api.scopes import Scope
from hub.api.words import BodyId, Email, ExternalId, Id, Looked, Name, Page, Paging, Phone, Words
from hub.members import operations
from hub.members.models import Company, Customer, Link

companies, links = Endpoints("Companies"), Endpoints("Links")


class CompanyShown(Schema):
    id: int
    name: str
    email: str
    phone: str
    external_id: str | None


class CompanyNew(Words):
    name: Name
    email: Email = ""
    phone: Phone = ""
    external_id: ExternalId | None = None


class CompanyChanged(Words):
    name: Name = Field(None)
    email: Email = Field(None)
    phone: Phone = Field(None)
    external_id: ExternalId | None = None


class CompanyFilters(Paging):
    name: Looked | None = Field(None, description="Part of it, in any case of its letters.")
    external_id: Looked | None = None
    customer: Id | None = Field(None, description="That this customer is linked to.")


def shown(company: Company) -> dict[str, Any]:
    fields = ("id", "name", "email", "phone", "external_id")
    return {name: getattr(company, name) for name in fields}


@companies.get("", Scope.COMPANIES_READ, Page[CompanyShown])
def list_companies(request: HttpRequest, filters: Query[CompanyFilters]) -> dict[str, Any]:
    """Companies, the oldest first."""
    wanted = {"name__icontains": filters.name, "external_id": filters.external_id, "customers": filters.customer}
    return page_of(Company.objects.filter(**_said(wanted)), filters, shown)


@companies.post("", Scope.COMPANIES_WRITE, CompanyShown)
def create_company(request: HttpRequest, response: HttpResponse, body: CompanyNew) -> dict[str, Any]:
    """A new company."""
    return told(response, shown(operations.save_company(Company(**body.model_dump()))))


@companies.get("/{id}", Scope.COMPANIES_READ, CompanyShown)
def get_company(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:
    """One company."""
    return told(response, shown(_company(id)))


@companies.patch("/{id}", Scope.COMPANIES_WRITE, CompanyShown)
def change_company(request: HttpRequest, response: HttpResponse, id: Id, body: CompanyChanged) -> dict[str, Any]:
    """What the body has is changed, the rest stays."""
    return told(response, changed(request, lambda: _company(id), body, _save, shown))


@companies.delete("/{id}", Scope.COMPANIES_WRITE)
def delete_company(request: HttpRequest, id: Id) -> None:
    """Gone for good, with its memberships and links; the people stay."""
    deleted(request, lambda: _company(id), operations.delete_companies, shown)


class LinkShown(Schema):
    """`is_admin`: they invite and remove the company's people."""

    id: int
    customer: int
    company: int
    is_admin: bool


class LinkNew(Words):
    customer: BodyId
    company: BodyId


class LinkFilters(Paging):
    customer: Id | None = None
    company: Id | None = None


def link_shown(link: Link) -> dict[str, Any]:
    said = {"id": link.pk, "customer": link.customer_id, "company": link.company_id}
    return said | {"is_admin": link.is_admin}


@links.get("", Scope.COMPANIES_READ, Page[LinkShown])
def list_links(request: HttpRequest, filters: Query[LinkFilters]) -> dict[str, Any]:
    """Who belongs to which company."""
    wanted = {"customer": filters.customer, "company": filters.company}
    return page_of(Link.objects.filter(**_said(wanted)), filters, link_shown)


@links.post("", Scope.COMPANIES_WRITE, LinkShown)
def create_link(request: HttpRequest, response: HttpResponse, body: LinkNew) -> dict[str, Any]:
    """The customer inherits the company's memberships from now on."""
    link = Link(
        customer=named(Customer, "customer", pk=body.customer), company=named(Company, "company", pk=body.company)
    )
    return told(response, link_shown(operations.save_link(link)))


@links.get("/{id}", Scope.COMPANIES_READ, LinkShown)
def get_link(request: HttpRequest, response: HttpResponse, id: Id) -> dict[str, Any]:
    """One link."""
    return told(response, link_shown(_link(id)))


@links.delete("/{id}", Scope.COMPANIES_WRITE)
def delete_link(request: HttpRequest, id: Id) -> None:
    """The customer inherits no more, at once."""
    deleted(request, lambda: _link(id), operations.delete_links, link_shown)


def _save(company: Company, values: dict[str, Any]) -> Company:
    return operations.save_company(set_on(company, values))


def _company(id: int) -> Company:
    return found(Company.objects.all(), pk=id)


def _link(id: int) -> Link:
    return found(Link.objects.all(), pk=id)


def _said(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value is not None}
