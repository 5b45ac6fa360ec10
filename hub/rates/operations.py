"""Rate limits that several processes share: one row for whoever asks, one statement for each request.

The generic cell rate algorithm (ITU-T I.371): each request moves the instant at which all is free again on by what
one request costs; it is refused where that would lie further ahead than the whole limit. Must not know HTTP.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from contract.instants import to_us
from hub.rates.models import Spent

_PRUNE_AT_ONCE: Final = 50
_FORGOTTEN_AFTER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """`count` requests in `seconds`, all at once or evenly; what is spent comes back evenly."""

    name: str
    count: int
    seconds: int

    @property
    def cost_us(self) -> int:
        return self.seconds * 1_000_000 // self.count

    @property
    def whole_us(self) -> int:
        return self.cost_us * self.count


@dataclass(frozen=True, slots=True)
class Rate:
    """`remaining` requests are left; another one is free in `wait_s` seconds, all are in `reset_s`."""

    limit: Limit
    granted: bool
    remaining: int
    wait_s: int
    reset_s: int


def take(limit: Limit, whose: str, at: datetime) -> Rate:
    """One request of `whose`, counted unless it is refused."""
    row, now_us = f"{limit.name}:{whose}", to_us(at)
    granted = _move(limit, row, now_us)
    spent = Spent.objects.filter(whose=row).values_list("free_at_us", flat=True).first()
    # Nobody's row yet, or one that another process has made in between.
    if not granted and (spent is None or spent <= _latest_us(limit, now_us)):
        granted, spent = _first(limit, row, at, now_us)
    ahead_us = max(0, (spent or now_us) - now_us)
    return Rate(
        limit=limit,
        granted=granted,
        remaining=(limit.whole_us - ahead_us) // limit.cost_us,
        wait_s=max(1, ceil((ahead_us + limit.cost_us - limit.whole_us) / 1_000_000)),
        reset_s=ceil(ahead_us / 1_000_000),
    )


def _move(limit: Limit, row: str, now_us: int) -> bool:
    free = Spent.objects.filter(whose=row, free_at_us__lte=_latest_us(limit, now_us))
    return free.update(free_at_us=Greatest(F("free_at_us"), Value(now_us)) + limit.cost_us) > 0


def _latest_us(limit: Limit, now_us: int) -> int:
    """Where one more request still fits."""
    return now_us + limit.whole_us - limit.cost_us


def _first(limit: Limit, row: str, at: datetime, now_us: int) -> tuple[bool, int]:
    """Another process may be first meanwhile: then it is moved on like any other."""
    with transaction.atomic():
        _prune(at)
        Spent.objects.bulk_create([Spent(whose=row, free_at_us=now_us, at=at)], ignore_conflicts=True)
        granted = _move(limit, row, now_us)
        return granted, Spent.objects.values_list("free_at_us", flat=True).get(whose=row)


def _prune(at: datetime) -> None:
    """Of those that were made a day ago and have all free again; others' rows are not waited for."""
    old = Spent.objects.filter(at__lt=at - _FORGOTTEN_AFTER, free_at_us__lt=to_us(at))
    going = old.select_for_update(skip_locked=True).values_list("whose", flat=True)[:_PRUNE_AT_ONCE]
    Spent.objects.filter(whose__in=list(going)).delete()
