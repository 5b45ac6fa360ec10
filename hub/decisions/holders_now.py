"""Who holds which plans at an instant, by groups: customers whom the same plans serve are answered the same.

A membership's status is the contract's (status_at); of what it says only active or not is looked at here.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from contract.membership import HolderKind, Membership, State, status_at
from hub.members import rows
from hub.members.models import Link
from hub.members.models import Membership as Held

Group = tuple[int, ...]
"""Ids of plans, rising; one that serves a customer twice stands there twice."""


@dataclass(frozen=True)
class Holders:
    """`groups`: customers, by their numbers rising, by the plans that serve them. `examples`: of each plan one
    membership that is active. `waiting`: by plan, memberships that are not active at that instant and may be
    later."""

    groups: dict[Group, list[int]] = field(default_factory=dict)
    examples: dict[int, Membership] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)


def holders_of(plans: Collection[int], at: datetime) -> Holders:
    """Of these plans, and no others. Three questions, however many they are."""
    people: dict[int, list[int]] = defaultdict(list)
    companies: dict[int, list[int]] = defaultdict(list)
    found = Holders(waiting=dict.fromkeys(plans, 0))
    for each in rows.meanings_of(Held.objects.filter(plan__in=plans)):
        state = status_at(each, at).state
        found.waiting[each.plan_id] += state is State.INACTIVE
        if state is not State.ACTIVE:
            continue
        found.examples.setdefault(each.plan_id, each)
        of = people if each.holder.kind is HolderKind.CUSTOMER else companies
        of[each.holder.id].append(each.plan_id)
    links = (
        Link.objects.filter(company__memberships__plan__in=plans).distinct() if companies else Link.objects.none()
    )
    for customer, company in links.values_list("customer_id", "company_id").iterator():
        people[customer] += companies.get(company, ())
    for customer in sorted(people):
        if people[customer]:
            found.groups.setdefault(tuple(sorted(people[customer])), []).append(customer)
    return found
