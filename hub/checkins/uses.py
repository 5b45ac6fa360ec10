"""Uses in all feeds: a row for each counted check-in, one more for a company's pool, gone once nobody counts it.

A use is in the feeds from when its check-in comes until it is voided, or until no window of any plan reaches it:
a check-in knows by `is_use` and `is_pool_use`. Writes are in transactions of at most 1,000, which hold the feeds.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Final

from django.db import transaction
from django.db.models import Q

from contract.limits import Use
from contract.rows import gone, pool_use_change, use_change
from hub.checkins import content, plan_book, queries
from hub.checkins.models import CheckIn
from hub.checkins.plan_book import PlanBook
from hub.feed import operations as feed

AT_ONCE: Final = 1_000
AWAY: Final = timedelta(days=2)
"""A use stays so much longer than any window reaches, for edges that were away and decide by an older replica."""
_IDS_AT_ONCE: Final = 500


# One at a time, as check-ins come and are voided


def of_those_here(uses: Iterable[Use]) -> list[Use]:
    """Without those of customers who are gone. A membership that is gone leaves its uses to its people."""
    found = list(uses)
    customers = queries.customers({each.customer_id for each in found})
    return [each for each in found if each.customer_id in customers]


def add(uses: Sequence[Use], book: PlanBook) -> None:
    """Rows that stand already stay as they are. A company that is gone has no pool."""
    pooled = book.pooled()
    of_pools = [each for each in uses if each.company_id is not None and each.permission in pooled]
    companies = queries.companies({each.company_id for each in of_pools if each.company_id is not None})
    in_pools = [each for each in of_pools if each.company_id in companies]
    feed.append_to_all([*map(use_change, uses), *map(pool_use_change, in_pools)])
    _mark(uses, is_use=True)
    _mark(in_pools, is_pool_use=True)


def leave_pools(uses: Sequence[Use]) -> None:
    feed.append_to_all(gone(pool_use_change(each)) for each in uses if each.company_id is not None)
    _mark(uses, is_pool_use=False)


def remove(uses: Sequence[Use]) -> None:
    """Also the rows of pools, wherever there are some."""
    in_pools = [each for each in uses if each.company_id is not None]
    feed.append_to_all(map(gone, [*map(use_change, uses), *map(pool_use_change, in_pools)]))
    _mark(uses, is_use=False, is_pool_use=False)


def _mark(uses: Sequence[Use], **marks: bool) -> None:
    for start in range(0, len(uses), _IDS_AT_ONCE):
        ids = [each.id for each in uses[start : start + _IDS_AT_ONCE]]
        CheckIn.objects.filter(checkin_id__in=ids).update(**marks)


# In line with the plans


def drop_uses(at: datetime) -> int:
    """Drops at most 1,000 uses that no window of any plan reaches at `at` any more. How many; 0: none is left."""
    return next(_moved(partial(_unreached, at), lambda uses, _: remove(uses)), 0)


def realign_uses(at: datetime) -> Iterator[int]:
    """Brings uses in line with plans whose limits have changed, at most 1,000 a transaction and step.

    Those that a longer window reaches again come back, rows of pools come and go. Yields how many there were.
    """
    yield from _moved(partial(_reached_again, at), lambda uses, book: add(of_those_here(uses), book))
    yield from _moved(_missing_in_pools, add)
    yield from _moved(_in_no_pool, lambda uses, _: leave_pools(uses))


_Wanted = Callable[[PlanBook], list[Q]]
_Move = Callable[[Sequence[Use], PlanBook], None]


def _moved(wanted: _Wanted, move: _Move) -> Iterator[int]:
    """Moves the check-ins that fit one of the conditions, by their instants.

    They are looked for first, and again once the feeds are held: mostly there are none, and nobody has to wait.
    """
    for condition in wanted(plan_book.read()):
        last: tuple[datetime, int] | None = None
        while found := _places(condition, last):
            with transaction.atomic():
                feed.hold_all()
                book = plan_book.read()
                fits = reduce(or_, wanted(book), Q(pk__in=[]))
                uses = _uses(Q(number__in=[number for _, number in found]) & fits)
                move(uses, book)
            last = found[-1]
            yield len(found)


def _places(condition: Q, last: tuple[datetime, int] | None) -> list[tuple[datetime, int]]:
    beyond = Q()
    if last is not None:
        beyond = Q(counts_at__gte=last[0]) & (Q(counts_at__gt=last[0]) | Q(number__gt=last[1]))
    found = CheckIn.objects.filter(condition & beyond).order_by("counts_at", "number")
    return list(found.values_list("counts_at", "number")[:AT_ONCE])


def _uses(condition: Q) -> list[Use]:
    rows = CheckIn.objects.filter(condition).only(*content.USE_COLUMNS)
    return [use for use in map(content.use_of, rows) if use is not None]


def _unreached(at: datetime, book: PlanBook) -> list[Q]:
    return [
        Q(is_use=True, permission=permission, counts_at__lt=at - reach - AWAY)
        for permission in _permissions_in_feeds()
        if (reach := book.reach(permission)) is not None
    ]


def _reached_again(at: datetime, book: PlanBook) -> list[Q]:
    return [
        queries.COUNTING
        & Q(is_use=False, permission=permission)
        & (Q() if (reach := book.reach(permission)) is None else Q(counts_at__gte=at - reach - AWAY))
        for permission in sorted(book.limited())
    ]


def _missing_in_pools(book: PlanBook) -> list[Q]:
    return [
        Q(is_use=True, is_pool_use=False, permission=permission, company__isnull=False)
        for permission in sorted(book.pooled())
    ]


def _in_no_pool(book: PlanBook) -> list[Q]:
    return [
        Q(is_use=True, is_pool_use=True, permission=permission)
        for permission in _permissions_in_feeds()
        if permission not in book.pooled()
    ]


def _permissions_in_feeds() -> Iterator[str]:
    """One search of the index each, however many uses there are."""
    of_uses = CheckIn.objects.filter(is_use=True).order_by("permission").values_list("permission", flat=True)
    permission = of_uses.first()
    while permission is not None:
        yield permission
        permission = of_uses.filter(permission__gt=permission).first()
