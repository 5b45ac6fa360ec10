"""`python -m bench.fill_fleet EDGES PEOPLE`: a company of PEOPLE, a member of their own and EDGES edges, into a
hub that has been initialised. Prints what bench/running_hub.py's `Filled` holds, as JSON.

The edges are enrolled with keys that follow from their names, as bench/light_edge.py makes them.
"""

import json
import os
import sys

import django
from msgspec import to_builtins

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.conf import settings  # noqa: E402 - models can be imported only after setup()
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.light_edge import key_of, name_of  # noqa: E402
from bench.running_hub import Filled  # noqa: E402
from hub.feed.models import Feed  # noqa: E402
from hub.feed.operations import EVERYONE  # noqa: E402
from hub.fleet import operations as fleet  # noqa: E402
from hub.fleet.identity_operations import enrol_edge  # noqa: E402
from hub.fleet.models import Edge, Reader, Site  # noqa: E402
from hub.members import codes, operations  # noqa: E402
from hub.members.models import Company, Customer, Grant, Link, Membership, Permission, Plan  # noqa: E402
from hub.wire_keys.queries import current  # noqa: E402


def fill(edges: int, people: int) -> Filled:
    plan = operations.save_plan(Plan(name="Full"))
    permission = operations.save_permission(Permission(slug="front-door", name="Front door"))
    operations.save_grant(Grant(plan=plan, permission=permission), ())
    (company,) = operations.add_companies([Company(name="A company")])
    customers = operations.add_customers(Customer(name=f"Person {number}") for number in range(people))
    operations.add_links(Link(customer=each, company=company) for each in customers)
    cards = operations.issue_cards(customers)
    member = operations.save_customer(Customer(name="A member of their own"))
    membership = Membership(plan=plan, customer=member, starts_at=timezone.now())
    operations.save_membership(membership)
    with transaction.atomic():
        add_edges(edges, permission)
    hub_key = current(settings.ENVIRONMENT.keys).key.verifying.public.hex()
    code = codes.decrypt(cards[people // 2])
    return Filled(hub_key, plan.pk, company.pk, member.pk, membership.pk, code)


def add_edges(count: int, permission: Permission) -> None:
    site = fleet.save_site(Site(name="clubhouse", time_zone="UTC"))
    everyone = Feed.objects.get(name=EVERYONE)
    for number in range(count):
        edge = fleet.save_edge(Edge(name=name_of(number), site=site, feed=everyone))
        enrol_edge(edge.pk, key_of(number).verifying.public, timezone.now())
        Reader.objects.create(edge=edge, name="door", kind="door", permission=permission)


if __name__ == "__main__":
    print(json.dumps(to_builtins(fill(int(sys.argv[1]), int(sys.argv[2])))))
