"""Cards for all who have none, many at once: in pieces, each a transaction of its own, so that the feeds are held
for no longer than one takes and a request that is cut off leaves whole ones, to go on from."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from hub.members import operations, queries
from hub.members.models import Customer
from hub.members.writing import writing

PEOPLE_AT_ONCE: Final = 250


def issue_missing(customers: Iterable[int], at: datetime) -> int:
    """A card for each of these customers, by their numbers, who has none that works at `at`; how many were made.
    Where two ask at once each person gets one."""
    return sum(_issue(piece, at) for piece in _pieces(customers))


def _issue(customers: list[int], at: datetime) -> int:
    """Whoever is gone, or has one since, is passed over: looked at anew while the feeds are held."""
    with writing():
        found = Customer.objects.filter(pk__in=customers).exclude(cards__in=queries.live_cards(at).order_by())
        return len(operations.issue_cards(list(found.order_by("name", "pk"))))


def _pieces(customers: Iterable[int]) -> Iterator[list[int]]:
    waiting = iter(customers)
    while piece := list(islice(waiting, PEOPLE_AT_ONCE)):
        yield piece
