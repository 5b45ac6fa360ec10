"""Looking members up as staff type: by parts of names, email, phone, external id; by a card's code. Reads only.

Every row's search text is looked through: an index of parts of words would be another extension on each database,
and of 100,000 customers both databases answer in 0.03 to 0.15 s on two busy cores.
"""

from dataclasses import dataclass, field
from typing import Final, TypeVar

from django.db.models import Case, IntegerField, QuerySet, Value, When

from contract.card import CardError, canonical_code, is_code
from hub.members import queries
from hub.members.folding import wanted_in
from hub.members.models import Card, Company, Customer

SHOWN_MAX: Final = 20
_LETTERS_MIN: Final = 2
_COMPANIES_MAX: Final = 5
_PARTS_MAX: Final = 8
_Found = TypeVar("_Found", Customer, Company)


@dataclass(frozen=True)
class Found:
    """The best first, at most SHOWN_MAX of both. `card`: whose code was typed. `more`: there are others."""

    customers: list[Customer] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    card: Card | None = None
    more: bool = False

    @property
    def only(self) -> Customer | Company | None:
        """What there is no choice about."""
        if self.card is not None:
            return self.card.customer
        everything = [*self.customers, *self.companies]
        return everything[0] if len(everything) == 1 and not self.more else None


def find(text: str) -> Found:
    card = card_typed(text)
    parts = wanted_in(text)[:_PARTS_MAX]
    if len("".join(parts)) < _LETTERS_MIN:
        return Found(card=card)
    companies = list(_ranked(Company.objects.all(), parts)[: _COMPANIES_MAX + 1])
    shown = companies[:_COMPANIES_MAX]
    room = SHOWN_MAX - len(shown)
    customers = list(_ranked(queries.customers_with_memberships(), parts)[: room + 1])
    more = len(companies) > len(shown) or len(customers) > room
    return Found(customers[:room], shown, card, more)


def card_typed(text: str) -> Card | None:
    """The card with this code, in any of its spellings."""
    try:
        return queries.card_with_code(text)
    except CardError:
        return None


def is_whole_code(card: Card | None, text: str) -> bool:
    """Whether it can be nothing but a card: a code of ours, not a number that another one may begin with."""
    return card is not None and is_code(canonical_code(text))


def _ranked(rows: QuerySet[_Found], parts: list[str]) -> QuerySet[_Found]:
    """Who begins with all of it, then in whom a word begins with the first part, then all others."""
    for part in parts:
        rows = rows.filter(search_text__contains=part)
    begins = When(search_text__startswith=" " + " ".join(parts), then=Value(0))
    in_a_word = When(search_text__contains=f" {parts[0]}", then=Value(1))
    ranked = rows.annotate(rank=Case(begins, in_a_word, default=Value(2), output_field=IntegerField()))
    return ranked.order_by("rank", "name", "pk")
