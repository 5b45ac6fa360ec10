"""Who was over a limit: windows are replayed once all check-ins are here, and nothing is refused for it.

Each granted, counted, unvoided check-in is judged by what its plan says now, on those before it in the order of
(occurred_at, id); who finds nothing left, or comes within the gap, is marked, and counts all the same. Only the
stretch that can have changed is judged again, from the earliest instant that came or went to one reach after the
latest. A membership that is gone has no limits. To be called while the feeds are held.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from contract.calendar import Calendar
from contract.limits import Counting, Use
from contract.membership import Plan
from contract.replay import Replay
from hub.checkins import content, plan_book, queries, touched
from hub.checkins.models import CheckIn
from hub.checkins.plan_book import PlanBook

_IDS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class _Counted:
    number: int
    at: datetime
    marked: bool
    use: Use


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Of one permission: whose check-ins can have changed, and from when to when (both included)."""

    permission: str
    customers: set[int]
    companies: set[int]
    first: datetime
    last: datetime | None

    def holds(self, use: Use) -> bool:
        whose = use.customer_id in self.customers or use.company_id in self.companies
        return whose and self.first <= use.occurred_at and (self.last is None or use.occurred_at <= self.last)


def replay(moved: Iterable[Use], book: PlanBook) -> int:
    """Mark and unmark whoever uses that came or went can have put over a limit, or under. How many it marked."""
    by_permission: dict[str, list[Use]] = defaultdict(list)
    for use in moved:
        by_permission[use.permission].append(use)
    return sum(_replay(uses, book) for permission, uses in by_permission.items() if permission in book.limited())


def _replay(moved: Sequence[Use], book: PlanBook) -> int:
    permission = moved[0].permission
    reach, pooled = book.reach(permission), permission in book.pooled()
    first, last = min(use.occurred_at for use in moved), max(use.occurred_at for use in moved)
    companies = {use.company_id for use in moved if use.company_id is not None} if pooled else set()
    stretch = _Stretch(
        permission,
        {use.customer_id for use in moved},
        companies,
        first,
        None if reach is None else last + reach,
    )
    known = _read(stretch, None if reach is None else first - reach, pooled)
    judged = [each for each in known if stretch.holds(each.use)]
    judge = _Judge(known, judged, book)
    changed = [each for each in judged if judge.is_over(each.use) is not each.marked]
    _mark([each.number for each in changed if not each.marked], True)
    _mark([each.number for each in changed if each.marked], False)
    touched.note(each.at for each in changed)
    return sum(not each.marked for each in changed)


class _Judge:
    """All that one replay knows: the uses, and what limits them."""

    def __init__(self, known: Iterable[_Counted], judged: Collection[_Counted], book: PlanBook) -> None:
        self._replay = Replay(each.use for each in known)
        self._book = book
        self._memberships = queries.memberships_by_id({each.use.membership_id for each in judged})
        self._calendars = plan_book.calendars(each.use.site for each in judged if each.use.site is not None)

    def is_over(self, use: Use) -> bool:
        held = self._memberships.get(use.membership_id)
        plan = None if held is None else self._book.plans.get(held.plan_id)
        if held is None or plan is None:
            return False
        limits = self._book.limits(plan.id, use.permission)
        return self._replay.is_over(limits, use, self._counting(use, held, plan))

    def _counting(self, use: Use, held: queries.HeldMembership, plan: Plan) -> Counting:
        return Counting(
            customer_id=use.customer_id,
            membership_id=use.membership_id,
            company_id=use.company_id,
            partner=use.partner,
            site=use.site,
            calendar=self._calendars.get(use.site, Calendar()),
            billed_from=held.starts_at,
            billing=plan.billing,
        )


def _read(stretch: _Stretch, since: datetime | None, pooled: bool) -> list[_Counted]:
    """All counted check-ins of the permission that count for anybody who is judged."""
    somebodys = Q(customer__isnull=False, membership__isnull=False)
    of_permission = Q(permission=stretch.permission) & queries.COUNTING & somebodys
    until = Q() if stretch.last is None else Q(counts_at__lte=stretch.last)
    customers, companies = stretch.customers, stretch.companies
    if pooled:
        # Whoever shares a pool that moved is judged too, and by limits of their own besides.
        sharing = _found(of_permission & until & Q(counts_at__gte=stretch.first), set(), companies)
        customers = customers | {each.use.customer_id for each in sharing}
    window = of_permission & until & (Q() if since is None else Q(counts_at__gte=since))
    own = _found(window, customers, set())
    pools = {each.use.company_id for each in own if pooled and each.use.company_id is not None}
    found = {each.number: each for each in (*own, *_found(window, set(), companies | pools))}
    return list(found.values())


def _found(window: Q, customers: Collection[int], companies: Collection[int]) -> list[_Counted]:
    found: list[_Counted] = []
    for field, ids in (("customer_id__in", sorted(customers)), ("company_id__in", sorted(companies))):
        for start in range(0, len(ids), _IDS_AT_ONCE):
            rows = CheckIn.objects.filter(window, **{field: ids[start : start + _IDS_AT_ONCE]})
            for number, at, marked, *said in rows.values_list("number", "at", "over_limit", *content.USE_COLUMNS):
                found.append(_Counted(number, at, marked, Use(bytes(said[0]), *said[1:])))
    return found


def _mark(numbers: Sequence[int], over_limit: bool) -> None:
    for start in range(0, len(numbers), _IDS_AT_ONCE):
        some = numbers[start : start + _IDS_AT_ONCE]
        CheckIn.objects.filter(number__in=some).update(over_limit=over_limit)
