"""How orders are written: one at a time, each numbered above all before it. For the operations of this folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from difflib import get_close_matches

from django.db import transaction
from django.db.models import F

from contract.instants import to_us
from hub.fleet.models import Edge
from hub.fleet.operations import UnknownEdge
from hub.orders.models import OrdersTurn


@contextmanager
def ordering() -> Iterator[None]:
    """A transaction that holds all orders: numbers are given, and seen, in the order of commits."""
    with transaction.atomic():
        OrdersTurn.objects.update(changes=F("changes") + 1)
        yield


def edge_named(name: str) -> Edge:
    """UnknownEdge, with the nearest name."""
    edge = Edge.objects.select_related("site", "feed").filter(name=name).first()
    if edge is None:
        near = get_close_matches(name, Edge.objects.values_list("name", flat=True), 1)
        hint = f"did you mean {near[0]}?" if near else "add it on the page of edges"
        raise UnknownEdge(f"there is no edge {name!r}: {hint}")
    return edge


def begin_epoch(edge: Edge, at: datetime) -> None:
    """An edge of which nothing was ordered yet has no epoch. To be saved by the caller."""
    edge.epoch = edge.epoch or epoch_at(at)


def epoch_at(at: datetime) -> int:
    """Unix milliseconds."""
    return to_us(at) // 1_000
