"""What a check-in that is over a limit exceeded: its plan's limits of now, and what they had counted before it.

Judged as hub/checkins/over_limit.py judges, for one check-in, so that it can be told. Reads only.
"""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from contract.calendar import Calendar
from contract.limits import Counting, Limit, Use, allowance_at
from hub.checkins import content, plan_book, queries
from hub.checkins.models import CheckIn


class Exceeded(NamedTuple):
    """A limit that let nothing more through, and the instants of what it had counted."""

    limit: Limit
    counted: tuple[datetime, ...]


def exceeded(checkin: CheckIn) -> list[Exceeded]:
    """None: the plan or the membership has changed since."""
    use = content.use_of(checkin)
    held = None if use is None else queries.memberships_by_id([use.membership_id]).get(use.membership_id)
    if use is None or held is None:
        return []
    book = plan_book.read()
    plan = book.plans.get(held.plan_id)
    if plan is None:
        return []
    counting = Counting(
        customer_id=use.customer_id,
        membership_id=use.membership_id,
        company_id=use.company_id,
        partner=use.partner,
        site=use.site,
        calendar=plan_book.calendars([use.site] if use.site else []).get(use.site, Calendar()),
        billed_from=held.starts_at,
        billing=plan.billing,
    )
    before = _before(use, book)
    found = []
    for limit in book.limits(plan.id, use.permission):
        allowance = allowance_at((limit,), before, counting, use.occurred_at)
        if allowance.remaining == 0 or allowance.cooling_down:
            counted = set(allowance.counted)
            found.append(Exceeded(limit, tuple(each.occurred_at for each in before if each.id in counted)))
    return found


def _before(use: Use, book: plan_book.PlanBook) -> list[Use]:
    """What counted before it, in its order (occurred_at, id)."""
    whose = Q(customer=use.customer_id) | (Q() if use.company_id is None else Q(company=use.company_id))
    reach = book.reach(use.permission)
    since = Q() if reach is None else Q(counts_at__gte=use.occurred_at - reach)
    window = Q(counts_at__lte=use.occurred_at) & since
    rows = CheckIn.objects.filter(queries.COUNTING & Q(permission=use.permission) & window & whose)
    uses = [each for each in map(content.use_of, rows) if each is not None]
    place = (use.occurred_at, use.id)
    return sorted(
        (each for each in uses if (each.occurred_at, each.id) < place),
        key=lambda each: (each.occurred_at, each.id),
    )
