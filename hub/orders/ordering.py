"""How orders are written: one at a time, each numbered above all before it. For the operations of this folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.db.models import F

from hub.feed.epoch_operations import epoch_at
from hub.fleet.models import Edge
from hub.orders.models import OrdersTurn


@contextmanager
def ordering() -> Iterator[None]:
    """A transaction that holds all orders: numbers are given, and seen, in the order of commits. Workers look what
    there is to say."""
    with transaction.atomic():
        OrdersTurn.objects.update(changes=F("changes") + 1)
        yield


@contextmanager
def holding_orders() -> Iterator[None]:
    """As `ordering`, for what edges say of them: as long as nothing is ordered within, no worker looks."""
    with transaction.atomic():
        OrdersTurn.objects.update(changes=F("changes"))
        yield


def begin_epoch(edge: Edge, at: datetime) -> None:
    """An edge of which nothing was ordered yet has no epoch. To be saved by the caller, who holds its row: an
    enrolment begins another one."""
    edge.epoch = edge.epoch or epoch_at(at)
