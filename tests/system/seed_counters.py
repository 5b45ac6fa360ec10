"""`python -m tests.system.seed_counters MEMBERS BENEFIT EDGE...`: edges, each with a counter for BENEFIT.

EDGE@FEED follows a feed of its own: without names, of nobody yet, of what its counter asks for.
Prints JSON: `members`, codes of MEMBERS who have each benefit below; `twice`, codes of some who have two
memberships with each; `staff`, the code of a card that may undo.
"""

import json
import os
import sys
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from contract.limits import Limit, Window  # noqa: E402
from hub.feed.models import Feed  # noqa: E402
from hub.feed.named_operations import Holding  # noqa: E402
from hub.feed.operations import EVERYONE  # noqa: E402
from hub.fleet import feed_operations  # noqa: E402
from hub.fleet import operations as fleet  # noqa: E402
from hub.fleet.feed_operations import Chosen  # noqa: E402
from hub.fleet.models import Edge, Reader, Site  # noqa: E402
from hub.members import codes, operations  # noqa: E402
from hub.members.models import Customer, Grant, Membership, Permission, Plan  # noqa: E402

_TWICE = 3
_WEEKLY = Limit(1, 7 * 86_400)
BENEFITS = {
    "weekly-glass": ({}, _WEEKLY),
    "confirmed-glass": ({"confirm": True}, Limit(1, window=Window.LIFETIME)),
    "confirmed-or-not": ({"confirm": True, "offline": "deny"}, Limit(5, window=Window.DAY)),
    "once-offline": ({"offline": "at_most", "offline_uses": 1}, Limit(5, window=Window.DAY)),
}


def seed(members: int, offered: str, edges: list[str]) -> dict[str, object]:
    site = fleet.save_site(Site(name="clubhouse", time_zone="Europe/Berlin"))
    plan = operations.save_plan(Plan(name="Glasses"))
    for slug, (rule, limit) in BENEFITS.items():
        permission = operations.save_permission(Permission(slug=slug, name=slug, is_benefit=True))
        operations.save_grant(Grant(plan=plan, permission=permission, **rule), (limit,))
    staff_plan = operations.save_plan(Plan(name="Staff"))
    undo = operations.save_permission(Permission(slug="undo", name="Undo"))
    for name in edges:
        edge = fleet.save_edge(_edge(name, site, Chosen(permissions=[offered, "undo"])))
        permission = Permission.objects.get(slug=offered)
        fleet.save_reader(Reader(edge=edge, name="counter", kind=Reader.Kind.COUNTER, permission=permission))
    operations.save_grant(Grant(plan=staff_plan, permission=undo), ())
    return {
        "members": [_member(plan, f"Member {number}") for number in range(members)],
        "twice": [_member(plan, f"Member twice {number}", memberships=2) for number in range(_TWICE)],
        "staff": _member(staff_plan, "Card of the staff"),
    }


def _edge(said: str, site: Site, chosen: Chosen) -> Edge:
    name, _, feed = said.partition("@")
    if feed:
        holding = Holding(with_names=False, all_holders=False, all_permissions=False)
        feed_operations.create_feed(feed, 1, holding, chosen)
    return Edge(name=name, site=site, feed=Feed.objects.get(name=feed or EVERYONE))


def _member(plan: Plan, name: str, memberships: int = 1) -> str:
    customer = operations.save_customer(Customer(name=name))
    starts_at = timezone.now() - timedelta(days=1)
    for _ in range(memberships):
        operations.save_membership(Membership(plan=plan, customer=customer, starts_at=starts_at))
    return codes.decrypt(operations.issue_card(customer))


if __name__ == "__main__":
    print(json.dumps(seed(int(sys.argv[1]), sys.argv[2], sys.argv[3:])))
