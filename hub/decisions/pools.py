"""What a company's pools have left: of each grant that its people share, by the contract's counting. Read only."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from contract.calendar import Calendar
from contract.limits import Allowance, Counting, CountsBy, Limit, allowance_at
from contract.membership import State
from hub.checkins import content
from hub.checkins.models import CheckIn
from hub.members import limit_words, queries, rows
from hub.members.models import Membership


class Pool(NamedTuple):
    """One permission of one membership that is in force, for all people of its company."""

    permission: str
    plan: str
    limit: str
    used: int
    allowance: Allowance


def pools_of(company_id: int, at: datetime, calendar: Calendar) -> list[Pool]:
    held = Membership.objects.filter(company=company_id).prefetch_related(
        "freezes", "plan__grants__permission", "plan__grants__limits"
    )
    active = [each for each in held if queries.status_of(each, at).state is State.ACTIVE]
    uses = [use for use in map(content.use_of, _counted(company_id)) if use is not None]
    return [
        Pool(
            permission=str(grant.permission),
            plan=membership.plan.name,
            limit=limit_words.said(shared),
            used=len(left.counted),
            allowance=left,
        )
        for membership in active
        for grant in membership.plan.grants.all()
        if (shared := _shared(rows.limits_of(grant)))
        for left in [
            allowance_at(
                shared,
                (use for use in uses if use.permission == grant.permission.slug),
                _counting(membership, calendar),
                at,
            )
        ]
    ]


def _counted(company_id: int) -> Iterable[CheckIn]:
    """Those that stand in the pools that edges have: no window of any plan reaches others."""
    return CheckIn.objects.filter(company=company_id, counted=True, is_pool_use=True).only(*content.USE_COLUMNS)


def _shared(limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
    return tuple(each for each in limits if each.counts_by is CountsBy.COMPANY)


def _counting(membership: Membership, calendar: Calendar) -> Counting:
    """As of somebody who has used nothing, at no partner and no site."""
    return Counting(
        customer_id=0,
        membership_id=membership.pk,
        company_id=membership.company_id,
        partner=None,
        site=None,
        calendar=calendar,
        billed_from=membership.starts_at,
        billing=membership.plan.billing,
    )
