"""What plans and sites say of benefits, as the feed has them: the same words that edges decide by.

To be read while the feed is held, so that it says what will be committed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from contract.calendar import Calendar
from contract.errors import ContractError
from contract.feed import Kind, site_key
from contract.limits import CountsBy, Limit, reach_of
from contract.membership import Plan
from contract.plan_rows import plan_of, site_of
from hub.feed import queries as feed
from hub.feed.operations import EVERYONE


@dataclass(frozen=True, slots=True)
class PlanBook:
    """All plans by their ids."""

    plans: dict[int, Plan]

    def limits(self, plan_id: int, permission: str) -> tuple[Limit, ...]:
        """Under which the plan grants the permission; none: not limited, or not granted."""
        plan = self.plans.get(plan_id)
        grant = None if plan is None else plan.grant_of(permission)
        return () if grant is None else grant.limits

    def limited(self) -> set[str]:
        """Permissions that some plan limits."""
        return {permission for permission, _, _ in self._limits()}

    def pooled(self) -> set[str]:
        """Permissions of which some plan counts a company's uses together. The uses of the company's other plans
        count in that pool too."""
        return {permission for permission, limit, _ in self._limits() if limit.counts_by is CountsBy.COMPANY}

    def reach(self, permission: str) -> timedelta | None:
        """How long after a use of the permission any plan may count it, at most; None: for ever."""
        reaches = [
            reach_of(limit, plan.billing) for limited, limit, plan in self._limits() if limited == permission
        ]
        if None in reaches:
            return None
        return max((each for each in reaches if each is not None), default=timedelta())

    def _limits(self) -> Iterator[tuple[str, Limit, Plan]]:
        for plan in self.plans.values():
            for grant in plan.grants:
                for limit in grant.limits:
                    yield grant.permission, limit, plan


def read() -> PlanBook:
    """A plan whose row cannot be read is left out, as by an edge that cannot read it."""
    plans = {}
    for key, body in feed.live_bodies(EVERYONE, Kind.PLAN).items():
        try:
            plan = plan_of(key, body)
        except ContractError:
            continue
        plans[plan.id] = plan
    return PlanBook(plans)


def calendars(sites: Iterable[str]) -> dict[str | None, Calendar]:
    """By the sites' names; a site that has no row has UTC, as has None, which is no site."""
    bodies = feed.live_bodies(EVERYONE, Kind.SITE, [site_key(each) for each in sorted(set(sites))])
    found: dict[str | None, Calendar] = {None: Calendar()}
    for key, body in bodies.items():
        try:
            found[key[1:].decode()] = site_of(body).calendar
        except ContractError:
            continue
    return found
