"""Which rows of the feeds say what a thing of the hub is for access: its own, and those that they rest on."""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from django.db.models import Model

from contract.feed import Kind, company_key, customer_key, plan_key, schedule_key, site_key
from hub.feed.newest import Keys, one, starting
from hub.fleet.models import Schedule, Site
from hub.members import rows
from hub.members.models import Card, Company, Customer, Link, Membership, Permission, Plan
from hub.partners.models import Partner


class RowsOf(NamedTuple):
    """`own` and what points to `refs` are the thing's: a feed without any of them does not have it. `besides`:
    what changes what it means."""

    own: list[Keys]
    refs: tuple[bytes, ...] = ()
    besides: tuple[Keys, ...] = ()


def rows_of(thing: Model) -> RowsOf:
    return _ROWS[type(thing)](thing)


def _customer(customer: Customer) -> RowsOf:
    key = customer_key(customer.pk)
    companies = set(Link.objects.filter(customer=customer.pk).values_list("company_id", flat=True))
    hashes = Card.objects.filter(customer=customer.pk).values_list("lookup_hash", flat=True)
    serving = Membership.objects.filter(customer=customer.pk) | Membership.objects.filter(company__in=companies)
    besides = [
        *(starting(Kind.MEMBERSHIP, company_key(each)) for each in companies),
        *(one(Kind.ROTATING, bytes(each)) for each in hashes),
        *_plans(serving.values_list("plan_id", flat=True)),
    ]
    own = [one(Kind.CUSTOMER, key), starting(Kind.LINK, key), starting(Kind.MEMBERSHIP, key)]
    return RowsOf(own, (key,), tuple(besides))


def _company(company: Company) -> RowsOf:
    """Its people are those who have a link to it."""
    key = company_key(company.pk)
    plans = Membership.objects.filter(company=company.pk).values_list("plan_id", flat=True)
    return RowsOf([starting(Kind.MEMBERSHIP, key)], (key,), tuple(_plans(plans)))


def _membership(membership: Membership) -> RowsOf:
    key = rows.bare_membership_row(membership).key
    return RowsOf([one(Kind.MEMBERSHIP, key)], (), tuple(_plans([membership.plan_id])))


def _link(link: Link) -> RowsOf:
    besides = starting(Kind.MEMBERSHIP, company_key(link.company_id))
    return RowsOf([one(Kind.LINK, rows.link_row(link).key)], (), (besides,))


def _card(card: Card) -> RowsOf:
    code = bytes(card.lookup_hash)
    return RowsOf([one(Kind.CARD, code)], (), (one(Kind.ROTATING, code),))


def _plan(plan: Plan) -> RowsOf:
    return RowsOf(_plans([plan.pk]))


def _permission(permission: Permission) -> RowsOf:
    """The plans that grant it."""
    return RowsOf(_plans(permission.grants.values_list("plan_id", flat=True)))


def _partner(partner: Partner) -> RowsOf:
    """The plans that grant what is for approved partners, this one among them."""
    return RowsOf(_plans(Plan.objects.filter(permissions__partners=partner.pk).values_list("pk", flat=True)))


def _schedule(schedule: Schedule) -> RowsOf:
    return RowsOf([one(Kind.SCHEDULE, schedule_key(schedule.slug))])


def _site(site: Site) -> RowsOf:
    return RowsOf([one(Kind.SITE, site_key(site.name))])


def _plans(ids: Iterable[int]) -> list[Keys]:
    return [one(Kind.PLAN, plan_key(each)) for each in sorted(set(ids))]


_ROWS: Final[dict[type[Model], Callable[[Any], RowsOf]]] = {
    Customer: _customer,
    Company: _company,
    Membership: _membership,
    Link: _link,
    Card: _card,
    Plan: _plan,
    Permission: _permission,
    Partner: _partner,
    Schedule: _schedule,
    Site: _site,
}
MODELS: Final = {str(model._meta.model_name): model for model in _ROWS}
"""By their names in addresses."""
