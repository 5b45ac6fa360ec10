"""`python -m bench.fill_members EDGES MEMBERS`: members with memberships of their own and EDGES enrolled edges,
into a hub that has been initialised. Prints pairs of customer and membership as JSON.

There is a front door for all and a glass of wine, one a week, for each.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.db import transaction  # noqa: E402 - models can be imported only after setup()
from django.utils import timezone  # noqa: E402

from bench.fill_fleet import add_edges  # noqa: E402
from contract.limits import Limit  # noqa: E402
from hub.fleet.models import Edge, Reader  # noqa: E402
from hub.members import operations  # noqa: E402
from hub.members.models import Customer, Grant, Membership, Permission, Plan  # noqa: E402

_WEEK_SECONDS = 7 * 86_400


def fill(edges: int, members: int) -> list[tuple[int, int]]:
    plan = operations.save_plan(Plan(name="Full"))
    door = operations.save_permission(Permission(slug="front-door", name="Front door"))
    glass = operations.save_permission(Permission(slug="glass-of-wine", name="A glass of wine"))
    operations.save_grant(Grant(plan=plan, permission=door), ())
    operations.save_grant(Grant(plan=plan, permission=glass), (Limit(1, _WEEK_SECONDS),))
    customers = operations.add_customers(Customer(name=f"Person {number}") for number in range(members))
    with transaction.atomic():
        add_edges(edges, door)
        Reader.objects.bulk_create(
            [Reader(edge=each, name="counter", kind="counter", permission=glass) for each in Edge.objects.all()]
        )
        held = [Membership(plan=plan, customer=each, starts_at=timezone.now()) for each in customers]
        return [(operations.save_membership(each).customer_id, each.pk) for each in held]


if __name__ == "__main__":
    print(json.dumps(fill(int(sys.argv[1]), int(sys.argv[2]))))
