"""Whose cards are printed: chosen customers', a company's, a plan's, or everybody's; or one alone. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import QuerySet

from contract.membership import State
from hub.cards.lettering import lettering
from hub.members import queries
from hub.members.finding import customers_found
from hub.members.models import Card, Customer

CARDS_AT_ONCE: Final = 500
"""In one file: 50 pages, up to 5 seconds of one core."""
_READ_AT_ONCE: Final = 1_000


@dataclass(frozen=True)
class Whose:
    """One of the four, or nothing: everybody."""

    customers: tuple[int, ...] = ()
    company: int | None = None
    plan: int | None = None
    card: int | None = None


def people(whose: Whose) -> QuerySet[Customer]:
    """`plan`: who has ever held it, themselves or by a company."""
    if whose.card is not None:
        return Customer.objects.filter(cards=whose.card)
    if whose.customers:
        return Customer.objects.filter(pk__in=whose.customers)
    return customers_found(company=whose.company, plan=whose.plan)


def cards_of(whose: Whose, at: datetime) -> list[tuple[int, str]]:
    """Number and holder's name of each that works at `at`, by those names. Of a plan: unless it is over."""
    found = queries.live_cards(at).filter(customer__in=people(whose))
    if whose.card is not None:
        found = found.filter(pk=whose.card)
    if whose.plan is None:
        return list(found.values_list("pk", "customer__name"))
    asked = found.iterator(_READ_AT_ONCE)
    return [(each.pk, each.customer.name) for each in asked if _has(each.customer, whose.plan, at)]


def to_print(numbers: Iterable[int], at: datetime) -> list[Card]:
    """With all that a sheet shows, by their holders' names."""
    return list(queries.live_cards(at).filter(pk__in=list(numbers)))


def without_a_card(whose: Whose, at: datetime) -> list[int]:
    """Those of them who have none that works, by their names. Of a plan: unless it is over. Of one card alone:
    nobody."""
    if whose.card is not None:
        return []
    found = people(whose).exclude(cards__in=queries.live_cards(at).order_by()).order_by("name", "pk")
    if whose.plan is None:
        return list(found.values_list("pk", flat=True))
    asked = (
        queries.customers_with_memberships().filter(pk__in=found.order_by().values("pk")).order_by("name", "pk")
    )
    return [each.pk for each in asked.iterator(_READ_AT_ONCE) if _has(each, whose.plan, at)]


def not_whole(names: Iterable[str]) -> list[str]:
    """Those with letters that no font of this machine has."""
    return [name for name in dict.fromkeys(names) if not lettering(name, is_bold=True).is_whole]


def _has(customer: Customer, plan: int, at: datetime) -> bool:
    held = (each for each in queries.memberships_serving(customer) if each.plan_id == plan)
    return any(queries.status_of(each, at).state is not State.EXPIRED for each in held)
