"""`python -m bench.fill_club CHECKINS CUSTOMERS`: a large club's two years, into a hub that has been initialised,
on PostgreSQL. Prints what bench/pages.py's `Club` holds, as JSON.

20 sites, 250 edges with a door and a counter each, memberships as they come and go; check-ins by day more than by
night, a tenth of them redemptions, one in twelve denied. A hundredth of the customers is made by the hub's own
operations, with cards and rows of the feed: those are whose profiles are asked for.
"""

import json
import os
import random
import sys
from datetime import timedelta

import django
from msgspec import to_builtins

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
django.setup()

from django.conf import settings  # noqa: E402 - models can be imported only after setup()
from django.contrib.auth.models import Group, User  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.pages import Club  # noqa: E402
from hub.access.roles import Role  # noqa: E402
from hub.checkins.models import CheckIn, TouchedHour  # noqa: E402
from hub.feed.models import Feed  # noqa: E402
from hub.feed.operations import EVERYONE  # noqa: E402
from hub.fleet import operations as fleet  # noqa: E402
from hub.fleet.models import Edge, Reader, Site  # noqa: E402
from hub.members import codes, operations  # noqa: E402
from hub.members.models import Card, Customer, Grant, Membership, Permission, Plan  # noqa: E402
from hub.partners.models import Partner  # noqa: E402
from hub.reports.models import HourlyFigure  # noqa: E402
from hub.reports.rolling_operations import roll  # noqa: E402

SITES, EDGES, PLANS, PARTNERS, BENEFITS = 20, 250, 5, 40, 4
DAYS = 730
_ASKED_FOR = 100
_RENEWED_DAYS = 365

_CHECKINS = """
    INSERT INTO checkins_checkin (
        checkin_id, edge_id, journal, sequence, at, received_at, counts_at, reader, outcome, reason, permission,
        mode, counted, of_benefit, code_hash, code_length, code_classes, customer_id, membership_id, plan_id,
        partner, site, feed, feed_epoch, feed_sequence
    )
    SELECT decode(md5(n || 'id'), 'hex'), %(edge)s + n %% %(edges)s, decode(md5((n %% %(edges)s)::text), 'hex'),
        n / %(edges)s + 1, at, at, at, reader,
        CASE WHEN denied THEN 'denied' ELSE 'granted' END,
        CASE WHEN denied THEN (ARRAY['expired', 'no_membership', 'outside_hours', 'limit_reached'])[1 + n %% 4]
             ELSE 'granted' END,
        permission, 'redeem', permission <> 'front-door' AND NOT denied, reader = 'counter',
        sha256((n || 'code')::bytea), 43, 'letters',
        %(customer)s + holder, %(membership)s + holder, %(plan)s + holder %% %(plans)s,
        CASE WHEN reader = 'counter' THEN 'partner-' || (n / 10) %% %(partners)s END,
        'site-' || (n %% %(edges)s) %% %(sites)s, 'everyone', 1, n
    FROM (
        SELECT n, random() < 0.08 AS denied, (random() * random() * (%(customers)s - 1))::int AS holder,
            CASE WHEN n %% 10 = 0 THEN 'counter' ELSE 'door' END AS reader,
            CASE WHEN n %% 10 = 0 THEN 'benefit-' || (random() * %(benefits)s - 0.5)::int ELSE 'front-door' END
                AS permission,
            date_trunc('day', now()) - (1 + floor((1 - power(random(), 0.8)) * %(days)s)) * interval '1 day'
                + (4 + (random() + random()) * 9.5) * interval '1 hour' AS at
        FROM generate_series(0, %(count)s - 1) AS n
    ) AS scans ORDER BY at
"""
_FIGURES = """
    INSERT INTO reports_hourlyfigure (
        hour, slot, site, edge_id, reader, permission, partner, plan_id, outcome, reason, of_benefit, count, first
    )
    SELECT date_trunc('hour', at), date_trunc('hour', at), site, edge_id, reader, permission, partner, plan_id,
        outcome, reason, of_benefit, count(*), count(*) FILTER (WHERE counted AND turn = 1)
    FROM (
        SELECT *,
            row_number() OVER (PARTITION BY customer_id, permission, counted ORDER BY counts_at, number) AS turn
        FROM checkins_checkin
    ) AS checkins GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
"""


def fill(checkins: int, customers: int) -> Club:
    random.seed(1)
    plans, first_edge = _things()
    people = _people(customers, plans)
    with connection.cursor() as cursor:
        ids = {"edge": first_edge, "customer": people[0], "plan": plans[0].pk}
        ids["membership"] = Membership.objects.order_by("pk").values_list("pk", flat=True)[0]
        counts = {"edges": EDGES, "sites": SITES, "plans": PLANS, "partners": PARTNERS, "benefits": BENEFITS}
        cursor.execute(_CHECKINS, ids | counts | {"count": checkins, "customers": customers, "days": DAYS})
        cursor.execute(_FIGURES)
    _sum_up()
    with connection.cursor() as cursor:
        # As autovacuum does within minutes.
        cursor.execute("VACUUM ANALYZE")
    asked_for = people[: customers // _ASKED_FOR]
    cards = Card.objects.filter(customer__in=asked_for)
    return Club(asked_for, [codes.decrypt(each) for each in cards], _cookie(), CheckIn.objects.count())


def _things() -> tuple[list[Plan], int]:
    """Plans, and the first edge's number."""
    door = operations.save_permission(Permission(slug="front-door", name="Front door"))
    benefits = [
        operations.save_permission(Permission(slug=f"benefit-{number}", name=f"Benefit {number}", is_benefit=True))
        for number in range(BENEFITS)
    ]
    plans = [operations.save_plan(Plan(name=f"Plan {number}")) for number in range(PLANS)]
    for plan in plans:
        for each in (door, *benefits):
            operations.save_grant(Grant(plan=plan, permission=each), ())
    partners = [(f"partner-{number}", f"Partner {number}") for number in range(PARTNERS)]
    Partner.objects.bulk_create([Partner(slug=slug, name=name) for slug, name in partners])
    everyone = Feed.objects.get(name=EVERYONE)
    with transaction.atomic():
        sites = [
            fleet.save_site(Site(name=f"site-{number}", time_zone="Europe/Berlin")) for number in range(SITES)
        ]
        edges = [
            fleet.save_edge(Edge(name=f"edge-{number}", site=sites[number % SITES], feed=everyone))
            for number in range(EDGES)
        ]
    Reader.objects.bulk_create(
        [
            Reader(edge=edge, name=name, kind=name, permission=asked)
            for edge in edges
            for name, asked in (("door", door), ("counter", benefits[0]))
        ]
    )
    return plans, edges[0].pk


def _people(count: int, plans: list[Plan]) -> list[int]:
    asked_for = operations.add_customers(Customer(name=f"Person {n}") for n in range(count // _ASKED_FOR))
    operations.issue_cards(asked_for)
    for number, each in enumerate(asked_for):
        operations.save_membership(_membership(number, each, plans))
    others = [Customer(name=f"Person {number}") for number in range(len(asked_for), count)]
    Customer.objects.bulk_create(others, batch_size=2_000)
    held = [_membership(number, each, plans) for number, each in enumerate(others, start=len(asked_for))]
    Membership.objects.bulk_create(held, batch_size=2_000)
    return [each.pk for each in (*asked_for, *others)]


def _membership(number: int, customer: Customer, plans: list[Plan]) -> Membership:
    begun = timezone.now() - timedelta(days=random.random() * DAYS, hours=random.random())
    ends = begun + timedelta(days=_RENEWED_DAYS * random.choice((1, 1, 2, 3)))
    whose = Membership(plan=plans[number % PLANS], customer=customer, starts_at=begun)
    if number % 4:
        whose.ends_at, whose.at_end = ends, random.choice(("ends", "renews", "cancelled"))
        whose.grace_hours = random.choice((0, 0, 72))
    return whose


def _sum_up() -> None:
    """As the worker does after an upgrade, an hour of each day."""
    days = HourlyFigure.objects.datetimes("hour", "day")
    TouchedHour.objects.bulk_create([TouchedHour(hour=each) for each in days])
    while roll():
        pass


def _cookie() -> str:
    """Of somebody who may see all of it."""
    owner = User.objects.create_user("bench", "bench@club.example", is_staff=True)
    owner.groups.add(Group.objects.get(name=Role.OWNER.value))
    client = Client(SERVER_NAME="localhost")
    client.force_login(owner)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


if __name__ == "__main__":
    print(json.dumps(to_builtins(fill(int(sys.argv[1]), int(sys.argv[2])))))
